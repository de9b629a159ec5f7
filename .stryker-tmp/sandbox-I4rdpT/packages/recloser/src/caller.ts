// @ts-nocheck
import type { Attempt, Ended } from "./attempt.js";
import type { NeutralVerdict } from "./outcome/verdict.js";

/** A caller gave up: on a deadline of its own, or because it wants the answer no more. */
export function gaveUp(signal: AbortSignal): NeutralVerdict & { readonly reason: "cancelled" | "deadline" } {
  const { reason } = signal;
  const deadline =
    typeof reason === "object" && reason !== null && "name" in reason && reason.name === "TimeoutError";
  return { verdict: "neutral", reason: deadline ? "deadline" : "cancelled" };
}

/** A caller that gave up: its own deadline counts only when the wait was long enough to say something. */
export function callerVerdict(
  signal: AbortSignal,
  {
    elapsedMs,
    waitedMs,
    patienceMs,
    callerDeadlineMs,
  }: Pick<Attempt, "elapsedMs" | "waitedMs" | "patienceMs" | "callerDeadlineMs">,
): Ended {
  const { verdict, reason } = gaveUp(signal);
  if (reason === "cancelled" && elapsedMs < callerDeadlineMs) return { verdict, reason };
  // While tokens flow, a deadline that passes says nothing about who sends them.
  return waitedMs >= patienceMs
    ? { verdict: "failure", reason: "timeout" }
    : { verdict: "neutral", reason: "deadline" };
}
