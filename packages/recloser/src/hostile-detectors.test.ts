import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { anyOf } from "./detect/any-of.js";
import { consecutive } from "./detect/consecutive.js";
import type { Detector, Meter, Trip } from "./detect/detector.js";
import type { CircuitOptions } from "./options.js";
import { type FakeClock, fakeClock } from "./testing/fake-clock.js";
import { teach } from "./testing/traffic.js";
import { FAILED, NEUTRAL, OK, permitOf } from "./testing/verdicts.js";

// A detector is a part that a user may bring. None may hurt a call, or become evidence.

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

const calm: Required<Detector> = {
  firstToken: () => {},
  outlived: () => {},
  succeeded: () => {},
  failed: () => {},
  dropped: () => {},
  trip: () => undefined,
  slowness: () => 0,
  meters: () => [],
  reset: () => {},
  save: () => undefined,
  restore: () => {},
};

/** Everything that a detector hears of, or is asked for. */
async function everything(options: CircuitOptions) {
  const { clock, circuit } = setUp(options);
  expect(await circuit.call(async ({ progress }) => progress())).toMatchObject({ ok: true });
  expect(await circuit.call(() => Promise.reject({ status: 503 }))).toMatchObject({
    failure: { kind: "failed", reason: "overloaded" },
  });
  const stream = await circuit.stream(async function* () {
    yield "a token";
  });
  expect(stream.ok && (await all(stream.value))).toEqual(["a token"]);
  permitOf(circuit).settle(NEUTRAL);
  // Enough to learn what healthy is, so that a pending call can outlive it.
  teach(circuit, clock, 101, { waitMs: 1_250 });
  const held = permitOf(circuit);
  clock.advance(14_000);
  expect(circuit.snapshot()).toMatchObject({ state: "closed", inFlight: { total: 1, waiting: 1 } });
  held.settle(OK);
  const { clock: later, circuit: restored } = setUp(options);
  later.advance(5_000);
  expect(restored.restore(JSON.parse(JSON.stringify(circuit.snapshot())))).toBe(true);
  expect(await restored.call(() => 1)).toMatchObject({ ok: true });
  circuit.force("open", { forMs: 1_000, reason: "test" });
  expect(circuit.snapshot()).toMatchObject({ state: "forced-open", inFlight: { total: 0 } });
  return { clock, circuit };
}

describe("a detector that throws", () => {
  it.each(Object.keys(calm) as (keyof Detector)[])("in %s changes no outcome", async (method) => {
    const heard: string[] = [];
    const spied = Object.fromEntries(
      Object.entries(calm).map(([name, does]) => [
        name,
        (...given: never[]) => {
          heard.push(name);
          return (does as (...given: never[]) => unknown)(...given);
        },
      ]),
    );
    const throwing = () => {
      heard.push(method);
      boom();
    };
    await everything({
      detector: () =>
        ({ ...spied, save: () => ({ some: "thing" }), [method]: throwing }) as unknown as Detector,
    });
    expect(heard).toContain(method);
  });

  it("limits nobody, and teaches nothing wrong: what is healthy is learned as ever", async () => {
    const { circuit } = await everything({ detector: () => ({ ...calm, slowness: boom }) });
    circuit.release();
    expect(circuit.snapshot()).toMatchObject({
      limit: { waiting: null, inFlight: null },
      baseline: { unary: { wait: { samples: expect.any(Number) } } },
    });
  });

  it("does not keep the next one from hearing, in anyOf", () => {
    const { circuit } = setUp({
      detector: anyOf(() => ({ ...calm, failed: boom }), consecutive(2)),
    });
    // What one of them throws is not heard by any of them after it: still no call is hurt.
    for (let n = 0; n < 2; n++) permitOf(circuit).settle(FAILED);
    expect(["open", "closed"]).toContain(circuit.state);
    expect(circuit.snapshot().totals.settled).toBe(2);
  });
});

