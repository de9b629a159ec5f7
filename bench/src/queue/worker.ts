/** A worker process: BullMQ, jobs that call an LLM and jobs that do not, with or without a guard. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Job, Worker } from "bullmq";
import { Circuit } from "recloser";
import { guard } from "recloser/bullmq";
import { circuitFetch, failureOf } from "recloser/fetch";
import type { End, FromWorker, Orders, ToWorker } from "./messages.js";
import { LLM, OTHER_MS, QUEUE } from "./plan.js";

const runs: { jobId: string; end: End }[] = [];
const deferrals: Record<string, number> = {};
let worker: Worker | undefined;

function send(message: FromWorker): void {
  process.send?.(message);
}

/** Asks for a streamed answer and reads it to its end. */
async function ask(send: typeof fetch, providerUrl: string, signal: AbortSignal | null): Promise<number> {
  const response = await send(`${providerUrl}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-5", stream: true, messages: [{ role: "user", content: "Why?" }] }),
    signal,
  });
  const text = await response.text();
  // As SDKs do: the answer's headers are how the failure is found again.
  const { ok, status, headers } = response;
  if (!ok) throw Object.assign(new Error(`The provider answered ${status}.`), { headers });
  return text.length;
}

/** Notes how each run ends. */
async function noted<T>(job: Job, work: () => Promise<T>): Promise<T> {
  const jobId = String(job.id);
  try {
    const value = await work();
    runs.push({ jobId, end: "done" });
    return value;
  } catch (error) {
    runs.push({ jobId, end: failureOf(error)?.kind === "rejected" ? "rejected" : "failed" });
    throw error;
  }
}

function processor(orders: Orders) {
  const circuit = new Circuit("mock/gpt-5", { stallDeadlineMs: { streaming: 10_000 } });
  const send = orders.guarded ? circuitFetch(() => circuit, { onReject: "throw" }) : fetch;
  const work = (job: Job, _token: string | undefined, signal: AbortSignal | undefined): Promise<unknown> =>
    noted<unknown>(job, () =>
      job.name === LLM ? ask(send, orders.providerUrl, signal ?? null) : sleep(OTHER_MS, job.name),
    );
  if (!orders.guarded) return work;
  return guard((job: Job) => (job.name === LLM ? circuit : undefined), work, {
    slots: orders.slots,
    onDeferral: ({ failure }) => {
      deferrals[failure.reason] = (deferrals[failure.reason] ?? 0) + 1;
    },
  });
}

async function start(orders: Orders): Promise<void> {
  const connection = { host: "127.0.0.1", port: orders.redisPort, maxRetriesPerRequest: null };
  worker = new Worker(QUEUE, processor(orders), { connection, concurrency: orders.concurrency });
  worker.on("error", (error) => console.error(`worker: ${error.message}`));
  await worker.waitUntilReady();
  send({ type: "ready" });
}

async function stop(): Promise<void> {
  // Whoever still hangs is of no interest any more.
  await worker?.close(true);
  process.send?.({ type: "tally", tally: { runs, deferrals } } satisfies FromWorker, () => process.exit(0));
}

process.on("message", (message: ToWorker) => {
  switch (message.type) {
    case "start":
      return start(message.orders);
    case "stop":
      return stop();
  }
});
// The parent is gone: so is the reason to go on.
process.on("disconnect", () => process.exit(0));
