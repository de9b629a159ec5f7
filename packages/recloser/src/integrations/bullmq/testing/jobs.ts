import { type Job, Queue, QueueEvents, Worker, type WorkerOptions } from "bullmq";
import { vi } from "vitest";
import type { GuardedProcessor } from "../guard.js";
import { startRedis, type TestRedis } from "./redis.js";

/** A queue on a Redis of its own, and workers that end with it. */
export interface TestQueue {
  readonly redis: TestRedis;
  readonly queue: Queue<unknown, unknown, string>;
  readonly events: QueueEvents;
  work(processor: GuardedProcessor<Job, unknown>, options?: Partial<WorkerOptions>): Worker;
  /** The job as Redis has it now. */
  job(id: string): Promise<Job>;
  close(): Promise<void>;
}

export async function startQueue(): Promise<TestQueue> {
  const redis = await startRedis();
  const { connection } = redis;
  const queue = new Queue<unknown, unknown, string>("work", { connection });
  const events = new QueueEvents("work", { connection });
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  const workers: Worker[] = [];
  queue.on("error", () => {});
  queue.setMaxListeners(0);
  events.on("error", () => {});
  events.setMaxListeners(0);
  return {
    redis,
    queue,
    events,
    work(processor, options = {}) {
      const worker = new Worker("work", processor, { connection, concurrency: 4, ...options });
      worker.on("error", () => {});
      workers.push(worker);
      return worker;
    },
    async job(id) {
      const job = await queue.getJob(id);
      if (job === undefined) throw new Error(`There is no job ${id}.`);
      return job;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.close(true)));
      await Promise.all([events.close(), queue.close()]);
      await redis.stop();
    },
  };
}

/** A promise and what settles it. */
export function gate(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** Waits until `check` throws no more. The default of a second is short for a busy machine. */
export function eventually(check: () => unknown): Promise<unknown> {
  return vi.waitFor(check, 15_000);
}
