import type { FailureVerdict } from "../outcome/verdict.js";

/** What a detector may know of a call. */
export interface CallFacts {
  /** Clock milliseconds at which the call was admitted. */
  readonly admittedAt: number;
  readonly streaming: boolean;
  /** When the first token arrived; `undefined` for a call that never reported one. */
  readonly firstTokenAt: number | undefined;
}

/** One accumulating test as people see it: 0 is calm, 1 is full. */
export interface Meter {
  readonly name: string;
  readonly level: number;
  /** One sentence: what fills it. */
  readonly sentence: string;
}

/** Why a circuit should open, in words, e.g. `6 of the last 7 calls failed within 5.2 s, last: 503`. */
export interface Trip {
  readonly message: string;
}

/**
 * Decides, from the calls of a closed circuit, when it should open. A circuit asks `trip` after every event, so there is
 * no tick. It only reports calls that were admitted since its last state change, and never its own rejections, neutral
 * settlements or stale results. Implementations keep no timers and read no clock: `now` is given.
 */
export interface Detector {
  /**
   * A call ended in success or failure, passed its stall deadline, or was rejected on grounds of health: once for each,
   * before the end itself is reported. It tells the rate of calls. Neutral calls are not reported at all: nothing that
   * callers do wrong, however often, may change a decision.
   */
  requested?(now: number): void;
  /** The first token of a call arrived. */
  firstToken?(call: CallFacts, now: number): void;
  /** A call ended well. */
  succeeded(call: CallFacts, now: number): void;
  /** A call failed, or has just passed its stall deadline (then once, and its end is not reported). */
  failed(call: CallFacts, verdict: FailureVerdict, now: number): void;
  trip(now: number): Trip | undefined;
  meters(now: number): readonly Meter[];
  /** The state changed: what has accumulated no longer counts. What was learned may stay. */
  reset(now: number): void;
}

/** What a circuit's options give a detector. */
export interface DetectorContext {
  /** The share of failing calls that is still worth using, 0–1. */
  readonly errorThreshold: number;
  /** How often a healthy circuit may open by mistake. */
  readonly falseOpensPerDay: number;
  readonly now: number;
}

/** Makes one detector for one circuit: options hold factories, because a detector's state belongs to one key. */
export type DetectorFactory = (context: DetectorContext) => Detector;
