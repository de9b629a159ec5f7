import { Circuit, type CircuitOptions, type Permit } from "recloser";

/** What stands between a worker and the provider. */
export interface Guard {
  /**
   * A permit, or why there is none: the bulkhead is full, or the guard suspects the provider.
   *
   * @param held the worker's calls in flight.
   */
  admit(streaming: boolean, held: number, onAbort: () => void): GuardPermit | "full" | "refused";
}

export type GuardPermit = Pick<Permit, "progress" | "settle">;

/** What a guard tells of itself. */
export interface Watch {
  /** It left the closed state. */
  opened(): void;
  /** It began or ceased to limit because it suspects the provider. */
  limited(limited: boolean): void;
}

/** What a guard is made from. */
export interface GuardNeeds {
  /** Calls a second that this worker makes. */
  readonly perSecond: number;
  /** The most calls that may be in flight where the policy has a bulkhead. */
  readonly bulkhead: number;
  readonly clock: { now(): number };
  readonly random: () => number;
  readonly watch: Watch;
}

/** The real library, driven through its two-step form. */
export class CircuitGuard implements Guard {
  readonly #circuit: Circuit;
  readonly #bulkhead: number;

  constructor(options: CircuitOptions, { clock, random, watch }: GuardNeeds) {
    this.#circuit = new Circuit("provider/model", { ...options, clock, random });
    this.#bulkhead = options.maxConcurrent ?? Number.POSITIVE_INFINITY;
    this.#circuit.on("transition", ({ from, to }) => {
      if (from === "closed" && to === "open") watch.opened();
    });
    this.#circuit.on("limited", ({ limited }) => watch.limited(limited));
  }

  admit(streaming: boolean, held: number, onAbort: () => void): GuardPermit | "full" | "refused" {
    const admission = this.#circuit.admit({ streaming, onAbort });
    if (admission.ok) return admission.permit;
    return admission.failure.reason === "saturated" && held >= this.#bulkhead ? "full" : "refused";
  }
}

const UNGUARDED: GuardPermit = { progress() {}, settle: () => true };

/** Counts calls in flight, and knows nothing else. */
export class Bulkhead implements Guard {
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  admit(_streaming: boolean, held: number): GuardPermit | "full" {
    return held >= this.#most ? "full" : UNGUARDED;
  }
}
