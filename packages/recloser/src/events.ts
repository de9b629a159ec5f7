import type { Rejected, StateName } from "./outcome/outcome.js";
import type { Verdict } from "./outcome/verdict.js";
import { callable } from "./require.js";

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

/** May be async; what it returns, throws or rejects with is ignored. */
export type Listener<Event> = (event: Event) => unknown;

/**
 * Listeners observe. Where nobody listens no event is made; a listener that throws is ignored, because a metrics bug must
 * not fail a call. One that causes another event (by reading a state that has become due, say) delays it until everybody
 * has heard this one, so that all hear them in order.
 */
export class Listeners {
  readonly #parent: Listeners | undefined;
  readonly #byName: { [Name in keyof CircuitEvents]: Set<Listener<CircuitEvents[Name]>> } = {
    transition: new Set(),
    settled: new Set(),
    rejected: new Set(),
  };

  /** The first one is being delivered. */
  readonly #undelivered: (() => void)[] = [];

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
    callable("on(listener)", listener);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  heard(name: keyof CircuitEvents): boolean {
    return this.#byName[name].size > 0 || (this.#parent?.heard(name) ?? false);
  }

  emit<Name extends keyof CircuitEvents>(name: Name, event: CircuitEvents[Name]): void {
    this.#undelivered.push(() => this.#deliver(name, event));
    if (this.#undelivered.length > 1) return;
    while (this.#undelivered[0] !== undefined) {
      this.#undelivered[0]();
      this.#undelivered.shift();
    }
  }

  #deliver<Name extends keyof CircuitEvents>(name: Name, event: CircuitEvents[Name]): void {
    for (const listener of this.#byName[name]) {
      try {
        const result: unknown = listener(event);
        // An async listener fails later; unheard, its rejection would end the process.
        if (result instanceof Promise) result.catch(() => {});
      } catch {
        // Nothing a listener does may change a call.
      }
    }
    this.#parent?.emit(name, event);
  }
}
