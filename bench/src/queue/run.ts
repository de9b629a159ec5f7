import { setTimeout as sleep } from "node:timers/promises";
import { startMock } from "@recloser/mock-llm";
import { type Job, Queue } from "bullmq";
import { startCrew } from "./crew.js";
import { figuresOf, type RunFigures } from "./figures.js";
import { ATTEMPTS, BACKOFF_MS, LLM, OTHER, type Plan, QUEUE } from "./plan.js";
import { startRedis } from "./redis.js";

export interface RunChoice {
  readonly name: string;
  readonly outage: boolean;
  readonly guarded: boolean;
}

const HEALTHY = { firstTokenMs: { median: 250, sigma: 0.45 }, perTokenMs: 10, tokens: 16 } as const;
const LOOK_EVERY_MS = 250;

/** One run on a Redis, a provider and worker processes of its own. */
export async function runQueue({ name, outage, guarded }: RunChoice, plan: Plan): Promise<RunFigures> {
  const phases = [
    { name: "healthy", forMs: plan.outageFromMs },
    {
      name: "outage",
      forMs: plan.outageMs,
      ...(outage ? { faults: [{ kind: "hang", share: 0.5 } as const, { kind: "error-503" } as const] } : {}),
    },
  ];
  const redis = await startRedis();
  const mock = await startMock({ seed: 7, script: { defaults: HEALTHY, phases } });
  const queue = new Queue(QUEUE, { connection: { host: "127.0.0.1", port: redis.port } });
  const { concurrency, slots } = plan;
  const orders = { redisPort: redis.port, providerUrl: mock.url, guarded, concurrency, slots };
  const crew = await startCrew(plan.workers, orders);
  try {
    // Connections and code are warm before anything is measured.
    await queue.addBulk(
      Array.from({ length: 40 }, () => ({ name: OTHER, data: 0, opts: { removeOnComplete: true } })),
    );
    while (!(await isDone(queue))) await sleep(LOOK_EVERY_MS);

    const startedAt = Date.now();
    mock.clear();
    mock.startScript();
    const jobs = await addAll(queue, plan, startedAt);
    while (!(await isDone(queue)) && Date.now() - startedAt < plan.limitMs) {
      await sleep(LOOK_EVERY_MS);
    }
    const after = await Promise.all(jobs.map((job) => queue.getJob(String(job.id))));
    const failed = new Set((await queue.getFailed(0, -1)).map(({ id }) => id));
    const tallies = await crew.stop();
    return figuresOf({ name, plan, startedAt, jobs: after, failed, tallies, attempts: mock.attempts() });
  } finally {
    crew.kill();
    await queue.close();
    await mock.close();
    await redis.stop();
  }
}

async function addAll(queue: Queue, plan: Plan, startedAt: number): Promise<readonly Job[]> {
  const gapMs = plan.addedByMs / plan.jobs;
  const jobs: Promise<Job>[] = [];
  for (let i = 0; i < plan.jobs; i++) {
    const dueInMs = startedAt + i * gapMs - Date.now();
    if (dueInMs > 0) await sleep(dueInMs);
    const backoff = { type: "exponential", delay: BACKOFF_MS };
    jobs.push(queue.add(i % 2 === 0 ? LLM : OTHER, i, { attempts: ATTEMPTS, backoff }));
  }
  return Promise.all(jobs);
}

async function isDone(queue: Queue): Promise<boolean> {
  const counts = await queue.getJobCounts("active", "waiting", "delayed", "prioritized");
  return Object.values(counts).every((count) => count === 0);
}
