import type { Rejected, StateName } from "./outcome/outcome.js";
import type { Verdict } from "./outcome/verdict.js";

export interface TransitionEvent {
  readonly circuit: string;
  readonly from: StateName;
  readonly to: StateName;
  /** Counts state changes of this circuit. */
  readonly epoch: number;
  /** Why, in one sentence. */
  readonly message: string;
  /** Clock milliseconds at which the change was due; it is noticed at the next call or read. */
  readonly at: number;
}

export interface SettledEvent {
  readonly circuit: string;
  readonly verdict: Verdict;
  readonly durationMs: number;
  /** Absent when no first token was reported. */
  readonly firstTokenMs?: number;
  readonly probe: boolean;
}

export interface RejectedEvent {
  readonly circuit: string;
  readonly failure: Rejected;
  /** True in `observe` mode: the call was let through all the same. */
  readonly observed: boolean;
}

export interface CircuitEvents {
  readonly transition: TransitionEvent;
  readonly settled: SettledEvent;
  readonly rejected: RejectedEvent;
}

export type Listener<Event> = (event: Event) => void;

/**
 * Listeners observe. With none, emitting costs one comparison and `describe` is never called; one that throws is ignored,
 * because a metrics bug must not fail a call.
 */
export class Listeners {
  readonly #parent: Listeners | undefined;
  readonly #byName: { [Name in keyof CircuitEvents]: Set<Listener<CircuitEvents[Name]>> } = {
    transition: new Set(),
    settled: new Set(),
    rejected: new Set(),
  };

  constructor(parent?: Listeners) {
    this.#parent = parent;
  }

  /** Returns a function that removes the listener. */
  on<Name extends keyof CircuitEvents>(name: Name, listener: Listener<CircuitEvents[Name]>): () => void {
    const listeners = this.#byName[name];
    if (listeners === undefined) {
      throw new TypeError(
        `There is no event "${String(name)}"; there are ${Object.keys(this.#byName).join(", ")}.`,
      );
    }
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  heard(name: keyof CircuitEvents): boolean {
    return this.#byName[name].size > 0 || (this.#parent?.heard(name) ?? false);
  }

  emit<Name extends keyof CircuitEvents>(name: Name, event: CircuitEvents[Name]): void {
    for (const listener of this.#byName[name]) {
      try {
        listener(event);
      } catch {
        // Nothing a listener does may change a call.
      }
    }
    this.#parent?.emit(name, event);
  }
}
