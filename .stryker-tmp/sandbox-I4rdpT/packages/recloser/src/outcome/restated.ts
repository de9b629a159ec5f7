// @ts-nocheck
import type { Failure } from "./outcome.js";

/** The same failure, with some of its facts as they are now. */
export function restated<F extends Failure>(
  failure: F,
  facts: Partial<Pick<Failure, "attempts" | "elapsedMs" | "retryAfterMs" | "state">>,
): F {
  const { cause } = failure;
  const now: F = { ...failure, ...facts };
  if (cause !== undefined) Object.defineProperty(now, "cause", { value: cause, enumerable: false });
  return now;
}
