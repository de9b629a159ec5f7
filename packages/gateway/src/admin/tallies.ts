import type { Circuits, Verdict } from "recloser";

/** Settled calls by verdict and reason since a circuit was made. Plain integers: this runs once a call. */
export class Tallies {
  readonly #byCircuit = new Map<string, Map<string, number>>();
  readonly #most: number;

  constructor(circuits: Circuits, maxCircuits: number) {
    // The registry forgets circuits without telling; what is left over is dropped when read, or here when it piles up.
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

  /** Counts of one circuit. `reason` is empty for successes. */
  of(circuit: string): { verdict: string; reason: string; count: number }[] {
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
