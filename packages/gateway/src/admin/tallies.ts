import type { Circuits, Verdict } from "recloser";

export interface Tally {
  readonly verdict: string;
  /** Empty for successes. */
  readonly reason: string;
  readonly count: number;
}

/** Settled calls by verdict and reason since a circuit was made. Plain integers: this runs once a call. */
export class Tallies {
  readonly #byCircuit = new Map<string, Map<string, number>>();
  #most = 0;

  constructor(circuits: Circuits, maxCircuits: number) {
    this.follow(circuits, maxCircuits);
  }

  /** Counts what these say too. Those before are still listened to: calls that they have admitted settle there. */
  follow(circuits: Circuits, maxCircuits: number): void {
    // The registry forgets circuits without telling; what is left over is dropped when read, or when it piles up.
    this.#most = maxCircuits * 2;
    circuits.on("settled", ({ circuit, verdict }) => this.#count(circuit, keyOf(verdict)));
  }

  #count(circuit: string, key: string): void {
    let tally = this.#byCircuit.get(circuit);
    if (tally === undefined) {
      if (this.#byCircuit.size >= this.#most) this.#byCircuit.clear();
      tally = new Map();
      this.#byCircuit.set(circuit, tally);
    }
    tally.set(key, (tally.get(key) ?? 0) + 1);
  }

  /** Counts of one circuit. */
  of(circuit: string): Tally[] {
    return [...(this.#byCircuit.get(circuit) ?? [])].map(([key, count]) => {
      const [verdict = "", reason = ""] = key.split(" ");
      return { verdict, reason, count };
    });
  }

  /** Drops the counts of circuits that are gone. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of this.#byCircuit.keys()) if (!names.has(name)) this.#byCircuit.delete(name);
  }
}

function keyOf(verdict: Verdict): string {
  return verdict.verdict === "success" ? "success" : `${verdict.verdict} ${verdict.reason}`;
}
