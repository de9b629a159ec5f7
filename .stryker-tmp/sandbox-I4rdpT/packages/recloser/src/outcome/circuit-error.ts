// @ts-nocheck
import type { Failure } from "./outcome.js";

const MARK = Symbol.for("recloser.CircuitError");
/** LangChain's callers read this from the error and stop retrying. */
const LANGCHAIN_RETRYABLE = Symbol.for("langchain.errors.retryable");
/** Wrappers of wrappers end somewhere; the errors of a batch may not. */
const MOST_LOOKS = 100;

/**
 * Thrown where an API has to throw: `callOrThrow`, a stream that breaks, a `fetch`. It carries the same `failure` as the
 * outcome would. Its name, its text and the absence of a `cause` are chosen so that no SDK swallows, rewraps or retries
 * it; what was thrown originally is `failure.cause`.
 */
export class CircuitError extends Error {
  override readonly name = "CircuitError";
  readonly failure: Failure;

  constructor(failure: Failure) {
    const { stackTraceLimit } = Error;
    // A rejection is an answer, not a surprise: its stack would cost far more than the rejection.
    if (failure.kind === "rejected") Error.stackTraceLimit = 0;
    super(failure.message);
    Error.stackTraceLimit = stackTraceLimit;
    this.failure = failure;
    Object.defineProperty(this, MARK, { value: true });
    Object.defineProperty(this, LANGCHAIN_RETRYABLE, { value: false });
  }

  /** True for a CircuitError of any copy of this package, also one inside another library's wrapper. */
  static isInstance(error: unknown): boolean {
    return CircuitError.find(error) !== undefined;
  }

  /** The CircuitError that `error` is or wraps (`cause`, `lastError`, `errors`), of any copy of this package. */
  static find(error: unknown): CircuitError | undefined {
    const seen = new Set([error]);
    for (const one of seen) {
      if (typeof one !== "object" || one === null) continue;
      if (MARK in one) return one as unknown as CircuitError;
      if (seen.size > MOST_LOOKS) continue;
      for (const inner of innerErrors(one)) seen.add(inner);
    }
    return undefined;
  }
}

function innerErrors(error: object): readonly unknown[] {
  try {
    const { cause, lastError, errors } = error as { cause?: unknown; lastError?: unknown; errors?: unknown };
    return [cause, lastError, ...(Array.isArray(errors) ? errors.slice(0, MOST_LOOKS) : [])];
  } catch {
    // A property that throws when it is read wraps nothing.
    return [];
  }
}
