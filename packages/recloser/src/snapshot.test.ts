import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { consecutive } from "./detect/consecutive.js";
import { fakeClock } from "./testing/fake-clock.js";
import { commands, POLICIES, Subject, settings } from "./testing/subject.js";
import { teach } from "./testing/traffic.js";
import { FAILED, fail, NEUTRAL, OK, permitOf, seeded } from "./testing/verdicts.js";

function setUp() {
  const clock = fakeClock();
  const circuit = new Circuit("openai/gpt-5", {
    clock,
    random: () => 0.5,
    detector: consecutive(3),
    stallDeadlineMs: { streaming: 20_000, unary: 50_000 },
  });
  return { clock, circuit };
}

describe("snapshot", () => {
  it("of a new circuit is calm", () => {
    expect(setUp().circuit.snapshot()).toMatchObject({
      circuit: "openai/gpt-5",
      state: "closed",
      mode: "enforce",
      forMs: 0,
      cause: null,
      endsInMs: null,
      epoch: 0,
      meters: [{ name: "errors", level: 0, sentence: "no failures in a row" }],
      window: { calls: 0, failureRate: null, firstToken: { count: 0, p50Ms: null, p99Ms: null } },
      inFlight: { total: 0, waiting: 0, stalled: 0, longestWaitMs: null, limit: null },
      limit: { waiting: null, inFlight: null, cause: null },
      baseline: {
        streaming: { wait: null, perToken: null, stallDeadlineMs: 20_000 },
        unary: { wait: null, perToken: null, stallDeadlineMs: 50_000 },
      },
      callsPerSecond: 0.05,
      hindsight: {
        confirmed: 0,
        contested: 0,
        latest: null,
        sparedCalls: 0,
        sparedMs: 0,
        lostCalls: 0,
      },
      totals: { admitted: 0, settled: 0, expired: 0, aborted: 0, rejected: {}, observed: {}, opened: 0 },
    });
  });

  it("is plain JSON at any time: no NaN, no Infinity, no clock's instants", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(POLICIES)),
        settings,
        commands,
        ({ detector }, chosen, all) => {
          const snapshot = new Subject(detector, chosen).run(all).circuit.snapshot();
          expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
          for (const { level } of snapshot.meters) expect(level >= 0 && level <= 1).toBe(true);
          expect(snapshot.forMs).toBeGreaterThanOrEqual(0);
          expect(snapshot.inFlight.longestWaitMs ?? 0).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("C6: gives ages and durations, whenever it is taken", () => {
    const { clock, circuit } = setUp();
    clock.advance(301);
    fail(circuit, 3);
    for (const passed of [0, 1, 1_234, 3_000]) {
      clock.advance(passed);
      const { forMs, endsInMs } = circuit.snapshot();
      expect(forMs + (endsInMs ?? 0)).toBe(5_000);
    }
    clock.advance(10_000);
    expect(circuit.snapshot()).toMatchObject({
      state: "half-open",
      forMs: 4_235 + 10_000 - 5_000,
      endsInMs: null,
    });
  });

  it("is of its moment: what happens later does not change it", () => {
    const { circuit } = setUp();
    fail(circuit, 3);
    circuit.admit();
    const snapshot = circuit.snapshot();
    const copy = structuredClone(snapshot);
    circuit.admit();
    circuit.force("closed", { forMs: 1_000, reason: "test" });
    fail(circuit, 3);
    expect(snapshot).toEqual(copy);
  });

  it("counts the last minute by what was said, and forgets it", () => {
    const { clock, circuit } = setUp();
    permitOf(circuit).settle(OK);
    permitOf(circuit).settle(NEUTRAL);
    permitOf(circuit).settle({ ...FAILED, reason: "throttled" });
    fail(circuit, 1);
    expect(circuit.snapshot().window).toMatchObject({
      windowMs: 60_000,
      calls: 4,
      successes: 1,
      failures: 2,
      neutral: 1,
      failureRate: 2 / 3,
      byReason: { success: 1, cancelled: 1, throttled: 1, "server-error": 1 },
    });
    clock.advance(60_000);
    expect(circuit.snapshot().window).toMatchObject({ calls: 0, failureRate: null, byReason: {} });
  });

  it("tells the wait of the call that has waited longest, also past its deadline", () => {
    const { clock, circuit } = setUp();
    permitOf(circuit);
    clock.advance(10_000);
    permitOf(circuit, { streaming: true });
    expect(circuit.snapshot().inFlight).toMatchObject({ longestWaitMs: 10_000, waiting: 2 });
    clock.advance(45_000);
    expect(circuit.snapshot().inFlight).toMatchObject({ longestWaitMs: 55_000, waiting: 0, stalled: 2 });
  });

  it("gives quantiles of first token and total time", () => {
    const { clock, circuit } = setUp();
    for (let i = 0; i < 100; i++) {
      const permit = permitOf(circuit, { streaming: true });
      clock.advance(i < 90 ? 50 : 400);
      permit.progress();
      clock.advance(100);
      permit.settle(OK);
    }
    const { firstToken, total } = circuit.snapshot().window;
    expect(firstToken.count).toBe(100);
    expect(Math.abs((firstToken.p50Ms ?? 0) - 50)).toBeLessThan(2);
    expect(Math.abs((firstToken.p99Ms ?? 0) - 400)).toBeLessThan(16);
    expect(Math.abs((total.p50Ms ?? 0) - 150)).toBeLessThan(5);
  });

  it("names the meters of the default policy, and says what they see", () => {
    const clock = fakeClock();
    const circuit = new Circuit("openai/gpt-5", { clock, random: () => 0.5 });
    const shown = () => circuit.snapshot().meters.map(({ name, sentence }) => `${name}: ${sentence}`);
    expect(shown()).toEqual([
      "errors: no failures that count",
      "throttling: nothing throttled",
      "slowness: as fast as healthy",
    ]);
    fail(circuit, 1);
    fail(circuit, 1, { ...FAILED, reason: "throttled" });
    expect(shown().slice(0, 2)).toEqual([
      "errors: 1 of 1 calls failed, last: server-error",
      "throttling: 1 of 1 calls hit the rate limit, last: throttled",
    ]);
    while (circuit.state === "closed") fail(circuit, 1);
    // What filled them is the cause now.
    for (const { level, sentence } of circuit.snapshot().meters)
      expect({ level, sentence }).toEqual({ level: 0, sentence: "starts afresh when the circuit closes" });
  });

  it("tells the learned rate of calls, and what healthy looks like", () => {
    const clock = fakeClock();
    const circuit = new Circuit("openai/gpt-5", { clock });
    teach(circuit, clock, 2_400, { waitMs: 900, tokens: 20, perTokenMs: 10 }, { streaming: true });
    const { callsPerSecond, baseline } = circuit.snapshot();
    // One in 1.25 s, for 50 minutes.
    expect(Math.abs(callsPerSecond - 0.8)).toBeLessThan(0.02);
    const { wait, perToken, stallDeadlineMs } = baseline.streaming;
    expect(Math.abs((wait?.p50Ms ?? 0) - 900)).toBeLessThan(30);
    expect(Math.abs((perToken?.p50Ms ?? 0) - 10)).toBeLessThan(0.5);
    expect(stallDeadlineMs).toBe(15_000);
    expect(baseline.unary).toEqual({ wait: null, perToken: null, stallDeadlineMs: 180_000 });
  });

  it("D5: stays small, whatever has happened", () => {
    const clock = fakeClock();
    const circuit = new Circuit("openai/gpt-5", { clock, random: () => 0.5 });
    const random = seeded(1);
    for (let n = 0; n < 20_000; n++) {
      const admission = circuit.admit({ streaming: n % 2 === 0 });
      clock.advance(random() * 3_000);
      if (!admission.ok) continue;
      if (n % 2 === 0) admission.permit.progress();
      const reason = n % 3 === 0 ? "server-error" : "throttled";
      admission.permit.settle(random() < 0.8 ? OK : { ...FAILED, reason, detail: `error ${n}` });
    }
    expect(JSON.stringify(circuit.snapshot()).length).toBeLessThan(16_000);
  });

  it("makes sense when its clock has gone back", () => {
    let now = 1e6;
    const circuit = new Circuit("x", { clock: { now: () => now }, detector: consecutive(1) });
    permitOf(circuit);
    now = 2e6;
    fail(circuit, 1);
    now = 1e6;
    const { forMs, endsInMs, inFlight } = circuit.snapshot();
    expect(forMs).toBe(0);
    expect(endsInMs).toBeGreaterThan(0);
    expect(inFlight.longestWaitMs).toBe(null);
  });
});
