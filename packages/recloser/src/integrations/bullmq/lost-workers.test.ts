import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Job } from "bullmq";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Circuit } from "../../circuit.js";
import { guard } from "./guard.js";
import type { Deferral } from "./options.js";
import { eventually, gate, startQueue, type TestQueue } from "./testing/jobs.js";

let test: TestQueue;
beforeEach(async () => {
  test = await startQueue();
});
afterEach(() => test.close());

/** Waits for an answer that never comes, as long as it is allowed to. */
function hang({ signal }: { readonly signal: AbortSignal }): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

describe("a worker that stops in the middle of a call", () => {
  it("is waited for by close", async () => {
    const circuit = new Circuit("openai/gpt-5");
    const { open, opened } = gate();
    const started = gate();
    const worker = test.work(
      guard(circuit, () =>
        circuit.callOrThrow(async () => {
          started.open();
          await opened;
          return "answer";
        }),
      ),
    );
    const job = await test.queue.add("llm", 0, { attempts: 1 });
    await started.opened;
    const closed = worker.close();
    open();
    await closed;
    const after = await test.job(job.id ?? "");
    expect(await after.getState()).toBe("completed");
    expect(after.returnvalue).toBe("answer");
  });

  it("gives its jobs back when its signal is aborted, with no attempt consumed, and says nothing against the provider", async () => {
    const circuit = new Circuit("openai/gpt-5");
    const stop = new AbortController();
    const deferred: Deferral[] = [];
    const onDeferral = (deferral: Deferral): number => deferred.push(deferral);
    const started = gate();
    const worker = test.work(
      guard(
        circuit,
        (_job: Job, _token, signal) =>
          circuit.callOrThrow(
            (call) => {
              started.open();
              return hang(call);
            },
            { signal },
          ),
        { signal: stop.signal, onDeferral },
      ),
    );
    const job = await test.queue.add("llm", "question", { attempts: 1 });
    await started.opened;
    stop.abort();
    await worker.close();
    expect(deferred).toMatchObject([{ jobId: job.id, failure: { kind: "cancelled" } }]);
    expect(circuit.snapshot().window.byReason).toEqual({ cancelled: 1 });
    expect(await (await test.job(job.id ?? "")).getState()).toBe("delayed");

    const next = new Circuit("openai/gpt-5");
    test.work(guard(next, (again: Job) => next.callOrThrow(async () => again.data)));
    expect(await job.waitUntilFinished(test.events)).toBe("question");
    expect((await test.job(job.id ?? "")).attemptsMade).toBe(1);
  });

  it("hears a cancelled job, which fails as BullMQ has it", async () => {
    const circuit = new Circuit("openai/gpt-5");
    const started = gate();
    const worker = test.work(
      guard(circuit, (_job: Job, _token, signal) =>
        circuit.callOrThrow(
          (call) => {
            started.open();
            return hang(call);
          },
          { signal },
        ),
      ),
    );
    const job = await test.queue.add("llm", 0);
    await started.opened;
    expect(worker.cancelJob(job.id ?? "", "no longer wanted")).toBe(true);
    await expect(job.waitUntilFinished(test.events)).rejects.toThrow("the caller gave the call up");
    expect(circuit.snapshot().window.byReason).toEqual({ cancelled: 1 });
  });

  it("loses nothing when it is killed: the next worker does the job, once", async () => {
    const child = startWorkerProcess(test.redis.connection.port);
    try {
      const job = await test.queue.add("llm", "question", { attempts: 1 });
      await once(child, "message");
      expect(await job.getState()).toBe("active");
      child.kill("SIGKILL");
      await once(child, "exit");

      const circuit = new Circuit("openai/gpt-5");
      const runs = vi.fn((again: Job) => circuit.callOrThrow(async () => again.data));
      test.work(guard(circuit, runs), { lockDuration: 400, stalledInterval: 100 });
      expect(await job.waitUntilFinished(test.events)).toBe("question");
      expect(runs).toHaveBeenCalledTimes(1);
      const after = await test.job(job.id ?? "");
      expect(after.attemptsMade).toBe(1);
      expect(after.stalledCounter).toBe(1);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("does not count a lost worker as a deferral", async () => {
    const child = startWorkerProcess(test.redis.connection.port);
    try {
      const job = await test.queue.add("llm", "question");
      await once(child, "message");
      child.kill("SIGKILL");
      await once(child, "exit");

      const circuit = new Circuit("openai/gpt-5");
      circuit.force("open", { forMs: 1_500, reason: "a test" });
      const deferred: Deferral[] = [];
      const onDeferral = (deferral: Deferral): number => deferred.push(deferral);
      test.work(
        guard(circuit, async (again: Job) => again.data, { onDeferral }),
        {
          lockDuration: 400,
          stalledInterval: 100,
        },
      );
      expect(await job.waitUntilFinished(test.events)).toBe("question");
      expect(deferred[0]?.deferrals).toBe(1);
    } finally {
      child.kill("SIGKILL");
    }
  });
});

function startWorkerProcess(port: number): ChildProcess {
  const script = fileURLToPath(new URL("testing/worker-process.mjs", import.meta.url));
  return fork(script, [String(port)], { stdio: ["ignore", "inherit", "inherit", "ipc"], execArgv: [] });
}

describe("a Redis that dies and comes back", () => {
  it("loses no job and no deferral, and the worker goes on by itself", async () => {
    const circuit = new Circuit("openai/gpt-5");
    const done = new Map<string, number>();
    const held = gate();
    const processor = guard(
      (job: Job) => (job.name === "llm" ? circuit : undefined),
      async (job: Job) => {
        if (job.name === "llm") await circuit.callOrThrow(() => held.opened);
        const id = String(job.id);
        done.set(id, (done.get(id) ?? 0) + 1);
        return job.name;
      },
      { slots: 2 },
    );
    // A job whose fetch the crash cut in two comes back by BullMQ's check for stalled jobs.
    test.work(processor, { lockDuration: 5_000, stalledInterval: 500 });
    const jobs = await test.queue.addBulk(
      Array.from({ length: 20 }, (_, i) => ({
        name: i % 2 === 0 ? "llm" : "mail",
        data: 0,
        opts: { attempts: 1 },
      })),
    );
    await eventually(async () => expect(await test.queue.getDelayedCount()).toBeGreaterThan(0));

    await test.redis.kill();
    // The calls end while there is nowhere to write it down.
    held.open();
    await test.redis.restart();

    await eventually(async () => expect(await test.queue.getCompletedCount()).toBe(20));
    expect(await test.queue.getFailedCount()).toBe(0);
    for (const job of jobs) {
      expect(done.get(String(job.id))).toBe(1);
      expect((await test.job(job.id ?? "")).attemptsMade).toBe(1);
    }
  });
});
