// @ts-nocheck
import { describe, expect, it } from "vitest";
import type { FailureReason } from "../outcome/verdict.js";
import { alone, callAt } from "../testing/detectors.js";
import type { DetectorContext } from "./detector.js";
import { throttling } from "./throttling.js";

/** A rate-limited call adds ln(0.5/0.05), an answer takes ln(0.95/0.5) off; full at ln 900 at one call a second. */
const THROTTLED = Math.log(10);
const ANSWERED = Math.log(0.95 / 0.5);
const FULL = Math.log(900);

function meter(context: Partial<DetectorContext> = {}) {
  const { detector, level, sentence } = alone(throttling(), { callsPerSecond: () => 1, ...context });
  return {
    detector,
    level,
    sentence,
    fails(s: number, reason: FailureReason, detail?: string): void {
      detector.failed(callAt(s), { verdict: "failure", reason, ...(detail && { detail }) }, s * 1_000);
    },
    answers(s: number): void {
      detector.succeeded(callAt(s), s * 1_000);
    },
    /** What it would open as. */
    trips: (s: number): string | undefined => detector.trip(s * 1_000)?.kind,
  };
}

describe("the throttling meter, by hand", () => {
  it("fills by ln 10 for each rate-limited call, and opens as throttled at three in a row", () => {
    const one = meter();
    for (let n = 1; n <= 2; n++) {
      one.fails(0, "throttled");
      expect(one.level(0)).toBeCloseTo((n * THROTTLED) / FULL, 6);
      expect(one.trips(0)).toBeUndefined();
    }
    one.fails(0, "throttled", "429 rate_limit_exceeded");
    expect(one.trips(0)).toBe("throttled");
    expect(one.level(0)).toBe(1);
    expect(one.detector.trip(0)?.message).toBe(
      "3 of 3 calls hit the rate limit, last: 429 rate_limit_exceeded",
    );
  });

  it("is paid back by answers", () => {
    const one = meter();
    one.fails(0, "throttled");
    for (let n = 1; n <= 3; n++) {
      one.answers(0);
      expect(one.level(0)).toBeCloseTo((THROTTLED - n * ANSWERED) / FULL, 6);
    }
    one.answers(0);
    expect(one.level(0)).toBe(0);
    expect(one.sentence(0)).toBe("nothing throttled");
    one.fails(1, "throttled");
    expect(one.sentence(1)).toBe("1 of 1 calls hit the rate limit, last: throttled");
  });

  it("counts an answer once: at its first token, and a unary one at its end", () => {
    const one = meter();
    one.fails(0, "throttled");
    one.detector.firstToken?.(callAt(0, { streaming: true, firstTokenAt: 0 }), 0);
    one.detector.succeeded(callAt(0, { streaming: true, firstTokenAt: 0 }), 0);
    expect(one.level(0)).toBeCloseTo((THROTTLED - ANSWERED) / FULL, 6);
  });

  it("needs three in a row however low the rate of calls, and however slowly they come", () => {
    for (const [perSecond, apartS] of [
      [0.05, 0],
      [0.05, 20],
      [0.2, 5],
    ] as const) {
      const one = meter({ callsPerSecond: () => perSecond });
      let n = 0;
      while (one.trips(n * apartS) === undefined && n < 10) one.fails(n++ * apartS, "throttled");
      expect(n).toBe(3);
    }
  });

  it("needs more of them where there are more calls: one mistake in 15 minutes", () => {
    const toOpen = (perSecond: number): number => {
      const one = meter({ callsPerSecond: () => perSecond });
      let n = 0;
      while (one.trips(0) === undefined && n < 10) {
        one.fails(0, "throttled");
        n++;
      }
      return n;
    };
    expect([0.05, 1, 5, 20, 200].map(toOpen)).toEqual([3, 3, 4, 5, 6]);
  });

  it("counts what was answered in between, and halves from one vote to the next", () => {
    const one = meter();
    for (let n = 0; n < 2; n++) one.fails(100, "throttled");
    one.answers(220);
    expect(one.level(220)).toBeCloseTo((THROTTLED - ANSWERED) / FULL, 6);
    expect(one.level(340)).toBeCloseTo((THROTTLED - ANSWERED) / FULL / 2, 6);
    one.fails(220, "throttled");
    expect(one.level(220)).toBeCloseTo((2 * THROTTLED - ANSWERED) / FULL, 6);
    expect(one.sentence(220)).toBe("3 of 4 calls hit the rate limit, last: throttled");
  });

  it("C1: halves every 120 s, and those that are far apart are not one event", () => {
    const one = meter();
    one.fails(0, "throttled");
    expect(one.level(120)).toBeCloseTo(THROTTLED / FULL / 2, 6);
    one.answers(0);
    for (let hour = 1; hour <= 50; hour++) {
      one.fails(hour * 3_600, "throttled");
      expect(one.trips(hour * 3_600)).toBeUndefined();
    }
  });

  it("lets other failures neither add nor pay back", () => {
    const one = meter();
    for (let n = 0; n < 2; n++) one.fails(0, "throttled");
    const before = one.level(0);
    for (const reason of ["server-error", "overloaded", "timeout", "stalled"] as const) one.fails(0, reason);
    expect(one.level(0)).toBe(before);
  });

  it("opens as quota at the second word of it in a row, and not at the first", () => {
    const one = meter();
    one.fails(0, "quota", "402 insufficient_quota");
    expect(one.trips(0)).toBeUndefined();
    expect(one.level(0)).toBe(0.5);
    expect(one.sentence(0)).toBe(
      "the account's quota or credit was used up once, last: 402 insufficient_quota",
    );
    one.fails(3_000, "quota");
    expect(one.trips(3_000)).toBe("quota");
    expect(one.sentence(3_000)).toBe(
      "the account's quota or credit was used up 2 times in a row, last: quota",
    );
  });

  it("A11: an answer in between, or an hour, makes it the first one again", () => {
    const answered = meter();
    for (let s = 0; s < 100; s++) {
      answered.fails(s, "quota");
      expect(answered.trips(s)).toBeUndefined();
      answered.answers(s);
      expect(answered.level(s)).toBe(0);
    }
    const rare = meter();
    for (let n = 0; n < 20; n++) {
      rare.fails(n * 3_601, "quota");
      expect(rare.trips(n * 3_601)).toBeUndefined();
    }
    expect(rare.level(20 * 3_601)).toBe(0);
    rare.fails(19 * 3_601 + 3_600, "quota");
    expect(rare.trips(19 * 3_601 + 3_600)).toBe("quota");
  });

  it("is not put off from quota by other failures in between", () => {
    const one = meter();
    one.fails(0, "quota");
    one.fails(1, "server-error");
    one.fails(2, "throttled");
    one.fails(3, "quota");
    expect(one.trips(3)).toBe("quota");
  });

  it("starts afresh when told to", () => {
    const one = meter();
    for (let n = 0; n < 5; n++) one.fails(0, "throttled");
    for (let n = 0; n < 5; n++) one.fails(0, "quota");
    one.detector.reset(0);
    expect(one.level(0)).toBe(0);
    expect(one.trips(0)).toBeUndefined();
    one.fails(0, "quota");
    expect(one.trips(0)).toBeUndefined();
  });
});
