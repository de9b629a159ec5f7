import type { Attempt } from "@recloser/mock-llm";
import type { Job } from "bullmq";
import { quantile, sum } from "../stats.js";
import type { End, Tally } from "./messages.js";
import { LLM, OTHER, type Plan } from "./plan.js";

/** What one run has shown. */
export interface RunFigures {
  readonly name: string;
  readonly llm: {
    readonly added: number;
    readonly done: number;
    readonly failed: number;
    readonly longestMs: number;
  };
  readonly other: {
    readonly added: number;
    /** Done within two seconds of their arrival. */
    readonly inTime: number;
    /** The same for those that arrived in the outage. */
    readonly inTimeInOutage: number;
    readonly addedInOutage: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
    readonly worstMs: number;
  };
  /** Jobs that Redis does not know any more, or that neither ended nor wait. */
  readonly lost: number;
  /** Jobs that were done more than once. */
  readonly doneTwice: number;
  /** Attempts that no error of the job's own explains. */
  readonly attemptsOnRejections: number;
  readonly deferrals: number;
  /** Requests that reached the provider in the outage. */
  readonly sentInOutage: number;
}

const IN_TIME_MS = 2_000;

export interface RunRecord {
  readonly name: string;
  readonly plan: Plan;
  readonly startedAt: number;
  readonly jobs: readonly (Job | undefined)[];
  /** Ids of those that failed for good. A job keeps the reason of an earlier attempt also when it is done. */
  readonly failed: ReadonlySet<string | undefined>;
  readonly tallies: readonly Tally[];
  readonly attempts: readonly Attempt[];
}

export function figuresOf({ name, plan, startedAt, jobs, failed, tallies, attempts }: RunRecord): RunFigures {
  const known = jobs.filter((job) => job !== undefined);
  const runs = endsByJob(tallies);
  const llm = known.filter((job) => job.name === LLM);
  const other = known.filter((job) => job.name === OTHER);
  const outageFrom = startedAt + plan.outageFromMs;
  const inOutage = other.filter(
    ({ timestamp }) => timestamp >= outageFrom && timestamp < outageFrom + plan.outageMs,
  );
  // A job that was started never has waited until the end.
  const waits = other.map(({ timestamp, processedOn }) => (processedOn ?? Date.now()) - timestamp);
  return {
    name,
    llm: {
      added: plan.jobs / 2,
      done: llm.filter(({ id, finishedOn }) => finishedOn !== undefined && !failed.has(id)).length,
      failed: llm.filter(({ id }) => failed.has(id)).length,
      longestMs: Math.max(...llm.map((job) => (job.finishedOn ?? Date.now()) - job.timestamp)),
    },
    other: {
      added: plan.jobs / 2,
      inTime: other.filter(isInTime).length,
      inTimeInOutage: inOutage.filter(isInTime).length,
      addedInOutage: inOutage.length,
      p50Ms: quantile(waits, 0.5),
      p99Ms: quantile(waits, 0.99),
      worstMs: Math.max(...waits),
    },
    lost: jobs.length - known.length,
    doneTwice: [...runs.values()].filter((ends) => ends.done > 1).length,
    attemptsOnRejections: sum(
      known.map((job) => {
        const ends = runs.get(String(job.id));
        return Math.max(0, job.attemptsMade - (ends?.done ?? 0) - (ends?.failed ?? 0));
      }),
    ),
    deferrals: sum(tallies.flatMap(({ deferrals }) => Object.values(deferrals))),
    sentInOutage: attempts.filter(({ phase }) => phase === "outage").length,
  };
}

function endsByJob(tallies: readonly Tally[]): ReadonlyMap<string, Record<End, number>> {
  const byJob = new Map<string, Record<End, number>>();
  for (const { jobId, end } of tallies.flatMap((tally) => tally.runs)) {
    const ends = byJob.get(jobId) ?? { done: 0, failed: 0, rejected: 0 };
    ends[end]++;
    byJob.set(jobId, ends);
  }
  return byJob;
}

function isInTime({ finishedOn = Infinity, timestamp }: Job): boolean {
  return finishedOn - timestamp <= IN_TIME_MS;
}
