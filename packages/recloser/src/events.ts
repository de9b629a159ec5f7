import type { Rejected, StateName } from "./outcome/outcome.js";
import type { Verdict } from "./outcome/verdict.js";
import type { ProviderView } from "./providers.js";
import type { HindsightView, Judgement } from "./recover/hindsight.js";
import { callable } from "./require.js";

/** A circuit has changed its state. */
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

/** A call has settled, or was given up. */
export interface SettledEvent {
  readonly circuit: string;
  readonly verdict: Verdict;
  readonly durationMs: number;
  /** Absent when no first token was reported. */
  readonly firstTokenMs?: number;
  readonly probe: boolean;
}

/** A call was not let through. */
export interface RejectedEvent {
  readonly circuit: string;
  readonly failure: Rejected;
  /** True in `observe` mode: the call was let through all the same. */
  readonly observed: boolean;
}

/** A limit on the calls that wait has begun, or ended. */
export interface LimitedEvent {
  readonly circuit: string;
  readonly limited: boolean;
  /** What is limited and why, in words that complete `openai/gpt-5: …`. */
  readonly message: string;
}

/** An opening has been judged by the first probe that followed. */
export interface JudgedEvent {
  readonly circuit: string;
  readonly judgement: Judgement;
  /** What all openings so far have spared and cost, as an estimate. */
  readonly hindsight: HindsightView;
}

/** What can be listened to, by name. */
export interface CircuitEvents {
  readonly transition: TransitionEvent;
  readonly limited: LimitedEvent;
  readonly judged: JudgedEvent;
  readonly settled: SettledEvent;
  readonly rejected: RejectedEvent;
  /** Most models of a provider are open, or no longer are. Only `Circuits` says this. */
  readonly provider: ProviderView;
}

const EVENTS: readonly (keyof CircuitEvents)[] = [
  "transition",
  "limited",
  "judged",
  "settled",
  "rejected",
  "provider",
];

/** More events than this, each caused by a listener to the one before, are nobody's intention. */
const MOST_IN_A_ROW = 10_000;

/** May be async; what it returns, throws or rejects with is ignored. */
export type Listener<Event> = (event: Event) => unknown;

/**
 * Listeners observe. Where nobody listens no event is made; a listener that throws is ignored, because a metrics bug must
 * not fail a call. One that causes another event (by reading a state that has become due, say) delays it until everybody
 * has heard this one, so that all hear them in order.
 */
export class Listeners {
  readonly #parent: Listeners | undefined;
  /** Made when somebody listens: most circuits' events are heard by their registry alone. */
  readonly #byName: Partial<Record<keyof CircuitEvents, Set<Listener<never>>>> = {};

  /** The first one is being delivered. */
  readonly #undelivered: (() => void)[] = [];

  constructor(parent?: Listeners) {
    this.#parent = parent;
  }

  /** Returns a function that removes the listener. */
  on<Name extends keyof CircuitEvents>(name: Name, listener: Listener<CircuitEvents[Name]>): () => void {
    if (!EVENTS.includes(name))
      throw new TypeError(`There is no event "${String(name)}"; there are ${EVENTS.join(", ")}.`);
    callable("on(listener)", listener);
    const listeners = this.#byName[name] ?? new Set();
    this.#byName[name] = listeners;
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  heard(name: keyof CircuitEvents): boolean {
    return (this.#byName[name]?.size ?? 0) > 0 || (this.#parent?.heard(name) ?? false);
  }

  emit<Name extends keyof CircuitEvents>(name: Name, event: CircuitEvents[Name]): void {
    this.#undelivered.push(() => this.#deliver(name, event));
    if (this.#undelivered.length > 1) return;
    for (let delivered = 0; this.#undelivered[0] !== undefined; delivered++) {
      this.#undelivered[0]();
      this.#undelivered.shift();
      // A listener that causes the event it listens to would go on for ever.
      if (delivered === MOST_IN_A_ROW) this.#undelivered.length = 0;
    }
  }

  #deliver<Name extends keyof CircuitEvents>(name: Name, event: CircuitEvents[Name]): void {
    // `on` put them there by the name of the event that they take.
    for (const listener of (this.#byName[name] ?? []) as Iterable<Listener<CircuitEvents[Name]>>) {
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
