import type { Job } from "bullmq";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Circuit } from "../../circuit.js";
import { CircuitError } from "../../outcome/circuit-error.js";
import { failureOf } from "../fetch/failure-of.js";
import { guard } from "./guard.js";
import { type Deferral, type GuardOptions, readFailedReason } from "./index.js";
import { eventually, gate, startQueue, type TestQueue } from "./testing/jobs.js";

let test: TestQueue;
beforeEach(async () => {
  test = await startQueue();
});
afterEach(() => test.close());

const OUTAGE = { forMs: 200, reason: "a test" };
const isLlm = (job: Job): boolean => job.name === "llm";

describe("an open circuit", () => {
  it("sends its jobs back with no attempt consumed, and they run when it may be tried", async () => {
    const circuit = new Circuit("openai/gpt-5");
    circuit.force("open", OUTAGE);
    const states: string[] = [];
    const deferred: Deferral[] = [];
    const worker = test.work(
      guard(
        circuit,
        (job) => {
          states.push(circuit.state);
          return circuit.callOrThrow(async () => job.data);
        },
        { onDeferral: (deferral) => deferred.push(deferral) },
      ),
    );
    await worker.waitUntilReady();
    const job = await test.queue.add("llm", "answer", { attempts: 1 });

    expect(await job.waitUntilFinished(test.events)).toBe("answer");
    expect(states).not.toContain("forced-open");
    expect(deferred.length).toBeGreaterThan(0);
    expect(deferred[0]).toMatchObject({
      jobId: job.id,
      jobName: "llm",
      deferrals: 1,
      failure: { kind: "rejected", reason: "forced-open", circuit: "openai/gpt-5" },
    });
    const after = await test.job(job.id ?? "");
    expect(after.attemptsMade).toBe(1);
    expect(after.attemptsStarted).toBe(deferred.length + 1);
  });

  it("lets other job names of the same queue and worker flow", async () => {
    const circuit = new Circuit("openai/gpt-5");
    circuit.force("open", { forMs: 600_000, reason: "a test" });
    const processor = vi.fn(async (job: Job) => job.name);
    test.work(
      guard((job: Job) => (isLlm(job) ? circuit : undefined), processor),
      { concurrency: 2 },
    );
    await test.queue.addBulk(Array.from({ length: 30 }, () => ({ name: "llm", data: 0 })));
    const others = await test.queue.addBulk(Array.from({ length: 30 }, () => ({ name: "mail", data: 0 })));

    await Promise.all(others.map((job) => job.waitUntilFinished(test.events)));
    expect(processor).toHaveBeenCalledTimes(30);
    await eventually(async () => expect(await test.queue.getDelayedCount()).toBe(30));
    expect(await test.queue.getFailedCount()).toBe(0);
  });

  /** A job that meets it comes again soon, and meets it again. */
  function shutCircuit(): Circuit {
    const circuit = new Circuit("openai/gpt-5", {
      coolDown: { initialMs: 10, maxMs: 10, retryAfterMaxMs: 10 },
    });
    circuit.force("open", { forMs: 600_000, reason: "a test" });
    return circuit;
  }

  it("fails a job with the typed reason when it was sent back too often, and does not retry it", async () => {
    const heard: number[] = [];
    const onDeferral = ({ deferrals }: Deferral): number => heard.push(deferrals);
    const never = vi.fn(async () => "never");
    const worker = test.work(guard(shutCircuit(), never, { maxDeferrals: 3, onDeferral }));
    const errors: Error[] = [];
    worker.on("failed", (_, error) => errors.push(error));
    const job = await test.queue.add("llm", 0, { attempts: 5 });

    await expect(job.waitUntilFinished(test.events)).rejects.toThrow("openai/gpt-5 is forced-open");
    await eventually(() => expect(errors).toHaveLength(1));
    const after = await test.job(job.id ?? "");
    expect(heard).toEqual([1, 2, 3]);
    expect(never).not.toHaveBeenCalled();
    expect(await after.getState()).toBe("failed");
    expect(after.failedReason.split("\n")[0]).toMatch(/sent back 3 times before and is given up/);
    expect(readFailedReason(after.failedReason)).toEqual({
      kind: "rejected",
      reason: "forced-open",
      circuit: "openai/gpt-5",
      state: "forced-open",
      deferrals: 3,
    });
    expect(CircuitError.isInstance(errors[0])).toBe(true);
    expect(failureOf(errors[0])).toMatchObject({ kind: "rejected", reason: "forced-open" });
  });

  it("counts on when the worker was replaced", async () => {
    const counts: number[] = [];
    const options: GuardOptions = {
      maxDeferrals: 20,
      onDeferral: ({ deferrals }) => counts.push(deferrals),
    };
    const circuit = shutCircuit();
    const first = test.work(guard(circuit, async () => "never", options));
    const job = await test.queue.add("llm", 0);
    await eventually(() => expect(counts).toContain(2));
    await first.close();
    test.work(guard(circuit, async () => "never", options));

    await expect(job.waitUntilFinished(test.events)).rejects.toThrow("given up");
    expect(counts).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });
});

