import { faultSpan } from "../scenario/phases.js";
import type { Scenario } from "../scenario/scenario.js";

/** Answers are counted from so long before the onset, for comparison. */
const AHEAD_MS = 60_000;
const MOST_BUCKETS = 600;
const SHORTEST_BUCKET_MS = 1000;

/** When things are, in virtual milliseconds since the start of a run. */
export interface Timeline {
  readonly onset: number;
  readonly end: number;
  readonly faultFrom: number;
  /** When the last fault ends; Infinity when it does not within the watch. */
  readonly healed: number;
  /** The first bucket begins here. */
  readonly seriesFrom: number;
  readonly bucketMs: number;
  readonly buckets: number;
}

export function timelineOf(scenario: Scenario): Timeline {
  const { warmUpMs: onset, watchMs } = scenario;
  const seriesFrom = onset - Math.min(AHEAD_MS, onset);
  const length = onset + watchMs - seriesFrom;
  const bucketMs = SHORTEST_BUCKET_MS * Math.ceil(Math.max(1, length / MOST_BUCKETS / SHORTEST_BUCKET_MS));
  const { fromMs, untilMs } = faultSpan(scenario);
  return {
    onset,
    end: onset + watchMs,
    faultFrom: onset + fromMs,
    healed: onset + untilMs,
    seriesFrom,
    bucketMs,
    buckets: Math.ceil(length / bucketMs),
  };
}

/** The bucket of a moment; the first one for what is earlier, the last one for what is later. */
export function bucketOf({ seriesFrom, bucketMs, buckets }: Timeline, at: number): number {
  return Math.max(0, Math.min(buckets - 1, Math.floor((at - seriesFrom) / bucketMs)));
}
