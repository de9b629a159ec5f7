// @ts-nocheck
import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { Circuits } from "./circuits.js";
import type { CircuitOptions } from "./options.js";
import type { Verdict } from "./outcome/verdict.js";
import { type FakeClock, fakeClock } from "./testing/fake-clock.js";
import { FAILED, permitOf } from "./testing/verdicts.js";

// The parts that a user may bring are code too. None of them may hurt a call, or become evidence.

function setUp(options: CircuitOptions = {}): { readonly clock: FakeClock; readonly circuit: Circuit } {
  const clock = fakeClock();
  return { clock, circuit: new Circuit("openai/gpt-5", { clock, random: () => 0.5, ...options }) };
}

function boom(): never {
  throw new Error("boom");
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = [];
  for await (const item of items) seen.push(item);
  return seen;
}

describe("a classify that gives no verdict", () => {
  it.each([
    ["null", null],
    ["false", false],
    ["a string", "failure"],
    ["a promise", Promise.resolve({ verdict: "neutral", reason: "auth" })],
    ["a reason that does not exist", { verdict: "failure", reason: "http-500" }],
    ["a verdict that does not exist", { verdict: "maybe" }],
  ])("but %s leaves it to the table", async (_what, given) => {
    const { clock, circuit } = setUp({ classify: () => given as Verdict, timeoutMs: 60_000 });
    const outcome = await circuit.call(() => Promise.reject({ status: 503 }));
    expect(outcome).toMatchObject({ failure: { kind: "failed", reason: "overloaded" } });
    expect(circuit.snapshot().inFlight.total).toBe(0);
    expect(clock.timers).toBe(0);
  });
});

describe("a settlement that is no verdict", () => {
  it.each([
    { verdict: "failure", reason: "http-500" },
    { verdict: "neutral", reason: "whatever" },
    { verdict: "sucess" },
    undefined,
  ])("%j counts as a failure, never as a success", (given) => {
    const { circuit } = setUp();
    expect(permitOf(circuit).settle(given as Verdict)).toBe(true);
    expect(circuit.snapshot().window).toMatchObject({ successes: 0, failures: 1, byReason: { unknown: 1 } });
  });
});

describe("chance and time that misbehave", () => {
  it.each([boom, () => Number.NaN, () => 7, () => -1])(
    "a random that gives nonsense opens all the same: %s",
    (random) => {
      const { circuit } = setUp({ random });
      for (let call = 0; call < 10; call++) {
        const admission = circuit.admit();
        if (admission.ok) admission.permit.settle(FAILED);
      }
      expect(circuit.snapshot()).toMatchObject({ state: "open", endsInMs: 5_000 });
    },
  );

  it("a clock that begins to throw stands still", async () => {
    let broken = false;
    const clock = { now: () => (broken ? boom() : 1_000) };
    const circuit = new Circuit("openai/gpt-5", { clock });
    broken = true;
    expect(await circuit.call(() => 1)).toEqual({ ok: true, degraded: false, value: 1 });
    expect(circuit.snapshot()).toMatchObject({ state: "closed", forMs: 0 });
  });
});

describe("a source that is no proper iterator", () => {
  it("fails its reader instead of leaving it waiting", async () => {
    const { circuit } = setUp();
    const source = { [Symbol.asyncIterator]: () => ({ next: async () => undefined }) };
    const stream = await circuit.stream(() => source as unknown as AsyncIterable<string>);
    if (!stream.ok) throw new Error("It should have started.");
    await expect(all(stream.value)).rejects.toThrow(TypeError);
    expect(circuit.snapshot().inFlight.total).toBe(0);
  });
});

describe("a fallback that hangs", () => {
  it("waits no longer than its caller", async () => {
    const { circuit } = setUp();
    const caller = new AbortController();
    const outcome = circuit.call(() => Promise.reject({ status: 503 }), {
      signal: caller.signal,
      fallback: () => {
        queueMicrotask(() => caller.abort());
        return new Promise(() => {});
      },
    });
    expect(await outcome).toMatchObject({ ok: false, failure: { kind: "failed", reason: "overloaded" } });
  });
});

describe("an impatient caller of a unary call", () => {
  it("A6: is no evidence, however short the limits between tokens are", async () => {
    const { clock, circuit } = setUp({ stallTimeoutMs: 50, firstTokenTimeoutMs: 80 });
    const outcome = circuit.call(() => new Promise(() => {}), { timeoutMs: 100 });
    clock.advance(100);
    expect(await outcome).toMatchObject({ failure: { kind: "cancelled", reason: "deadline" } });
  });
});

describe("listeners that look or act", () => {
  it("hear every change in order, whoever reads the state in between", () => {
    const clock = fakeClock();
    const circuits = new Circuits({ clock, random: () => 0, coolDown: { initialMs: 0 } });
    const circuit = circuits.get("openai/gpt-5");
    const heard: string[] = [];
    circuits.on("transition", () => void circuit.state);
    circuit.on("transition", () => void circuit.snapshot());
    circuit.on("transition", ({ to, epoch }) => heard.push(`${epoch} ${to}`));
    circuits.on("transition", ({ to, epoch }) => heard.push(`all: ${epoch} ${to}`));
    for (let call = 0; call < 8; call++) {
      const admission = circuit.admit();
      if (admission.ok) admission.permit.settle(FAILED);
    }
    expect(heard.slice(0, 4)).toEqual(["1 open", "all: 1 open", "2 half-open", "all: 2 half-open"]);
  });

  it("one that forces the circuit closed as it opens keeps the stalled calls", () => {
    const { clock, circuit } = setUp({ stallDeadlineMs: { unary: 1_000 } });
    let aborted = 0;
    circuit.on("transition", ({ to }) => {
      if (to === "open") circuit.force("closed", { forMs: 60_000, reason: "we know better" });
    });
    for (let call = 0; call < 3; call++) circuit.admit({ onAbort: () => aborted++ });
    clock.advance(1_000);
    expect(circuit.state).toBe("forced-closed");
    expect(aborted).toBe(0);
  });
});

describe("an async listener", () => {
  it("that rejects is ignored like one that throws", async () => {
    const { circuit } = setUp();
    const rejections: unknown[] = [];
    const onRejection = (reason: unknown): void => void rejections.push(reason);
    process.on("unhandledRejection", onRejection);
    circuit.on("transition", async () => boom());
    circuit.force("open", { forMs: 1_000, reason: "test" });
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", onRejection);
    expect(rejections).toEqual([]);
  });
});

describe("bad input", () => {
  it("is refused with a sentence that says what to give", async () => {
    const { circuit } = setUp();
    expect(() => new Circuits().get(undefined as unknown as string)).toThrow("A circuit needs a name");
    expect(() => new Circuit("two\nlines")).toThrow("A circuit needs a name on one line");
    expect(() => new Circuits({ each: () => 5 as never }).get("x")).toThrow(
      'each("x") gives 5; give options',
    );
    expect(() => circuit.force("open", undefined as never)).toThrow("force is undefined; give an object.");
    expect(() => circuit.on("transition", 5 as never)).toThrow("on(listener) is 5; give a function.");
    await expect(circuit.stream(() => undefined as never)).rejects.toThrow("no async iterable");
    expect(circuit.snapshot().inFlight.total).toBe(0);
  });
});