describe("a half-open circuit", () => {
  it("is tried by one job at a time; the others come again", async () => {
    const circuit = new Circuit("openai/gpt-5", { coolDown: { initialMs: 40 } });
    circuit.force("open", { forMs: 20, reason: "a test" });
    await eventually(() => expect(circuit.state).toBe("half-open"));
    const started: string[] = [];
    const { open, opened } = gate();
    const reasons: string[] = [];
    const processor = async (job: Job): Promise<string> => {
      started.push(circuit.state);
      await opened;
      return circuit.callOrThrow(async () => String(job.id));
    };
    test.work(
      guard(circuit, processor, { slots: 4, onDeferral: ({ failure }) => reasons.push(failure.reason) }),
    );
    const jobs = await test.queue.addBulk(Array.from({ length: 5 }, () => ({ name: "llm", data: 0 })));
    await eventually(() => expect(reasons.length).toBeGreaterThanOrEqual(4));
    expect(started).toEqual(["half-open"]);
    open();

    const results = await Promise.all(jobs.map((job) => job.waitUntilFinished(test.events)));
    expect(results).toEqual(jobs.map((job) => job.id));
    expect(circuit.state).toBe("closed");
    expect(reasons).toContain("probing");
  });
});

describe("what a processor throws", () => {
  it("passes through: BullMQ counts and retries it as ever", async () => {
    const circuit = new Circuit("openai/gpt-5");
    let calls = 0;
    const failing = guard(circuit, async () => {
      calls++;
      if (calls < 3) throw new Error("a fault of its own");
      return calls;
    });
    test.work(failing);
    const job = await test.queue.add("llm", 0, { attempts: 3 });
    expect(await job.waitUntilFinished(test.events)).toBe(3);
    expect((await test.job(job.id ?? "")).attemptsMade).toBe(3);
  });

  it("sends the job back when a call was rejected as saturated, with no attempt consumed", async () => {
    const circuit = new Circuit("openai/gpt-5", { maxConcurrent: 1 });
    const held = gate();
    const deferred: Deferral[] = [];
    const processor = guard(
      circuit,
      (job: Job) =>
        circuit.callOrThrow(async () => {
          if (job.data === "long") await held.opened;
          return job.data;
        }),
      { slots: 4, onDeferral: (deferral) => deferred.push(deferral) },
    );
    test.work(processor);
    const long = await test.queue.add("llm", "long");
    await eventually(() => expect(circuit.snapshot().inFlight.total).toBe(1));
    const short = await test.queue.add("llm", "short", { attempts: 1 });
    await eventually(() => expect(deferred[0]?.failure.reason).toBe("saturated"));
    held.open();

    expect(await long.waitUntilFinished(test.events)).toBe("long");
    expect(await short.waitUntilFinished(test.events)).toBe("short");
    expect((await test.job(short.id ?? "")).attemptsMade).toBe(1);
  });

  it("sends the job back when the provider's rate limit was hit, for as long as it asked", async () => {
    const circuit = new Circuit("openai/gpt-5");
    const calledAt: number[] = [];
    const processor = guard(circuit, () =>
      circuit.callOrThrow(async () => {
        calledAt.push(Date.now());
        if (calledAt.length > 1) return "answer";
        throw Object.assign(new Error("slow down"), { status: 429, headers: { "retry-after-ms": "150" } });
      }),
    );
    test.work(processor);
    const job = await test.queue.add("llm", 0, { attempts: 1 });
    expect(await job.waitUntilFinished(test.events)).toBe("answer");
    expect((calledAt[1] ?? 0) - (calledAt[0] ?? 0)).toBeGreaterThanOrEqual(150);
    expect((await test.job(job.id ?? "")).attemptsMade).toBe(1);
  });

  it("is heard even by a listener that throws", async () => {
    const circuit = new Circuit("openai/gpt-5");
    circuit.force("open", { forMs: 30, reason: "a test" });
    const onDeferral = (): never => {
      throw new Error("a metrics bug");
    };
    test.work(guard(circuit, () => circuit.callOrThrow(async () => "answer"), { onDeferral }));
    const job = await test.queue.add("llm", 0);
    expect(await job.waitUntilFinished(test.events)).toBe("answer");
  });
});

describe("the job that tries a half-open circuit", () => {
  it("pays no attempt for it when the provider fails, and lets another try next", async () => {
    const circuit = new Circuit("openai/gpt-5", { coolDown: { initialMs: 30, maxMs: 60 } });
    circuit.force("open", { forMs: 20, reason: "a test" });
    let down = true;
    const tried: string[] = [];
    const processor = guard(circuit, (job: Job) =>
      circuit.callOrThrow(async () => {
        tried.push(String(job.id));
        if (down) throw Object.assign(new Error("down"), { status: 503 });
        return job.id;
      }),
    );
    const jobs = await test.queue.addBulk(
      Array.from({ length: 4 }, () => ({ name: "llm", data: 0, opts: { attempts: 1 } })),
    );
    await eventually(() => expect(circuit.state).toBe("half-open"));
    test.work(processor);
    await eventually(() => expect(new Set(tried).size).toBe(4));
    down = false;
    await Promise.all(jobs.map((job) => job.waitUntilFinished(test.events)));
    expect(tried[1]).not.toBe(tried[0]);
    for (const job of jobs) expect((await test.job(job.id ?? "")).attemptsMade).toBe(1);
  });
});
