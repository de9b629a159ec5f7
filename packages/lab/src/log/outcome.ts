import type { FailureReason, NeutralReason, Verdict } from "recloser";

const FAILURES: readonly FailureReason[] = [
  "server-error",
  "overloaded",
  "connection",
  "timeout",
  "no-first-token",
  "stalled",
  "truncated",
  "stream-error",
  "malformed",
  "unknown",
  "throttled",
  "quota",
];
const NEUTRALS: readonly NeutralReason[] = [
  "cancelled",
  "deadline",
  "invalid-request",
  "auth",
  "content-filter",
  "context-length",
  "account",
  "bug",
];

const SUCCESS: Verdict = { verdict: "success" };
const UNKNOWN: Verdict = { verdict: "failure", reason: "unknown" };
const CANCELLED: Verdict = { verdict: "neutral", reason: "cancelled" };
const TIMEOUT: Verdict = { verdict: "failure", reason: "timeout" };

/** What people write in logs. */
const WORDS: Readonly<Record<string, Verdict>> = {
  success: SUCCESS,
  succeeded: SUCCESS,
  ok: SUCCESS,
  completed: SUCCESS,
  true: SUCCESS,
  failure: UNKNOWN,
  failed: UNKNOWN,
  error: UNKNOWN,
  false: UNKNOWN,
  neutral: CANCELLED,
  canceled: CANCELLED,
  aborted: CANCELLED,
  "timed-out": TIMEOUT,
  timedout: TIMEOUT,
  "rate-limited": { verdict: "failure", reason: "throttled" },
  ...Object.fromEntries(FAILURES.map((reason) => [reason, { verdict: "failure", reason }])),
  ...Object.fromEntries(NEUTRALS.map((reason) => [reason, { verdict: "neutral", reason }])),
};

/** `rejected` and its like: the call was never sent. */
const UNSENT = new Set(["rejected", "circuit-open", "not-sent", "shed"]);

/** How the words of a log are to be read, as `--map` says: its word, and one of ours. */
export type OutcomeMap = ReadonlyMap<string, string>;

/**
 * A word or an HTTP status as a verdict; `unsent` for a call that a breaker rejected, `undefined` for what is unknown.
 *
 * Of the statuses, 2xx is a success; 429 throttling; 503 and 529 overload; 408 and 504 a timeout; other 5xx a server error;
 * 401 and 403 neutral, as all other 4xx are.
 */
export function outcomeOf(text: string, map: OutcomeMap): Verdict | "unsent" | undefined {
  const given = text.trim();
  const word = (map.get(given) ?? given).toLowerCase().replace(/[\s_]+/g, "-");
  if (UNSENT.has(word)) return "unsent";
  return /^\d{3}$/.test(word) ? ofStatus(Number(word)) : WORDS[word];
}

function ofStatus(status: number): Verdict | undefined {
  if (status >= 200 && status < 300) return SUCCESS;
  switch (status) {
    case 408:
    case 504:
      return TIMEOUT;
    case 429:
      return { verdict: "failure", reason: "throttled" };
    case 503:
    case 529:
      return { verdict: "failure", reason: "overloaded" };
    case 401:
    case 403:
      return { verdict: "neutral", reason: "auth" };
    case 499:
      return CANCELLED;
  }
  if (status >= 500) return { verdict: "failure", reason: "server-error" };
  return status >= 400 ? { verdict: "neutral", reason: "invalid-request" } : undefined;
}
