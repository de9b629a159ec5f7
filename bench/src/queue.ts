import { progress } from "./progress.js";
import type { RunFigures } from "./queue/figures.js";
import { FULL, QUICK } from "./queue/plan.js";
import { runQueue } from "./queue/run.js";
import { queueTargets } from "./queue/targets.js";
import { type Report, type Row, report } from "./report.js";
import { rounded } from "./stats.js";

/**
 * A BullMQ queue of LLM and other jobs through an outage of the provider: with a guard, without, and without an outage.
 * Real Redis, real worker processes, the mock provider over loopback, in real time.
 */
export async function queue({ quick }: { readonly quick: boolean }): Promise<Report> {
  const plan = quick ? QUICK : FULL;
  const seconds = Math.ceil(plan.limitMs / 1_000);
  const startedAt = performance.now();
  const elapsed = (): number => Math.min(seconds - 1, Math.floor((performance.now() - startedAt) / 1_000));
  const timer = setInterval(() => progress(elapsed(), seconds, "seconds, at most"), 1_000);
  try {
    // Side by side, so that whatever else the machine does meets all of them alike.
    const [healthy, guarded, plain] = await Promise.all([
      runQueue({ name: "healthy, guarded", outage: false, guarded: true }, plan),
      runQueue({ name: "outage, guarded", outage: true, guarded: true }, plan),
      runQueue({ name: "outage, plain BullMQ", outage: true, guarded: false }, plan),
    ]);
    const runs = { healthy, guarded, plain };
    return report("queue", Object.values(runs).map(row), queueTargets(runs));
  } finally {
    clearInterval(timer);
    progress(seconds, seconds, "");
  }
}

function row({ name, llm, other, ...run }: RunFigures): Row {
  return {
    run: name,
    llmDone: llm.done,
    llmFailed: llm.failed,
    llmLongestS: rounded(llm.longestMs / 1_000),
    otherInTime: other.inTime,
    otherInOutage: other.inTimeInOutage,
    otherAddedInOutage: other.addedInOutage,
    p50: rounded(other.p50Ms),
    p99: rounded(other.p99Ms),
    worst: rounded(other.worstMs),
    sent: run.sentInOutage,
    deferrals: run.deferrals,
    twice: run.doneTwice,
    lost: run.lost,
    consumed: run.attemptsOnRejections,
  };
}
