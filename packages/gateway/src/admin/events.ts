import type { Circuits, RejectionReason, StateName } from "recloser";

/** What operators hear about. `at` is wall-clock time, ISO 8601. */
export type GatewayEvent =
  | {
      readonly type: "transition";
      readonly at: string;
      readonly circuit: string;
      readonly from: StateName;
      readonly to: StateName;
      readonly epoch: number;
      readonly message: string;
      /** Which worker's circuit, where there are several. */
      readonly worker?: number | undefined;
    }
  | {
      readonly type: "rejected";
      readonly at: string;
      readonly circuit: string;
      readonly reason: RejectionReason;
      /** Calls rejected since the last such event; at most one event a second for a circuit and a reason. */
      readonly count: number;
      /** True in `observe` mode: they were let through all the same. */
      readonly observed: boolean;
      readonly worker?: number | undefined;
    };

/** Events kept for those who come back with `Last-Event-ID`. */
const KEPT = 500;
const REJECTIONS_EVERY_MS = 1_000;
/** Circuits and reasons that are counted apart within one second. */
const MOST_PENDING = 200;

interface Pending {
  readonly circuit: string;
  readonly reason: RejectionReason;
  readonly observed: boolean;
  count: number;
}

/**
 * The last events, numbered. Readers keep a number and come for the next, so a slow one costs no memory: it misses what
 * has been forgotten meanwhile.
 */
export class EventLog {
  readonly #events: GatewayEvent[] = [];
  /** The number of the next event; the oldest one kept is `KEPT` before it. */
  #next = 0;
  readonly #waiting = new Set<() => void>();
  readonly #pending = new Map<string, Pending>();
  #flush: NodeJS.Timeout | undefined;
  #closed = false;
  #stop: readonly (() => void)[] = [];

  /** Without circuits, it holds what `add` gives it. */
  constructor(circuits?: Circuits) {
    if (circuits !== undefined) this.follow(circuits);
  }

  /** Listens to these circuits, and no longer to those before. */
  follow(circuits: Circuits): void {
    for (const stop of this.#stop) stop();
    this.#stop = [
      circuits.on("transition", ({ circuit, from, to, epoch, message }) => {
        this.add({ type: "transition", at: new Date().toISOString(), circuit, from, to, epoch, message });
      }),
      circuits.on("rejected", ({ circuit, failure, observed }) => {
        this.#rejected(circuit, failure.reason, observed);
      }),
    ];
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The number of the oldest event that is kept. */
  get oldest(): number {
    return this.#next - this.#events.length;
  }

  /** The number that the next event will have. */
  get next(): number {
    return this.#next;
  }

  at(number: number): GatewayEvent | undefined {
    return this.#events[number - this.oldest];
  }

  add(event: GatewayEvent): void {
    this.#events.push(event);
    if (this.#events.length > KEPT) this.#events.shift();
    this.#next++;
    this.#wake();
  }

  /** Calls back once: when there is a new event, or none will come any more. Returns a function that stops waiting. */
  onNews(callback: () => void): () => void {
    this.#waiting.add(callback);
    return () => {
      this.#waiting.delete(callback);
    };
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#flush);
    for (const stop of this.#stop) stop();
    this.#wake();
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const callback of waiting) callback();
  }

  #rejected(circuit: string, reason: RejectionReason, observed: boolean): void {
    const key = `${reason} ${circuit}`;
    const pending = this.#pending.get(key);
    if (pending !== undefined) {
      pending.count++;
    } else if (this.#pending.size < MOST_PENDING) {
      this.#pending.set(key, { circuit, reason, observed, count: 1 });
      // The first is news at once; those of the next second are counted together.
      if (this.#flush === undefined) this.#flushNow();
    }
  }

  readonly #flushNow = (): void => {
    this.#flush = undefined;
    if (this.#pending.size === 0) return;
    const at = new Date().toISOString();
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { circuit, reason, observed, count } of pending) {
      this.add({ type: "rejected", at, circuit, reason, count, observed });
    }
    this.#flush = setTimeout(this.#flushNow, REJECTIONS_EVERY_MS);
    this.#flush.unref();
  };
}
