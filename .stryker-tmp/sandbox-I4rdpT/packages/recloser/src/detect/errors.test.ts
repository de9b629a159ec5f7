// @ts-nocheck
import { describe, expect, it } from "vitest";
import type { FailureReason } from "../outcome/verdict.js";
import { alone, callAt } from "../testing/detectors.js";
import type { DetectorContext } from "./detector.js";
import { errors } from "./errors.js";

/** The meter alone, driven by hand: each event is one call of the learned rate, `s` seconds after the start. */
function meter(context: Partial<DetectorContext> = {}) {
  const { detector, called, level } = alone(errors(), context);
  return {
    detector,
    level,
    fail(s: number, reason: FailureReason = "server-error"): void {
      called(s);
      detector.failed(callAt(s), { verdict: "failure", reason }, s * 1_000);
    },
    /** A success at `s` of a call admitted at `from`. */
    succeed(s: number, from = s): void {
      called(s);
      detector.succeeded(callAt(from), s * 1_000);
    },
    trips: (s: number): boolean => detector.trip(s * 1_000) !== undefined,
  };
}

describe("the errors meter, by hand", () => {
  // A failure adds ln(0.95/0.3) = 1.1527 nats to the second test, which is the one that lags here: it is full at 3.5 while
  // the rate is low. A success takes ln(0.05/0.7) = 2.6391 off.
  it("fills by ln(0.95/p) for each failure, of max(3.5, ln 900 + 1.75·ln λ)", () => {
    const { fail: failAt, level, trips } = meter();
    failAt(0);
    expect(level(0)).toBeCloseTo(1.1527 / 3.5, 3);
    failAt(0);
    // Three requests in twenty seconds: 6.8024 + 1.75 · ln 0.15 = 3.4824, still below 3.5.
    expect(level(0)).toBeCloseTo(2.3054 / 3.5, 3);
    failAt(0);
    // Four: 6.8024 + 1.75 · ln 0.2 = 3.9859.
    expect(level(0)).toBeCloseTo(3.458 / 3.9859, 3);
    expect(trips(0)).toBe(false);
    failAt(0);
    // Five: 6.8024 + 1.75 · ln 0.25 = 4.3764.
    expect(level(0)).toBe(1);
    expect(trips(0)).toBe(true);
  });

  it("is paid back by successes", () => {
    const { fail: failAt, succeed: succeedAt, level } = meter();
    for (let i = 0; i < 3; i++) failAt(0);
    succeedAt(0);
    expect(level(0)).toBeCloseTo((3.458 - 2.6391) / 4.3764, 3);
    succeedAt(0);
    expect(level(0)).toBe(0);
    succeedAt(0);
    failAt(0);
    expect(level(0)).toBeGreaterThan(0);
  });

  it("C1: halves every 120 s, and is empty in the end", () => {
    const { fail: failAt, level } = meter();
    for (let i = 0; i < 3; i++) failAt(0);
    const full = level(0);
    // Three in 20 s is a rate of 0.2/s: ten of them take less than 120 s.
    expect(level(120)).toBeCloseTo(full / 2, 6);
    expect(level(240)).toBeCloseTo(full / 4, 6);
    expect(level(3_600)).toBe(0);
    failAt(3_600);
    expect(level(3_600)).toBeLessThan(0.4);
  });

  it("counts a call that held its slot to the end against a third of the tolerable share", () => {
    for (const reason of ["stalled", "timeout"] as const) {
      const { fail: failAt, level } = meter();
      failAt(0, reason);
      // Now the first test lags: ln(0.95/0.02) = 3.8607 of ln(0.1 · 86,400) + ln 2 = 9.7573.
      expect(level(0)).toBeCloseTo(3.8607 / 9.7573, 3);
    }
  });

  it("A5: throttling neither adds nor pays back", () => {
    const { fail: failAt, level } = meter();
    failAt(0);
    const one = level(0);
    for (let i = 0; i < 50; i++) failAt(0, "throttled");
    const { fail: alone, level: without } = meter();
    alone(0);
    expect(without(0)).toBe(one);
    expect(level(0)).toBeGreaterThan(0);
    expect(level(0)).toBeLessThanOrEqual(one);
  });

  it("gives no credit for a call from before this run of failures, and full credit for a later one", () => {
    const { fail: failAt, succeed: succeedAt, level, detector } = meter();
    for (let i = 0; i < 3; i++) failAt(10);
    const before = level(10);
    const facts = { streaming: true, firstTokenAt: 10_000 };
    detector.firstToken?.(callAt(9, facts), 10_000);
    expect(level(10)).toBe(before);
    // The end of a call that was credited at its first token adds nothing either.
    detector.succeeded(callAt(10, facts), 10_000);
    expect(level(10)).toBe(before);
    detector.firstToken?.(callAt(10, facts), 10_000);
    expect(level(10)).toBeLessThan(before);
    // Nor does a unary call from before it.
    const left = level(10);
    detector.succeeded(callAt(9), 10_000);
    expect(level(10)).toBe(left);
    succeedAt(10);
    succeedAt(10);
    expect(level(10)).toBe(0);
  });

  it("learns what this dependency fails anyway, up to 60 %, and a fresh outage does not dilute its own test", () => {
    const { fail: failAt, succeed: succeedAt, level } = meter();
    let share = 0;
    const vote = (failed: boolean, s: number): void => {
      if (failed) failAt(s);
      else succeedAt(s);
      share += ((failed ? 1 : 0) - share) / 32;
    };
    for (let s = 0; s < 400; s++) vote(s % 5 < 2, s);
    expect(share).toBeGreaterThan(0.35);
    expect(level(400)).toBe(0);
    const full = Math.log(900);
    const step = Math.log(0.95 / share);
    vote(true, 400);
    expect(level(400)).toBeCloseTo(step / full, 2);
    vote(true, 400);
    vote(true, 400);
    // The same step for each: the share was frozen when the run began.
    expect(level(400)).toBeCloseTo((3 * step) / full, 2);
    expect(step).toBeLessThan(Math.log(0.95 / 0.3));
  });

  it("at errorThreshold 1 it never opens on failures, at 0 it opens sooner than by default", () => {
    const never = meter({ errorThreshold: 1 });
    for (let s = 0; s < 10_000; s++) never.fail(s / 10, s % 2 === 0 ? "stalled" : "server-error");
    expect(never.level(1_000)).toBe(0);
    const toOpen = (errorThreshold: number): number => {
      const one = meter({ errorThreshold });
      for (let s = 0; s < 3_600; s++) one.succeed(s);
      let n = 0;
      while (!one.trips(3_600 + n)) one.fail(3_600 + ++n);
      return n;
    };
    expect([toOpen(0), toOpen(0.1), toOpen(0.3)]).toEqual([4, 4, 6]);
  });

  it("tolerates less once nine in ten failing calls have a fallback", () => {
    const tolerates = (fallbacks: readonly boolean[]): number => {
      // Many false opens a day, so that the second test lags.
      const { detector, level } = alone(errors(), { callsPerSecond: () => 1, falseOpensPerDay: 100 });
      for (const fallback of fallbacks) {
        detector.reset(0);
        // Healthy calls in between: what this dependency fails anyway would be tolerable, too.
        for (let n = 0; n < 40; n++) detector.succeeded(callAt(0), 0);
        detector.failed(callAt(0, { fallback }), { verdict: "failure", reason: "server-error" }, 0);
      }
      return 0.95 / Math.exp(level(0) * Math.log(900));
    };
    const times = (n: number, fallback: boolean): boolean[] => new Array<boolean>(n).fill(fallback);
    // Each failure weighs an eighth: 1 − (7/8)^18 is more than 0.9, 1 − (7/8)^17 is not.
    expect(tolerates(times(17, true))).toBeCloseTo(0.3, 6);
    expect(tolerates(times(18, true))).toBeCloseTo(0.1, 6);
    expect(tolerates([...times(30, true), false])).toBeCloseTo(0.3, 6);
    expect(tolerates([...times(30, true), false, true])).toBeCloseTo(0.3, 6);
    expect(tolerates([...times(30, true), false, ...times(3, true)])).toBeCloseTo(0.1, 1);
    expect(tolerates(times(30, false))).toBeCloseTo(0.3, 6);
  });

  it("must be worse than healthy too, by a test of its own for falseOpensPerDay", () => {
    // Where next to nothing is tolerable the first test lags: ln(0.95/0.02) a failure, ln(0.98/0.05) a success.
    const [failure, success] = [Math.log(0.95 / 0.02), Math.log(0.98 / 0.05)];
    const unhealthy = (perSecond: number, falseOpensPerDay: number) => {
      const waiting = [callAt(0)];
      const context = { errorThreshold: 0, callsPerSecond: () => perSecond, falseOpensPerDay };
      const { detector, level } = alone(errors(), { ...context, youngUnary: () => waiting });
      return {
        level,
        fails: (s: number) =>
          detector.failed(callAt(s), { verdict: "failure", reason: "server-error" }, s * 1_000),
        succeeds: (s: number) => detector.succeeded(callAt(s), s * 1_000),
        ends: (s: number) => detector.dropped?.(waiting[0] ?? callAt(0), s * 1_000),
      };
    };
    for (const [perSecond, falseOpensPerDay, full] of [
      [1, 1, Math.log(86_400) + Math.LN2],
      [5, 1, Math.log(432_000) + Math.LN2],
      [1, 10, Math.log(8_640) + Math.LN2],
      [0.05, 1_000, 6],
    ] as const) {
      const one = unhealthy(perSecond, falseOpensPerDay);
      one.fails(0);
      const second = Math.max(3.5, Math.log(900) + (perSecond < 1 ? 1.75 : 1) * Math.log(perSecond));
      expect(one.level(0)).toBeCloseTo(failure / Math.max(full, second), 6);
    }
    const full = Math.log(86_400) + Math.LN2;
    const one = unhealthy(1, 1);
    one.fails(0);
    one.fails(0);
    one.succeeds(0);
    expect(one.level(0) * full).toBeCloseTo(2 * failure - success, 6);
    expect(one.level(120) * full).toBeCloseTo((2 * failure - success) / 2, 6);
    // The call that waits was a survivor by then.
    one.fails(120);
    const before = (2 * failure - success) / 2 + failure - success / 2;
    expect(one.level(120) * full).toBeCloseTo(before, 6);
    one.ends(120);
    expect(one.level(120) * full).toBeCloseTo(before + success / 2, 6);
  });

  it("needs one more nat of failures for each e-fold of the rate, from one call a second on", () => {
    for (const perSecond of [1, 5, 50]) {
      const { detector, level } = alone(errors(), { callsPerSecond: () => perSecond });
      detector.failed(callAt(0), { verdict: "failure", reason: "server-error" }, 0);
      expect(level(0)).toBeCloseTo(Math.log(0.95 / 0.3) / Math.log(900 * perSecond), 6);
    }
  });

  it("decays from one vote to the next", () => {
    const { detector, level } = alone(errors(), { callsPerSecond: () => 1 });
    const fails = (s: number) =>
      detector.failed(callAt(s), { verdict: "failure", reason: "server-error" }, s * 1_000);
    for (let n = 0; n < 5; n++) fails(100);
    const step = Math.log(0.95 / 0.3);
    detector.succeeded(callAt(220), 220_000);
    const left = (5 * step) / 2 - Math.log(0.7 / 0.05);
    expect(level(220) * Math.log(900)).toBeCloseTo(left, 6);
    fails(340);
    expect(level(340) * Math.log(900)).toBeCloseTo(left / 2 + step, 6);
    expect(detector.meters(341_000)[0]?.sentence).toBe(
      "6 of 7 calls failed within 241 s, last: server-error",
    );
  });

  it("takes no more than 60 % for tolerable, and a wait for three failures' worth", () => {
    const tolerates = (failures: number, reason: FailureReason): number => {
      // Many false opens a day, so that the second test lags.
      const { detector, level } = alone(errors(), { callsPerSecond: () => 1, falseOpensPerDay: 1_000 });
      for (let n = 0; n < failures; n++) {
        detector.failed(callAt(0), { verdict: "failure", reason: "server-error" }, 0);
        detector.reset(0);
      }
      detector.failed(callAt(0), { verdict: "failure", reason }, 0);
      return 0.95 / Math.exp(level(0) * Math.log(900));
    };
    expect(tolerates(0, "server-error")).toBeCloseTo(0.3, 6);
    expect(tolerates(0, "timeout")).toBeCloseTo(0.1, 6);
    // Each vote is a 32nd of the learned share.
    expect(tolerates(20, "server-error")).toBeCloseTo(1 - (31 / 32) ** 20, 6);
    expect(tolerates(200, "server-error")).toBeCloseTo(0.6, 6);
    expect(tolerates(200, "stalled")).toBeCloseTo(0.2, 6);
  });

  it("says what filled it", () => {
    const { fail: failAt, succeed: succeedAt, detector } = meter();
    expect(detector.meters(0)).toEqual([{ name: "errors", level: 0, sentence: "no failures that count" }]);
    for (const s of [0, 1, 2]) failAt(s);
    succeedAt(3);
    expect(detector.meters(4_000)[0]?.sentence).toBe("3 of 4 calls failed within 4.0 s, last: server-error");
  });
});
