import type { Verdict } from "recloser";
import type { Tunable } from "./tuning.js";

/** What stands between a worker and one model. */
export interface Guard {
  /**
   * A permit; or why there is none: it suspects the model, or its bulkhead is full; or `later`, when the guard makes the
   * call wait and tells it afterwards.
   *
   * @param held the worker's calls in flight to this model.
   */
  admit(call: GuardedCall, held: number): Decision;
}

export type Decision = GuardPermit | "refused" | "full" | "later";

/** A call, as its guard sees it. */
export interface GuardedCall {
  readonly streaming: boolean;
  /** The guard gives it up: its permit is settled already. */
  readonly onAbort: () => void;
  /** The answers to `later`. */
  granted(permit: GuardPermit): void;
  denied(): void;
}

export interface GuardPermit {
  /** Its verdict decides whether the guard trusts the model again. */
  readonly probe: boolean;
  /** The first token arrived. */
  progress(): void;
  settle(verdict: Verdict): unknown;
}

/** What a guard tells of itself. Times are virtual milliseconds; a change may be told some time after it was due. */
export interface GuardWatch {
  /** It left the closed state; `why` in words, where the policy has any. */
  opened(at: number, why?: string): void;
  /** It is closed again. */
  closed(at: number): void;
  /** It waits for a probe's verdict. */
  probing(at: number): void;
  /** It began or ceased to limit because it suspects the model. */
  limited(limited: boolean): void;
}

/** What a guard is made from. */
export interface GuardNeeds {
  /** Calls a second that this worker makes to this model. */
  readonly perSecond: number;
  /** The most calls that may be in flight where the policy has a bulkhead. */
  readonly bulkhead: number;
  readonly clock: { now(): number };
  readonly random: () => number;
  readonly watch: GuardWatch;
  /** For the oracle alone: whether no call to this model can succeed now. */
  readonly dead: () => boolean;
  /** Says that promises wait to be settled before anything else happens. Only guards that work with promises need it. */
  readonly stir: () => void;
}

export interface Policy {
  /** As `--policies` names it. */
  readonly id: string;
  readonly title: string;
  /** `real-time` guards read the system's clock, timers and promises, which the lab then replaces; they are slow to simulate. */
  readonly time: "virtual" | "real";
  /** Where its options can be set. */
  readonly tuning?: Tunable;
  make(needs: GuardNeeds): Guard;
}
