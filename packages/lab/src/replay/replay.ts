import { LabError } from "../lab-error.js";
import type { CallLog, LoggedCall } from "../log/logged-call.js";
import type { Policy } from "../policy/guard.js";
import { type Opening, Player, type Replayed } from "./player.js";

/** A log, and what each policy would have done. */
export interface Replay {
  readonly log: CallLog;
  readonly span: Span;
  readonly rows: readonly Replayed[];
}

/** The log as it was. Times as in the log. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly circuits: number;
  readonly workers: number;
  readonly successes: number;
  readonly failures: number;
  readonly neutral: number;
  readonly failedSlotMs: number;
}

/** @throws LabError when a policy cannot be replayed. */
export function replay(log: CallLog, policies: readonly Policy[], bulkhead: number): Replay {
  for (const { id, time } of policies) {
    if (id === "oracle") throw new LabError('"oracle" knows the fault, which no log tells; leave it out.');
    if (time === "real")
      throw new LabError(`"${id}" works with the system's clock and cannot be replayed; leave it out.`);
  }
  const rows = policies.map((policy) => new Player(log.calls, policy, bulkhead).play());
  return { log, span: spanOf(log.calls), rows };
}

/** An opening that did harm: most of what it refused would have been answered. */
export function isMistaken({ refused }: Opening): boolean {
  return refused.successes > refused.failures;
}

function spanOf(calls: readonly LoggedCall[]): Span {
  const count = (verdict: string) => calls.filter((call) => call.verdict.verdict === verdict).length;
  let to = 0;
  let failedSlotMs = 0;
  for (const { start, durationMs, verdict } of calls) {
    to = Math.max(to, start + durationMs);
    if (verdict.verdict === "failure") failedSlotMs += durationMs;
  }
  return {
    from: calls[0]?.start ?? 0,
    to,
    circuits: new Set(calls.map(({ circuit }) => circuit)).size,
    workers: new Set(calls.map(({ worker }) => worker)).size,
    successes: count("success"),
    failures: count("failure"),
    neutral: count("neutral"),
    failedSlotMs,
  };
}
