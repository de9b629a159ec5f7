import type { Verdict } from "recloser";
import type { Call } from "./call.js";

/** As in the library: a wait of this long that a deadline ended says something about the provider. */
const PATIENCE_MS = 15_000;

/** The shortest wait for a first token, or for a whole answer, that counts as evidence when a deadline ends it. */
export function patienceMs({ circuit, streaming, limits }: Call): number {
  const { timeoutMs = Infinity, firstTokenTimeoutMs = Infinity } = limits;
  const stall = circuit?.policy.stallDeadlineMs;
  return Math.min(
    PATIENCE_MS,
    timeoutMs,
    streaming ? firstTokenTimeoutMs : Infinity,
    (streaming ? stall?.streaming : stall?.unary) ?? Infinity,
  );
}

/** What it says that a client left before any token. */
export function verdictOfLeaving(leaving: {
  readonly waitedMs: number;
  /** The client's own; Infinity where nobody knows. */
  readonly deadlineMs: number;
  readonly patienceMs: number;
  /** The client held the answer up, so that the wait was not only the provider's. */
  readonly held: boolean;
}): Verdict {
  if (leaving.waitedMs < leaving.deadlineMs) return { verdict: "neutral", reason: "cancelled" };
  return leaving.waitedMs >= leaving.patienceMs && !leaving.held
    ? { verdict: "failure", reason: "timeout" }
    : { verdict: "neutral", reason: "deadline" };
}
