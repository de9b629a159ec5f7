import { describe, expect, it } from "vitest";
import { Circuit } from "../circuit.js";
import type { CircuitOptions } from "../options.js";
import { fakeClock } from "../testing/fake-clock.js";
import { FAILED, fail, NEUTRAL, OK, permitOf, seeded, succeed } from "../testing/verdicts.js";
import type { Detector, DetectorContext } from "./detector.js";
import { errors } from "./errors.js";

/** The detector alone, driven by hand: each event is one request, `s` seconds after the start. */
function meter(context: Partial<DetectorContext> = {}) {
  const detector: Detector = errors()({ errorThreshold: 0.3, falseOpensPerDay: 1, now: 0, ...context });
  const call = (admittedAt: number, streaming = false) => ({
    admittedAt,
    streaming,
    firstTokenAt: undefined,
  });
  return {
    detector,
    fail(s: number, reason: "server-error" | "stalled" | "timeout" | "throttled" = "server-error"): void {
      detector.requested?.(s * 1_000);
      detector.failed(call(s * 1_000), { verdict: "failure", reason }, s * 1_000);
    },
    /** A success at `s` of a call admitted at `from`. */
    succeed(s: number, from = s, streaming = false): void {
      detector.requested?.(s * 1_000);
      detector.succeeded(call(from * 1_000, streaming), s * 1_000);
    },
    level: (s: number): number => detector.meters(s * 1_000)[0]?.level ?? Number.NaN,
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

  it("gives no credit for a streaming call from before this run of failures, and full credit for a later one", () => {
    const { fail: failAt, succeed: succeedAt, level, detector } = meter();
    for (let i = 0; i < 3; i++) failAt(10);
    const before = level(10);
    const tokens = { admittedAt: 9_000, streaming: true, firstTokenAt: 10_000 };
    detector.firstToken?.(tokens, 10_000);
    expect(level(10)).toBe(before);
    // The end of a call that was credited at its first token adds nothing either.
    detector.succeeded({ ...tokens, admittedAt: 10_000 }, 10_000);
    expect(level(10)).toBe(before);
    detector.firstToken?.({ ...tokens, admittedAt: 10_000 }, 10_000);
    expect(level(10)).toBeLessThan(before);
    const unary = meter();
    for (let i = 0; i < 3; i++) unary.fail(10);
    unary.succeed(10, 1);
    expect(unary.level(10)).toBeLessThan(before);
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

  it("says what filled it", () => {
    const { fail: failAt, succeed: succeedAt, detector } = meter();
    expect(detector.meters(0)).toEqual([{ name: "errors", level: 0, sentence: "no failures that count" }]);
    for (const s of [0, 1, 2]) failAt(s);
    succeedAt(3);
    expect(detector.meters(4_000)[0]?.sentence).toBe("3 of 4 calls failed within 4.0 s, last: server-error");
  });
});

const options = (seed: number): CircuitOptions => ({ random: seeded(seed + 1_000) });

/** Poisson traffic against a provider that fails a share of it; tells how many got an answer, and how often it opened. */
function simulate(
  seed: number,
  {
    perSecond,
    forS,
    failing,
    streaming,
  }: { perSecond: number; forS: number; failing: number; streaming: boolean },
) {
  const random = seeded(seed);
  const clock = fakeClock();
  const circuit = new Circuit("openai/gpt-5", { clock, ...options(seed) });
  let answered = 0;
  let asked = 0;
  const end = clock.now() + forS * 1_000;
  for (;;) {
    clock.advance((-Math.log(1 - random()) * 1_000) / perSecond);
    if (clock.now() >= end) break;
    asked++;
    const fails = random() < failing;
    const admission = circuit.admit({ streaming });
    if (!admission.ok) continue;
    const { permit } = admission;
    if (fails) clock.schedule(300, () => permit.settle(FAILED));
    else {
      answered++;
      clock.schedule(800, () => permit.progress());
      clock.schedule(4_000, () => permit.settle(OK));
    }
  }
  return { asked, answered, opened: circuit.snapshot().totals.opened };
}

describe("the errors meter, in traffic", () => {
  it("opens after six failures in a row at one call a second, and after four at one in four seconds, five at one a minute", () => {
    const failuresToOpen = (everyMs: number): number => {
      const clock = fakeClock();
      const circuit = new Circuit("x", { clock });
      for (let ms = 0; ms < 3_600_000; ms += everyMs) {
        succeed(circuit, 1);
        clock.advance(everyMs);
      }
      let n = 0;
      while (circuit.state === "closed") {
        fail(circuit, 1);
        n++;
        clock.advance(everyMs);
      }
      return n;
    };
    expect(failuresToOpen(1_000)).toBe(6);
    expect(failuresToOpen(4_000)).toBe(4);
    expect(failuresToOpen(60_000)).toBe(5);
  });

  it("is not put off by callers' bad requests, however many", () => {
    const clock = fakeClock();
    const circuit = new Circuit("x", { clock });
    let failures = 0;
    while (circuit.state === "closed" && failures < 50) {
      for (let i = 0; i < 100; i++) permitOf(circuit).settle(NEUTRAL);
      fail(circuit, 1);
      failures++;
      clock.advance(20_000);
    }
    expect(failures).toBeLessThanOrEqual(4);
  });

  it.each([true, false])(
    "leaves nearly all the answers of a provider that fails three calls in ten (streaming: %s)",
    (streaming) => {
      const runs = Array.from({ length: 60 }, (_, i) =>
        simulate(i + 1, { perSecond: 1, forS: 600, failing: 0.3, streaming }),
      );
      const asked = runs.reduce((sum, run) => sum + run.asked, 0);
      const answered = runs.reduce((sum, run) => sum + run.answered, 0);
      expect(answered / (0.7 * asked)).toBeGreaterThanOrEqual(0.95);
      expect(runs.filter(({ opened }) => opened > 0).length).toBeLessThanOrEqual(20);
    },
  );

  it.each([0, 40])(
    "A14: a provider dead for 60 s at one request each 4 s sees at most 8 of 15 (%s calls before)",
    (before) => {
      const sent: number[] = [];
      for (let seed = 1; seed <= 50; seed++) {
        const clock = fakeClock();
        const circuit = new Circuit("openai/gpt-5", { clock, ...options(seed) });
        for (let i = 0; i < before; i++) {
          succeed(circuit, 1);
          clock.advance(4_000);
        }
        let attempts = 0;
        for (let i = 0; i < 15; i++) {
          const admission = circuit.admit();
          if (admission.ok) {
            attempts++;
            const { permit } = admission;
            clock.schedule(300, () => permit.settle(FAILED));
          }
          clock.advance(4_000);
        }
        sent.push(attempts);
      }
      expect(Math.max(...sent)).toBeLessThanOrEqual(8);
      expect(Math.min(...sent)).toBeGreaterThanOrEqual(4);
    },
  );

  it.each([0.1, 1])(
    "A19: one failure in twenty for 200 worker-hours, at %s calls a second, opens it no more often than the budget",
    (perSecond) => {
      let opened = 0;
      for (let seed = 1; seed <= 20; seed++) {
        opened += simulate(seed, { perSecond, forS: 36_000, failing: 0.05, streaming: true }).opened;
      }
      expect(opened).toBeLessThanOrEqual(200 / 24);
    },
  );
});
