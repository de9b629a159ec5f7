import type { Attributes } from "@opentelemetry/api";
import type { Circuits } from "../../circuits.js";
import { attributesOf } from "./attributes.js";
import { Tally } from "./tally.js";

/** Tallies of circuits that the registry has forgotten; kept in case they come back. */
const MOST_GONE = 1_000;

/** One tally for each circuit that was heard of, bounded by what the registry holds. */
export class Tallies {
  readonly #circuits: Circuits;
  readonly #own: ((circuit: string) => Attributes | undefined) | undefined;
  /** Oldest first. */
  readonly #byName = new Map<string, Tally>();

  constructor(circuits: Circuits, own: ((circuit: string) => Attributes | undefined) | undefined) {
    this.#circuits = circuits;
    this.#own = own;
  }

  of(name: string): Tally {
    let tally = this.#byName.get(name);
    if (tally === undefined) {
      // The registry forgets without telling. A look now and then costs little a call, even if nobody collects.
      if (this.#byName.size >= 2 * (this.#circuits.size + MOST_GONE)) this.#forget();
      tally = new Tally(attributesOf(name, this.#own));
      this.#byName.set(name, tally);
    }
    return tally;
  }

  #forget(): void {
    const known = new Set([...this.#circuits].map((circuit) => circuit.name));
    const gone = [...this.#byName.keys()].filter((name) => !known.has(name));
    for (const name of gone.slice(0, -MOST_GONE)) this.#byName.delete(name);
  }
}
