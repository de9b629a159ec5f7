// @ts-nocheck
import type { HealthyCalls } from "../evidence/baseline.js";
import type { FailureVerdict } from "../outcome/verdict.js";

/** What a detector may know of a call. */
export interface CallFacts {
  /** Clock milliseconds at which the call was admitted. */
  readonly admittedAt: number;
  readonly streaming: boolean;
  /** When the first token arrived; `undefined` for a call that never reported one. */
  readonly firstTokenAt: number | undefined;
  /** How many healthy waits it had outlived without a sign of life: the p50, the p90, the p99 and twice the p99. */
  readonly outlived: number;
  /**
   * The first of its kind to be admitted in a quarter of a second: calls that come together tell one story, in an order that
   * depends on how long they took.
   */
  readonly witness: boolean;
  /** Its caller has something to fall back to: rejecting it costs little. */
  readonly fallback: boolean;
}

/** One accumulating test as people see it: 0 is calm, 1 is full. */
export interface Meter {
  readonly name: string;
  readonly level: number;
  /** One sentence: what fills it. */
  readonly sentence: string;
}

/** Why a circuit should open. */
export interface Trip {
  /** In words, e.g. `6 of the last 7 calls failed within 5.2 s, last: 503`. */
  readonly message: string;
  /** What callers are told: `failing` (default) as `open`, the others by their own names. */
  readonly kind?: "failing" | "throttled" | "quota";
}

/**
 * Decides, from the calls of a closed circuit, when it should open, and when it should limit. A circuit asks after every
 * event, so there is no tick. It only reports calls that were admitted since its last state change, and never its own
 * rejections or stale results. Implementations keep no timers and read no clock: `now` is given. What one throws goes no
 * further: it has not heard, or does not trip.
 *
 * Only `succeeded`, `failed`, `trip`, `meters` and `reset` are needed; see docs/detectors.md for a worked example.
 */
export interface Detector {
  /** The first token of a call arrived. */
  firstToken?(call: CallFacts, now: number): void;
  /** A call still waits for its first sign of life; `call.outlived` has just grown by one. */
  outlived?(call: CallFacts, now: number): void;
  /** A call ended well. `perTokenMs`: how long each token of its answer took, where that is known. */
  succeeded(call: CallFacts, now: number, perTokenMs?: number): void;
  /** A call failed, or has just passed its stall deadline (then once, and its end is not reported). */
  failed(call: CallFacts, verdict: FailureVerdict, now: number): void;
  /** A call ended and says nothing. A detector may only take back what it had assumed of the call while it was pending. */
  dropped?(call: CallFacts, now: number): void;
  /** Why the circuit should open, if it should. */
  trip(now: number): Trip | undefined;
  /**
   * How sure it is that the dependency answers slower than healthy. From 1 on the circuit limits the calls that wait, until
   * it is at most 0.25; below 0.5 what is seen may be learned as healthy. Default 0.
   */
  slowness?(now: number): number;
  meters(now: number): readonly Meter[];
  /** The state changed: what has accumulated no longer counts. What was learned may stay. */
  reset(now: number): void;
  /** What it knows, as plain JSON, for `restore`. Times are ages. */
  save?(now: number): unknown;
  /** Takes up what `save` gave, perhaps in another process. It may throw at what it cannot read. */
  restore?(saved: unknown, now: number): void;
}

/** What a circuit gives a detector. */
export interface DetectorContext {
  /** The share of failing calls that is still worth using, 0–1. */
  readonly errorThreshold: number;
  /** The same while nearly all calls have a fallback. */
  readonly errorThresholdWithFallback: number;
  /** How often a healthy circuit may open by mistake. */
  readonly falseOpensPerDay: number;
  readonly now: number;
  /** The learned rate of calls. */
  callsPerSecond(): number;
  /** What healthy looks like for calls of one kind; its parts are `undefined` until enough was learned. */
  healthy(streaming: boolean): HealthyCalls;
  /** Unary calls that wait for their answer and have not outlived the healthy p90, latest admitted first. */
  youngUnary(): Iterable<CallFacts>;
}

/** Makes one detector for one circuit: options hold factories, because a detector's state belongs to one key. */
export type DetectorFactory = (context: DetectorContext) => Detector;