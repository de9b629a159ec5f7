// @ts-nocheck
import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { consecutive } from "./detect/consecutive.js";
import type { CircuitOptions } from "./options.js";
import type { FailureVerdict } from "./outcome/verdict.js";
import { type FakeClock, fakeClock } from "./testing/fake-clock.js";
import { FAILED, fail, permitOf, succeed } from "./testing/verdicts.js";

function setUp(options: CircuitOptions = {}): { readonly clock: FakeClock; readonly circuit: Circuit } {
  const clock = fakeClock();
  return { clock, circuit: new Circuit("openai/gpt-5", { clock, random: () => 0.5, ...options }) };
}

const throttled = (retryAfterMs?: number): FailureVerdict => ({
  verdict: "failure",
  reason: "throttled",
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

describe("cool-down and hints", () => {
  const failProbe = (clock: FakeClock, circuit: Circuit, verdict: FailureVerdict = FAILED): number => {
    clock.advance(circuit.snapshot().endsInMs ?? 0);
    permitOf(circuit).settle(verdict);
    return circuit.snapshot().endsInMs ?? Number.NaN;
  };

  it("F8: grows with each failed probe up to its cap, and starts afresh after one that succeeds", () => {
    const { clock, circuit } = setUp({ detector: consecutive(3), probes: { successes: 2 } });
    fail(circuit, 3);
    const waits = [
      circuit.snapshot().endsInMs,
      ...Array.from({ length: 6 }, () => failProbe(clock, circuit)),
    ];
    expect(waits.map((wait) => Math.round(wait ?? 0))).toEqual([
      5_000, 7_500, 11_250, 16_875, 25_313, 30_000, 30_000,
    ]);
    clock.advance(30_000);
    succeed(circuit, 1);
    permitOf(circuit).settle(FAILED);
    expect(circuit.snapshot().endsInMs).toBe(7_500);
  });

  it("starts afresh after an operator has closed it", () => {
    const { clock, circuit } = setUp({ detector: consecutive(3) });
    fail(circuit, 3);
    for (let i = 0; i < 6; i++) failProbe(clock, circuit);
    circuit.force("closed", { forMs: 1_000, reason: "they say it works" });
    clock.advance(3_600_000);
    fail(circuit, 3);
    expect(circuit.snapshot().endsInMs).toBe(5_000);
  });

  it("C12: ten thousand openings in a row stay finite and within the cap", () => {
    let n = 0;
    const random = () => (n++ % 100) / 100;
    const { clock, circuit } = setUp({ detector: consecutive(1), random, coolDown: { growth: 10 } });
    fail(circuit, 1);
    for (let i = 0; i < 10_000; i++) {
      const refused = circuit.admit();
      const wait = refused.ok ? Number.NaN : (refused.failure.retryAfterMs ?? Number.NaN);
      expect(wait > 0 && wait <= 45_000).toBe(true);
      clock.advance(wait);
      permitOf(circuit).settle(FAILED);
    }
    expect(circuit.snapshot().totals.opened).toBe(10_001);
  });

  it("C10, C12: no cool-down at all stays none, however it grows", () => {
    const { clock, circuit } = setUp({ detector: consecutive(1), coolDown: { initialMs: 0, growth: 1e10 } });
    fail(circuit, 1);
    for (let i = 0; i < 100; i++) {
      expect(circuit.state).toBe("half-open");
      permitOf(circuit).settle(FAILED);
      expect(circuit.snapshot().totals.opened).toBe(i + 2);
      clock.advance(1);
    }
    const messages: string[] = [];
    circuit.on("transition", ({ message }) => messages.push(message));
    permitOf(circuit).settle(FAILED);
    expect(messages[0]).toBe(
      "1 failure in a row, last: server-error; since then 101 probes in a row failed, last: server-error; the next probe is due in 0 ms",
    );
  });

  it("F7: the first cool-down is jittered too", () => {
    const waits = [0, 0.25, 0.5, 0.999].map((share) => {
      const { circuit } = setUp({ detector: consecutive(1), random: () => share });
      fail(circuit, 1);
      return circuit.snapshot().endsInMs;
    });
    expect(waits).toEqual([2_500, 3_750, 5_000, 7_495]);
  });

  it("F1: a later hint extends an opening, and none shortens it", () => {
    for (const [first, then] of [
      [60_000, 5_000],
      [5_000, 60_000],
    ] as const) {
      const { circuit } = setUp({ detector: consecutive(1), random: () => 0 });
      const [late, ...early] = [permitOf(circuit), permitOf(circuit)];
      for (const permit of early) permit.settle({ ...FAILED, retryAfterMs: first });
      late.settle({ ...throttled(then) });
      expect(circuit.snapshot().endsInMs).toBe(60_000);
    }
  });

  it("F1: a hint heard before the opening counts from when it was heard", () => {
    const { clock, circuit } = setUp({ detector: consecutive(1), random: () => 0 });
    permitOf(circuit).settle(throttled(60_000));
    expect(circuit.state).toBe("closed");
    clock.advance(10_000);
    fail(circuit, 1);
    expect(circuit.snapshot().endsInMs).toBe(50_000);
    const healed = setUp({ detector: consecutive(1), random: () => 0 }).circuit;
    permitOf(healed).settle(throttled(60_000));
    succeed(healed, 1);
    fail(healed, 1);
    expect(healed.snapshot().endsInMs).toBe(2_500);
  });

  it("F2: a fleet that was told the same second does not return in it, and nobody earlier", () => {
    let n = 0;
    const waits = Array.from({ length: 1_000 }, () => {
      const { circuit } = setUp({ detector: consecutive(1), random: () => (n++ % 1_000) / 1_000 });
      permitOf(circuit).settle({ ...FAILED, retryAfterMs: 1e9 });
      return circuit.snapshot().endsInMs ?? 0;
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(900_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(900_000 * 1.2);
    const seconds = new Map<number, number>();
    for (const wait of waits)
      seconds.set(Math.floor(wait / 1_000), (seconds.get(Math.floor(wait / 1_000)) ?? 0) + 1);
    expect(Math.max(...seconds.values())).toBeLessThan(20);
  });

  it.each([
    ["90 s", 90_000, 90_000],
    ["a day", 86_400_000, 900_000],
    ["a billion seconds", 1e12, 900_000],
    ["for ever", Infinity, 900_000],
    ["nothing", 0, 2_500],
    ["less than nothing", -60_000, 2_500],
    ["no number", Number.NaN, 2_500],
  ])("F3, F4: asked to wait %s, waits at least that, up to the cap", (_what, retryAfterMs, expected) => {
    const { clock, circuit } = setUp({ detector: consecutive(1), random: () => 0 });
    const late = permitOf(circuit);
    permitOf(circuit).settle({ ...FAILED, retryAfterMs });
    expect(circuit.snapshot().endsInMs).toBe(expected);
    // Once more while it is open, and by a probe.
    late.settle({ ...FAILED, retryAfterMs });
    expect(circuit.snapshot().endsInMs).toBe(expected);
    const again = failProbe(clock, circuit, { ...FAILED, retryAfterMs });
    expect(again).toBe(Math.max(3_750, expected));
  });
});
