import type { Failure, Rejected, RejectionReason, StateName } from "./outcome.js";
import type { FailureReason, FailureVerdict, NeutralReason, NeutralVerdict } from "./verdict.js";
import { seconds, unretried } from "./words.js";

/** What became of a call, in words that complete `openai/gpt-5: …`. */
export const FAILED: Record<FailureReason, string> = {
  "server-error": "the provider answered with an error",
  overloaded: "the provider is overloaded",
  connection: "there was no usable connection to the provider",
  timeout: "the whole answer did not arrive within its limit",
  "no-first-token": "the first token did not arrive within its limit",
  stalled: "nothing came for too long",
  truncated: "the stream ended before the answer was complete",
  "stream-error": "the provider reported an error in the middle of the stream",
  malformed: "the answer could not be read as one",
  unknown: "the call failed with an error that no rule knows",
  throttled: "the provider's rate limit was hit",
  quota: "the account's quota or credit is used up",
};

/** The same for what says nothing about health. */
export const NOT_FAILED: Record<Exclude<NeutralReason, "bug">, string> = {
  cancelled: "the caller gave the call up",
  deadline: "the caller's own deadline passed",
  "invalid-request": "the provider refused the request as invalid",
  auth: "the provider refused the credential",
  "content-filter": "the provider's content filter refused the request",
  "context-length": "the request is longer than the model's context",
  account: "one account's rate limit or quota was hit",
};

export interface CallReport {
  readonly circuit: string;
  readonly state: StateName;
  readonly attempts: number;
  readonly elapsedMs: number;
}

/** A call that was made and did not end in an answer, as data for its caller. */
export function failureOfCall(
  verdict: FailureVerdict | (NeutralVerdict & { readonly reason: Exclude<NeutralReason, "bug"> }),
  report: CallReport,
  cause?: unknown,
): Failure {
  const detail = verdict.detail === undefined ? "" : ` (${verdict.detail})`;
  const after = ` after ${seconds(report.elapsedMs)}`;
  const why = verdict.verdict === "failure" ? FAILED[verdict.reason] : NOT_FAILED[verdict.reason];
  const facts = { message: unretried(`${report.circuit}: ${why}${detail}${after}.`), ...report };
  const failure: Failure = kinded(verdict, facts);
  if (cause !== undefined) Object.defineProperty(failure, "cause", { value: cause, enumerable: false });
  return failure;
}

function kinded(
  verdict: FailureVerdict | (NeutralVerdict & { readonly reason: Exclude<NeutralReason, "bug"> }),
  facts: CallReport & { readonly message: string },
): Failure {
  if (verdict.verdict === "failure") {
    const { reason, retryAfterMs } = verdict;
    return { kind: "failed", reason, ...facts, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
  const { reason } = verdict;
  if (reason === "cancelled" || reason === "deadline") return { kind: "cancelled", reason, ...facts };
  return { kind: "refused", reason, ...facts };
}

/** A call that the circuit did not make. Costs one object: the sentence is made once for each state. */
export function rejection(
  reason: RejectionReason,
  message: string,
  circuit: string,
  state: StateName,
  retryAfterMs: number,
): Rejected {
  return { kind: "rejected", reason, message, circuit, state, retryAfterMs, attempts: 0, elapsedMs: 0 };
}
