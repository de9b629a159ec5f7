import type { Job } from "bullmq";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Circuit } from "../../circuit.js";
import { type GuardedProcessor, guard } from "./guard.js";
import type { GuardOptions } from "./options.js";
import { Share } from "./share.js";
import { startQueue, type TestQueue } from "./testing/jobs.js";

let test: TestQueue;
beforeEach(async () => {
  test = await startQueue();
});
afterEach(() => test.close());

const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A processor that notes how many LLM jobs ran at once, and in which order the jobs started. */
function noting(options: GuardOptions, llmMs: number) {
  const circuit = new Circuit("openai/gpt-5");
  const order: string[] = [];
  let running = 0;
  const seen = { most: 0, order };
  const processor: GuardedProcessor<Job, unknown> = guard(
    (job: Job) => (job.name === "llm" ? circuit : undefined),
    async (job: Job) => {
      order.push(String(job.data));
      if (job.name !== "llm") return job.name;
      return circuit.callOrThrow(async () => {
        seen.most = Math.max(seen.most, ++running);
        await soon(llmMs);
        running--;
      });
    },
    options,
  );
  return { processor, seen };
}

function add(name: string, count: number, prefix = name) {
  return test.queue.addBulk(
    Array.from({ length: count }, (_, i) => ({ name, data: `${prefix} ${i}`, opts: { attempts: 1 } })),
  );
}

describe("the share of a worker's slots", () => {
  it("is held by guarded jobs, however many there are; the others get the rest", async () => {
    const { processor, seen } = noting({ slots: 2 }, 20);
    const llm = await add("llm", 30);
    const mail = await add("mail", 30);
    test.work(processor, { concurrency: 6 });
    await Promise.all(mail.map((job) => job.waitUntilFinished(test.events)));
    await Promise.all(llm.map((job) => job.waitUntilFinished(test.events)));
    expect(seen.most).toBe(2);
    for (const job of llm) expect((await test.job(job.id ?? "")).attemptsMade).toBe(1);
    expect(new Set(seen.order).size).toBe(60);
    expect(seen.order).toHaveLength(60);
  });

  it("is half of the worker's concurrency, rounded up, when it is not given", async () => {
    const { processor, seen } = noting({}, 30);
    const llm = await add("llm", 12);
    test.work(processor, { concurrency: 5 });
    await Promise.all(llm.map((job) => job.waitUntilFinished(test.events)));
    expect(seen.most).toBe(3);
  });

  it("starves no job while more arrives than the slots can take", async () => {
    const { processor, seen } = noting({ slots: 1 }, 10);
    const old = await add("llm", 10, "old");
    const worker = test.work(processor, { concurrency: 4 });
    await old[0]?.waitUntilFinished(test.events);
    // More keep coming than the slot can take.
    const fresh: Awaited<ReturnType<typeof add>> = [];
    let coming = true;
    const stream = (async () => {
      while (coming) {
        fresh.push(...(await add("llm", 2, `new ${fresh.length}`)));
        await soon(10);
      }
    })();
    await Promise.all(old.map((job) => job.waitUntilFinished(test.events)));
    coming = false;
    await stream;
    expect(fresh.length).toBeGreaterThan(10);
    expect(seen.order.filter((data) => data.startsWith("old"))).toHaveLength(10);
    await worker.close();
  });
});

describe("spacing", () => {
  it("follows what jobs usually take and how many run at once, within bounds", () => {
    const share = new Share();
    expect(share.spacingMs(4)).toBe(50);
    share.learn(1_600);
    expect(share.spacingMs(4)).toBe(200);
    expect(share.spacingMs(1)).toBe(800);
    expect(share.spacingMs(Infinity)).toBe(10);
    for (let i = 0; i < 50; i++) share.learn(60_000);
    expect(share.spacingMs(1)).toBe(1_000);
  });

  it("counts a slot once, however often it is given back", () => {
    const share = new Share();
    const leave = share.enter();
    share.enter();
    leave();
    leave();
    expect(share.running).toBe(1);
  });
});
