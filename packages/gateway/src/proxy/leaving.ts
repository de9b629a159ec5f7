import type { Verdict } from "recloser";

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
