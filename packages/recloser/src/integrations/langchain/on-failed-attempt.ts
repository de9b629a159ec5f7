import { CircuitError } from "../../outcome/circuit-error.js";
import { classify } from "../../outcome/classify.js";
import { read } from "../../outcome/facts.js";
import type { Failure } from "../../outcome/outcome.js";
import type { FailureReason, NeutralReason } from "../../outcome/verdict.js";
import { failureOf } from "../fetch/failure-of.js";

/** LangChain waits as long as a rate limit asks, up to here. */
const LONGEST_WAIT_MS = 60_000;
/** What LangChain's errors say about themselves. */
const RETRYABLE = Symbol.for("langchain.errors.retryable");

type Worth = "retry" | "wait" | "stop";

const WORTH: Readonly<Record<FailureReason | NeutralReason, Worth>> = {
  "server-error": "retry",
  overloaded: "retry",
  connection: "retry",
  truncated: "retry",
  "stream-error": "retry",
  malformed: "retry",
  unknown: "retry",
  // The client's own deadline: it knows best how long to wait.
  deadline: "retry",
  throttled: "wait",
  // Each of these held a place for long already, and the caller with it.
  timeout: "stop",
  "no-first-token": "stop",
  stalled: "stop",
  quota: "stop",
  cancelled: "stop",
  "invalid-request": "stop",
  auth: "stop",
  "content-filter": "stop",
  "context-length": "stop",
  account: "stop",
  bug: "stop",
};

/**
 * The option `onFailedAttempt` of a LangChain model. A circuit's rejection ends its retries at once: the caller gets the
 * `CircuitError`, from however deep inside. It takes the place of LangChain's own, and decides as that does: a refused
 * request, an exhausted quota and an abort are not retried, a rate limit only when it says that it is over within a
 * minute. What timed out is not retried either.
 *
 * @example
 * const model = new ChatOpenAI({ configuration: { fetch: circuitFetch(new Circuits()) }, onFailedAttempt });
 */
export function onFailedAttempt(error: unknown): void {
  const own = CircuitError.find(error);
  const failure = own?.failure ?? failureOf(error);
  if (failure?.kind === "rejected") throw own ?? new CircuitError(failure);
  // Our own error carries LangChain's mark, too; what it says decides.
  if ((error !== own && isFinal(error)) || !isWorthIt(failure ?? classify(error), error)) throw own ?? error;
}

/** LangChain's own marks. */
function isFinal(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const stamp = (error as Readonly<Record<symbol, unknown>>)[RETRYABLE];
  return (
    stamp === false ||
    read(error, "name") === "AbortError" ||
    read(error, "code") === "ECONNABORTED" ||
    /^(Cancel|AbortError)/.test(String(read(error, "message")))
  );
}

function isWorthIt(told: Failure | ReturnType<typeof classify>, error: unknown): boolean {
  if (!("reason" in told)) return true;
  const reason: keyof typeof WORTH | undefined = isKnown(told.reason) ? told.reason : undefined;
  switch (reason === undefined ? "retry" : WORTH[reason]) {
    case "retry":
      return true;
    case "stop":
      return false;
    case "wait": {
      const waitMs = "retryAfterMs" in told ? told.retryAfterMs : undefined;
      if (waitMs === undefined || waitMs > LONGEST_WAIT_MS) return false;
      // Where LangChain looks for how long to wait.
      if (typeof error === "object" && error !== null && Object.isExtensible(error))
        Object.assign(error, { retryAfterMs: waitMs });
      return true;
    }
  }
}

function isKnown(reason: string): reason is keyof typeof WORTH {
  return Object.hasOwn(WORTH, reason);
}
