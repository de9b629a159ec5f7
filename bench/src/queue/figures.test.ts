import type { Job } from "bullmq";
import { describe, expect, it } from "vitest";
import { figuresOf, type RunFigures } from "./figures.js";
import type { End } from "./messages.js";
import { QUICK } from "./plan.js";
import { queueTargets } from "./targets.js";

const START = 1_000_000;

interface Made {
  readonly id: string;
  readonly name: "llm" | "other";
  readonly atMs?: number;
  readonly waitMs?: number;
  readonly attemptsMade?: number;
}

/** A job that was done right after its wait. */
function job({ id, name, atMs = 0, waitMs = 5, attemptsMade = 1 }: Made): Job {
  const timestamp = START + atMs;
  const processedOn = timestamp + waitMs;
  return { id, name, timestamp, processedOn, finishedOn: processedOn + 50, attemptsMade } as Job;
}

function figures(jobs: readonly (Job | undefined)[], runs: readonly [string, End][]): RunFigures {
  return figuresOf({
    name: "a run",
    plan: { ...QUICK, jobs: jobs.length },
    startedAt: START,
    jobs,
    failed: new Set(["failed"]),
    tallies: [{ runs: runs.map(([jobId, end]) => ({ jobId, end })), deferrals: { open: 3, saturated: 4 } }],
    attempts: [],
  });
}

describe("the figures of a run", () => {
  it("tell what was lost, done twice, and paid for a rejection", () => {
    const found = figures(
      [
        job({ id: "good", name: "llm" }),
        job({ id: "twice", name: "llm" }),
        job({ id: "cheated", name: "llm", attemptsMade: 3 }),
        job({ id: "failed", name: "llm" }),
        undefined,
      ],
      [
        ["good", "rejected"],
        ["good", "done"],
        ["twice", "done"],
        ["twice", "done"],
        ["cheated", "failed"],
        ["cheated", "rejected"],
        ["cheated", "done"],
        ["failed", "failed"],
      ],
    );
    expect(found).toMatchObject({ lost: 1, doneTwice: 1, attemptsOnRejections: 1, deferrals: 7 });
    expect(found.llm).toMatchObject({ done: 3, failed: 1 });
  });

  it("count other jobs in time, and apart those of the outage", () => {
    const found = figures(
      [
        job({ id: "1", name: "other" }),
        job({ id: "2", name: "other", atMs: QUICK.outageFromMs + 10 }),
        job({ id: "3", name: "other", atMs: QUICK.outageFromMs + 20, waitMs: 5_000 }),
        job({ id: "4", name: "other", atMs: QUICK.outageFromMs + QUICK.outageMs }),
      ],
      [],
    );
    expect(found.other).toMatchObject({ inTime: 3, inTimeInOutage: 1, addedInOutage: 2, worstMs: 5_000 });
  });

  it("miss the targets when a job is missing", () => {
    const healthy = figures(
      [job({ id: "1", name: "llm" }), job({ id: "2", name: "other" })],
      [
        ["1", "done"],
        ["2", "done"],
      ],
    );
    const guarded = figures([undefined, job({ id: "2", name: "other", waitMs: 900 })], [["2", "done"]]);
    const missed = queueTargets({ healthy, guarded, plain: healthy }).filter(({ met }) => !met);
    expect(missed.map(({ what }) => what)).toEqual([
      "other jobs' p99 wait in the queue (1.2 × healthy)",
      "jobs lost",
      "LLM jobs done after healing",
    ]);
    expect(queueTargets({ healthy, guarded: healthy, plain: healthy }).every(({ met }) => met)).toBe(true);
  });
});
