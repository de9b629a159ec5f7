import { atLeast, atMost, type Target } from "../report.js";
import { rounded } from "../stats.js";
import type { RunFigures } from "./figures.js";

const SHARE_OF_HEALTHY = 99;
const LATENCY_OVER_HEALTHY = 1.2;

export interface Runs {
  readonly healthy: RunFigures;
  readonly guarded: RunFigures;
  readonly plain: RunFigures;
}

/** What the guarded run has to show, beside the healthy one. */
export function queueTargets({ healthy, guarded }: Runs): readonly Target[] {
  const share = (100 * guarded.other.inTime) / healthy.other.inTime;
  const limit = rounded(LATENCY_OVER_HEALTHY * healthy.other.p99Ms);
  return [
    atLeast("other jobs in time, of the healthy run's", share, SHARE_OF_HEALTHY, "%", 1),
    atMost("other jobs' p99 wait in the queue (1.2 × healthy)", guarded.other.p99Ms, limit, "ms", 1),
    atMost("jobs lost", guarded.lost, 0, "jobs"),
    atMost("jobs done twice", guarded.doneTwice, 0, "jobs"),
    atMost("attempts consumed by rejections", guarded.attemptsOnRejections, 0, "attempts"),
    atLeast("LLM jobs done after healing", guarded.llm.done, guarded.llm.added, "jobs"),
  ];
}
