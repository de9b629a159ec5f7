// @ts-nocheck
import type { FailureReason, NeutralReason } from "./verdict.js";

/** Where a circuit stands. `forced-*` are an operator's, and always expire. */
export type StateName = "closed" | "open" | "half-open" | "forced-open" | "forced-closed";

/** Why the circuit itself said no. Nothing was sent. */
export type RejectionReason =
  /** The dependency is failing; the cool-down has not passed. */
  | "open"
  /** Open because the dependency asked for fewer calls. */
  | "throttled"
  /** Open because the account has run out of money or quota. */
  | "quota"
  /** Half-open: the probes that may be in flight already are. Nobody queues behind a probe. */
  | "probing"
  /** `maxConcurrent` calls are in flight. */
  | "saturated"
  /** An operator opened the circuit. */
  | "forced-open";

interface FailureFacts {
  /** One sentence that a person can act on. Holds no text of the provider's, so it is safe to log. */
  readonly message: string;
  /** The circuit's key, e.g. `openai/gpt-5`. */
  readonly circuit: string;
  /** The circuit's state when the call was answered. */
  readonly state: StateName;
  /** When it may be worth trying again, in milliseconds from now. Absent where nobody knows. */
  readonly retryAfterMs?: number;
  /** How many requests were sent for this call. */
  readonly attempts: number;
  readonly elapsedMs: number;
  /** What was thrown, as it was. Not enumerable, so neither JSON nor a logger that walks keys meets it. */
  readonly cause?: unknown;
}

/** By the circuit: nothing was sent. */
export type Rejected = FailureFacts & { readonly kind: "rejected"; readonly reason: RejectionReason };
/** By the dependency: 5xx, timeout, stall, rate limit … */
export type Failed = FailureFacts & { readonly kind: "failed"; readonly reason: FailureReason };
/** Our request was wrong, and would be wrong again. */
export type Refused = FailureFacts & {
  readonly kind: "refused";
  readonly reason: Exclude<NeutralReason, "cancelled" | "deadline" | "bug">;
};
/** By the caller: an abort, or a deadline of its own. */
export type Cancelled = FailureFacts & {
  readonly kind: "cancelled";
  readonly reason: "cancelled" | "deadline";
};

/** A failed call as plain data: it survives `JSON.stringify`. */
export type Failure = Rejected | Failed | Refused | Cancelled;

/** What the caller of `call` gets back: a value, or a typed failure. */
export type Outcome<T> = Answered<T> | Unanswered;

/** A call that brought a value: its own, or its fallback's. */
export type Answered<T> =
  | { readonly ok: true; readonly degraded: false; readonly value: T }
  /** The fallback's value, and the failure that caused it. */
  | { readonly ok: true; readonly degraded: true; readonly value: T; readonly failure: Failure };

/** A call that brought none, and why. */
export interface Unanswered {
  readonly ok: false;
  readonly failure: Failure;
}