describe("a detector of a user's own", () => {
  it("may have only the methods that are needed", async () => {
    const { succeeded, failed, trip, meters, reset } = calm;
    const { circuit } = await everything({ detector: () => ({ succeeded, failed, trip, meters, reset }) });
    expect(circuit.snapshot().meters).toEqual([]);
    expect(
      await everything({ detector: anyOf(() => ({ succeeded, failed, trip, meters, reset })) }),
    ).toBeDefined();
  });

  it("limits when its slowness says so, and opens when it trips, as what it says", () => {
    let slowness = 0;
    let trip: Trip | undefined;
    const { circuit } = setUp({
      detector: () => ({ ...calm, slowness: () => slowness, trip: () => trip }),
    });
    const settle = () => permitOf(circuit).settle(OK);
    settle();
    expect(circuit.snapshot().limit.waiting).toBeNull();
    slowness = 1;
    settle();
    // It has no meter of that name to say why.
    expect(circuit.snapshot().limit).toEqual({ waiting: 3, inFlight: 8, cause: "it is slower than healthy" });
    trip = { kind: "quota", message: "the budget of this team is spent" };
    settle();
    expect(circuit.snapshot()).toMatchObject({ state: "open", cause: "the budget of this team is spent" });
    expect(circuit.admit()).toMatchObject({ failure: { reason: "quota", retryAfterMs: 60_000 } });
  });

  it.each([Number.NaN, "very", null, -1, -Infinity])(
    "that says its slowness is %s limits nobody",
    (slowness) => {
      const { clock, circuit } = setUp({ detector: () => ({ ...calm, slowness: () => slowness as number }) });
      teach(circuit, clock, 200, { waitMs: 1_000 });
      expect(circuit.snapshot().limit.waiting).toBeNull();
    },
  );

  it.each<readonly [string, unknown]>([
    ["null", null],
    ["false", false],
    ["true", true],
    ["a string", "it is down"],
    ["{}", {}],
    ["a list", ["it is down"]],
    ["a message that is no string", { message: 503 }],
    ["a message that is a symbol", { message: Symbol("down") }],
    ["a kind alone", { kind: "quota" }],
    ["a promise", Promise.resolve({ message: "it is down" })],
  ])("that trips with %s opens nothing, and hurts no call", async (_what, trip) => {
    const { circuit } = await everything({ detector: () => ({ ...calm, trip: () => trip as Trip }) });
    circuit.release();
    expect(await circuit.call(() => 1)).toMatchObject({ ok: true });
    expect(circuit.snapshot()).toMatchObject({ state: "closed", totals: { opened: 0 } });
  });

  it.each([undefined, "forever", 7, null])("that trips as kind %s opens as failing", (kind) => {
    const trip = { message: "it is down", kind } as Trip;
    const { circuit } = setUp({ detector: () => ({ ...calm, trip: () => trip }) });
    permitOf(circuit).settle(OK);
    expect(circuit.admit()).toMatchObject({ failure: { reason: "open" } });
    expect(circuit.snapshot().cause).toBe("it is down");
  });

  it.each<readonly [string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a number", 7],
    ["a string", "slowness"],
    ["an object", { name: "slowness", level: 1, sentence: "so slow" }],
    [
      "a list of junk",
      [null, undefined, 7, "slowness", {}, { name: "slowness" }, { name: 7, level: 1, sentence: "x" }],
    ],
    ["a sentence that is none", [{ name: "slowness", level: 1, sentence: 7 }]],
  ])("whose meters are %s while it is slow still limits, and hurts no call", async (_what, meters) => {
    const { circuit } = setUp({
      detector: () => ({ ...calm, slowness: () => 1, meters: () => meters as readonly Meter[] }),
    });
    expect(await circuit.call(() => 1)).toMatchObject({ ok: true });
    const outcome = await circuit.call(() => Promise.reject({ status: 503 }));
    expect(outcome).toMatchObject({ failure: { reason: "overloaded" } });
    expect(circuit.snapshot()).toMatchObject({
      state: "closed",
      meters: [],
      limit: { cause: "it is slower than healthy" },
    });
  });

  it("hears the facts of each call: its age in milestones, its fallback, the time per token", () => {
    const heard: unknown[] = [];
    const { clock, circuit } = setUp({
      detector: () => ({
        ...calm,
        outlived: ({ outlived, streaming }) => heard.push(["outlived", outlived, streaming]),
        failed: ({ outlived, fallback }) => heard.push(["failed", outlived, fallback]),
        succeeded: (_call, _now, perTokenMs) => heard.push(["succeeded", perTokenMs]),
        dropped: ({ outlived }) => heard.push(["dropped", outlived]),
      }),
    });
    teach(circuit, clock, 100, { waitMs: 1_250 });
    heard.length = 0;
    const failing = permitOf(circuit, { fallback: true });
    const dropped = permitOf(circuit);
    // The p50, and 1.2 times that.
    clock.advance(1_700);
    dropped.settle(NEUTRAL);
    // 1.5 times the p50, and twice that.
    clock.advance(3_000);
    failing.settle(FAILED);
    const answered = permitOf(circuit);
    answered.settle({ verdict: "success", outputTokens: 50 });
    expect(heard).toEqual([
      ["outlived", 1, false],
      ["outlived", 1, false],
      ["outlived", 2, false],
      ["outlived", 2, false],
      ["dropped", 2],
      ["outlived", 3, false],
      ["outlived", 4, false],
      ["failed", 4, true],
      ["succeeded", 0],
    ]);
  });
});

describe("the rate that a detector learns", () => {
  it("hears of calls that were rejected, too", () => {
    let callsPerSecond = (): number => Number.NaN;
    const { clock, circuit } = setUp({
      detector: (context) => {
        callsPerSecond = context.callsPerSecond;
        return calm;
      },
    });
    // As if one call had come in twenty seconds.
    expect(callsPerSecond()).toBeCloseTo(1 / 20, 6);
    clock.advance(1);
    permitOf(circuit).settle(OK);
    expect(callsPerSecond()).toBeCloseTo(2 / 20, 4);
    circuit.force("open", { forMs: 1_000, reason: "test" });
    circuit.admit();
    circuit.admit();
    expect(callsPerSecond()).toBeCloseTo(4 / 20, 4);
  });
});
