import { type MockServer, startMock } from "@recloser/mock-llm";
import { Queue, QueueEvents } from "bullmq";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startRedis, type TestRedis } from "../../packages/recloser/src/integrations/bullmq/testing/redis.js";
import { startWorker } from "./bullmq-worker.js";

let redis: TestRedis;
let mock: MockServer;
let queue: Queue;
let events: QueueEvents;
let worker: ReturnType<typeof startWorker>;
let lines: string[];

function start(): void {
  const { connection } = redis;
  lines = [];
  worker = startWorker({
    connection,
    apiKey: "any",
    baseURL: `${mock.url}/v1`,
    log: (line) => lines.push(line),
  });
}

beforeEach(async () => {
  redis = await startRedis();
  mock = await startMock();
  queue = new Queue("jobs", { connection: redis.connection });
  events = new QueueEvents("jobs", { connection: redis.connection });
  for (const emitter of [queue, events]) emitter.setMaxListeners(0);
  queue.on("error", () => {});
  events.on("error", () => {});
  await events.waitUntilReady();
  start();
});
afterEach(async () => {
  await worker.stop();
  await Promise.all([queue.close(), events.close()]);
  await mock.close();
  await redis.stop();
});

const summarise = (count: number) =>
  queue.addBulk(
    Array.from({ length: count }, (_, i) => ({
      name: "summarise",
      data: { text: `text ${i}` },
      opts: { attempts: 4, backoff: { type: "fixed", delay: 100 } },
    })),
  );
const mail = (count: number) =>
  queue.addBulk(Array.from({ length: count }, (_, i) => ({ name: "mail", data: { to: `user ${i}` } })));

it("mails while the provider is down, and summarises when it is back", async () => {
  mock.setBehaviour({ faults: [{ kind: "error-503" }] });
  const texts = await summarise(12);
  await vi.waitFor(
    () => expect(lines.some((line) => line.startsWith("openai/gpt-5 is open"))).toBe(true),
    10_000,
  );
  const mails = await mail(20);
  const mailed = await Promise.all(mails.map((job) => job.waitUntilFinished(events)));
  expect(mailed).toContain("mailed user 19");
  await vi.waitFor(
    () => expect(lines.join("\n")).toMatch(/job \d+ waits \d+ s: openai\/gpt-5 is open/),
    10_000,
  );
  expect(await queue.getCompletedCount()).toBe(20);

  mock.setBehaviour(undefined);
  await Promise.all(texts.map((job) => job.waitUntilFinished(events)));
  expect(await queue.getFailedCount()).toBe(0);
});

it("gives back what runs when it is stopped, and the next worker does it", async () => {
  mock.setBehaviour({ faults: [{ kind: "hang" }] });
  const [text] = await summarise(1);
  await mock.waitForAttempts(1);
  await worker.stop();
  expect(await text?.getState()).toBe("delayed");

  mock.setBehaviour(undefined);
  start();
  await text?.waitUntilFinished(events);
  expect((await queue.getJob(String(text?.id)))?.attemptsMade).toBe(1);
});

it("says once that Redis is gone, and goes on when it is back", async () => {
  await worker.ready();
  await redis.kill();
  await vi.waitFor(() => expect(lines.join("\n")).toContain("ECONNREFUSED"), 10_000);
  await redis.restart();
  const [text] = await summarise(1);
  expect(await text?.waitUntilFinished(events)).not.toBe("");
  await vi.waitFor(() => expect(lines).toContain("redis: works again"), 10_000);
  expect(lines.filter((line) => line.includes("ECONNREFUSED"))).toHaveLength(1);
  expect(lines.filter((line) => line.startsWith("redis:")).length).toBeLessThanOrEqual(3);
});
