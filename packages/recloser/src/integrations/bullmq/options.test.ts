import { describe, expect, it } from "vitest";
import { Circuit } from "../../circuit.js";
import { failedReason, readFailedReason } from "./failed-reason.js";
import { guard } from "./guard.js";
import { type DeferrableJob, deferralsOf, halfOfWorker } from "./job.js";

const circuit = new Circuit("openai/gpt-5");
const processor = async (): Promise<string> => "done";

describe("guard's arguments", () => {
  it.each([
    [{ slots: 0 }, "slots is 0; give a whole number of at least 1 (Infinity allowed)."],
    [{ slots: 1.5 }, "slots is 1.5; give a whole number of at least 1 (Infinity allowed)."],
    [{ maxDeferrals: -1 }, "maxDeferrals is -1; give a whole number of at least 0 (Infinity allowed)."],
    [
      { maxDeferrals: Number.NaN },
      "maxDeferrals is NaN; give a whole number of at least 0 (Infinity allowed).",
    ],
    [{ signal: 3 as never }, "signal is 3; give an AbortSignal."],
    [{ onDeferral: "log" as never }, 'onDeferral is "log"; give a function.'],
    [
      { concurrency: 3 } as never,
      'guard options has no option "concurrency"; it has slots, maxDeferrals, signal, onDeferral.',
    ],
  ])("%j is refused with a sentence", (options, sentence) => {
    expect(() => guard(circuit, processor, options)).toThrow(sentence);
  });

  it("refuses what is no circuit and what is no processor", () => {
    expect(() => guard({} as never, processor)).toThrow(
      "guard got no circuit; give a Circuit, or a function",
    );
    expect(() => guard(circuit, "file.js" as never)).toThrow(
      'guard(processor) is "file.js"; give a function.',
    );
  });

  it("makes a processor of three parameters, or BullMQ would hand it no signal", () => {
    expect(guard(circuit, processor)).toHaveLength(3);
  });
});

describe("the count of deferrals", () => {
  const job = (facts: Partial<DeferrableJob>): DeferrableJob => ({
    name: "llm",
    timestamp: 0,
    priority: 0,
    attemptsMade: 0,
    attemptsStarted: 1,
    stalledCounter: 0,
    moveToDelayed: async () => {},
    ...facts,
  });

  it("is what started without consuming an attempt or being lost", () => {
    expect(deferralsOf(job({}))).toBe(0);
    expect(deferralsOf(job({ attemptsStarted: 8, attemptsMade: 2, stalledCounter: 1 }))).toBe(4);
  });

  it("is never negative and never no number", () => {
    expect(deferralsOf(job({ attemptsStarted: 1, attemptsMade: 3 }))).toBe(0);
    expect(deferralsOf(job({ attemptsStarted: undefined as never }))).toBe(0);
  });
});

describe("half of a worker", () => {
  it("is rounded up, and one where the job does not know its worker", () => {
    expect(halfOfWorker({ queue: { concurrency: 8 } })).toBe(4);
    expect(halfOfWorker({ queue: { concurrency: 1 } })).toBe(1);
    expect(halfOfWorker({ queue: {} })).toBe(1);
    expect(halfOfWorker({})).toBe(1);
  });
});

describe("a failedReason", () => {
  it("reads back as what it was written from", () => {
    const failure = circuit.admit();
    if (failure.ok) failure.permit.settle({ verdict: "neutral", reason: "cancelled" });
    const rejected = {
      kind: "rejected",
      reason: "throttled",
      message: "openai/gpt-5 is open because it asked for less. Nothing was sent.",
      circuit: "openai/gpt-5",
      state: "open",
      attempts: 0,
      elapsedMs: 0,
    } as const;
    const text = failedReason(rejected, 1);
    expect(text.split("\n")[0]).toBe(
      `${rejected.message} The job was sent back once before and is given up (maxDeferrals).`,
    );
    expect(readFailedReason(text)).toEqual({
      kind: "rejected",
      reason: "throttled",
      circuit: "openai/gpt-5",
      state: "open",
      deferrals: 1,
    });
  });

  it.each([
    undefined,
    null,
    "",
    "boom",
    "boom\n{}",
    '{"kind":"rejected"}',
    "boom\nnull",
    'x\n{"kind":"failed","reason":"bug"}',
  ])("%j is none of ours", (text) => {
    expect(readFailedReason(text)).toBeUndefined();
  });
});
