import { setImmediate as nextTurn } from "node:timers/promises";
import type { CircuitMemory, Circuits } from "recloser";

/** What one circuit remembers, as it is stored. */
export interface Memory {
  readonly circuit: string;
  /** When it was taken, in milliseconds since 1970. */
  readonly at: number;
  /** The library's memory, as JSON. */
  readonly json: string;
}

/** Circuits read in one go; calls are served between. */
const AT_ONCE = 8;
/** Every so many rounds idle circuits are read too. */
const FULL_EVERY = 12;

/** Reads what circuits remember, a few at a time, and only those that may have changed. */
export class Collector {
  readonly #states = new Map<string, string>();
  #round = 0;

  /** `give` gets them as they are read. */
  async collect(circuits: Circuits, give: (batch: readonly Memory[]) => void): Promise<void> {
    const full = this.#round++ % FULL_EVERY === 0;
    if (full) this.#states.clear();
    const due = [...circuits].filter((circuit) => {
      const changed = this.#states.get(circuit.name) !== circuit.state;
      this.#states.set(circuit.name, circuit.state);
      return changed || circuit.active;
    });
    for (let from = 0; from < due.length; from += AT_ONCE) {
      if (from > 0) await nextTurn();
      const at = Date.now();
      give(
        due.slice(from, from + AT_ONCE).map((circuit) => ({
          circuit: circuit.name,
          at,
          json: JSON.stringify(circuit.snapshot().memory),
        })),
      );
    }
  }
}

/** Gives circuits back what they remembered. What cannot be read is passed over. Returns how many took theirs up. */
export function restore(circuits: Circuits, memories: readonly Memory[]): number {
  let restored = 0;
  for (const { circuit, at, json } of memories) {
    try {
      const memory = JSON.parse(json) as CircuitMemory;
      // A clock that was set back makes it new, not impossible.
      restored += circuits.restore([{ circuit, memory }], Math.max(0, Date.now() - at));
    } catch {
      // One that is broken is no reason to forget the others.
    }
  }
  return restored;
}
