import type { CircuitEvents, Circuits } from "recloser";

type Noted = "settled" | "limited" | "judged";

/** What the on-call page wants to know of a worker beside its circuits: `settled` of a few of the calls that failed. */
export type Note = {
  readonly [Name in Noted]: { readonly name: Name; readonly event: CircuitEvents[Name] };
}[Noted];

/** One a second of each circuit and reason is enough to look at. */
const EVERY_MS = 1_000;
/** Circuits and reasons that are told apart at a time. */
const MOST_KEPT = 500;

/** Picks what the page shows from what circuits say. An outage, in which every call fails, makes a few notes a second. */
export class NoteTaker {
  readonly #give: (note: Note) => void;
  readonly #now: () => number;
  readonly #given = new Map<string, number>();
  #stop: readonly (() => void)[] = [];

  /** @param now milliseconds of a clock that does not jump. */
  constructor(give: (note: Note) => void, now: () => number = () => performance.now()) {
    this.#give = give;
    this.#now = now;
  }

  /** Listens to these circuits, and no longer to those before. */
  follow(circuits: Circuits): void {
    for (const stop of this.#stop) stop();
    this.#stop = [
      circuits.on("limited", (event) => this.#give({ name: "limited", event })),
      circuits.on("judged", (event) => this.#give({ name: "judged", event })),
      circuits.on("settled", (event) => {
        const { circuit, verdict } = event;
        if (verdict.verdict !== "success" && this.#isNews(`${verdict.reason} ${circuit}`)) {
          this.#give({ name: "settled", event });
        }
      }),
    ];
  }

  #isNews(key: string): boolean {
    const now = this.#now();
    if (now - (this.#given.get(key) ?? -Infinity) < EVERY_MS) return false;
    if (this.#given.size >= MOST_KEPT) {
      for (const [old, at] of this.#given) if (now - at >= EVERY_MS) this.#given.delete(old);
      if (this.#given.size >= MOST_KEPT) return false;
    }
    this.#given.set(key, now);
    return true;
  }
}

/** A worker's note, and whose it is. */
export type Heard = (note: Note, worker: number) => void;

/** Passes workers' notes on to whoever listens in the primary. */
export class Notes {
  readonly #listeners = new Set<Heard>();

  /** Returns a function that stops listening. */
  on(listener: Heard): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  tell(note: Note, worker: number): void {
    for (const listener of this.#listeners) listener(note, worker);
  }
}
