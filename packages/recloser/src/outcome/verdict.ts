/** Failures of the dependency that fill the `errors` meter. */
export type ErrorReason =
  /** 5xx that says nothing more precise. */
  | "server-error"
  /** The provider sheds load: 503, 529, 429 that means capacity. */
  | "overloaded"
  /** No usable connection: refused, reset, DNS, TLS. */
  | "connection"
  /** The whole answer did not arrive within the limit. */
  | "timeout"
  /** A streaming call whose first token did not arrive within the limit. */
  | "no-first-token"
  /** No sign of life past the stall deadline, or tokens that stopped. */
  | "stalled"
  /** A stream that ended with no terminal marker. */
  | "truncated"
  /** An error event inside a stream that had begun with status 200. */
  | "stream-error"
  /** An answer that is not one: HTML, broken JSON, an empty body. */
  | "malformed"
  /** An error that no rule knows. It counts: a breaker that ignores what it does not know never opens. */
  | "unknown";

/** What a failed call says. `throttled` is a rate limit, `quota` is money; neither is a fault of the dependency. */
export type FailureReason = ErrorReason | "throttled" | "quota";

/** Settlements that say nothing about the health of the dependency. */
export type NeutralReason =
  /** The caller gave up. */
  | "cancelled"
  /** The caller's own deadline, shorter than the policy's patience. */
  | "deadline"
  | "invalid-request"
  | "auth"
  | "content-filter"
  | "context-length"
  /** One account's rate limit or quota, where that is counted elsewhere than for the dependency. */
  | "account"
  /** A mistake in the caller's own code, thrown through as it is. */
  | "bug";

/** What a settled call says about its dependency. Each permit gets exactly one. */
export type Verdict = SuccessVerdict | FailureVerdict | NeutralVerdict;

/** The dependency answered. */
export interface SuccessVerdict {
  readonly verdict: "success";
  /** Tokens in the answer, when the usage is known. */
  readonly outputTokens?: number;
}

/** The dependency failed, or asked for less. */
export interface FailureVerdict {
  readonly verdict: "failure";
  readonly reason: FailureReason;
  /** How long the dependency asked to be left alone, in milliseconds. */
  readonly retryAfterMs?: number;
  /** A short, safe description for people, e.g. `503 server_is_overloaded`; never text of a prompt or an answer. */
  readonly detail?: string;
}

/** The end of this call says nothing about the dependency. */
export interface NeutralVerdict {
  readonly verdict: "neutral";
  readonly reason: NeutralReason;
  /** A short, safe description for people. */
  readonly detail?: string;
}
