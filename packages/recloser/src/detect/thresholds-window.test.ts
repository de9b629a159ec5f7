import { describe, expect, it } from "vitest";
import { alone, callAt } from "../testing/detectors.js";
import { seeded } from "../testing/verdicts.js";
import { type ThresholdOptions, thresholds } from "./thresholds.js";

const SLICE_S = 3;
const SLICES = 10;

/** Ten slices of three seconds. */
function setUp(options: ThresholdOptions = {}) {
  const { detector, level, sentence } = alone(thresholds({ windowMs: 30_000, ...options }));
  return {
    level,
    sentence,
    ends: (s: number, failed: boolean, tookMs = 0): void => {
      const call = { ...callAt(s), admittedAt: s * 1_000 - tookMs };
      if (failed) detector.failed(call, { verdict: "failure", reason: "timeout" }, s * 1_000);
      else detector.succeeded(call, s * 1_000);
    },
    refuses: (s: number, reason: "quota" | "throttled"): void =>
      detector.failed(callAt(s), { verdict: "failure", reason }, s * 1_000),
  };
}

describe("the window of thresholds", () => {
  it("C1: counts the calls of the last ten slices, and no others, wherever in the ring they are", () => {
    const random = seeded(7);
    const one = setUp({ slowAfterMs: 1_000 });
    const calls: { readonly slice: number; readonly failed: boolean; readonly slow: boolean }[] = [];
    let slice = 0;
    for (let step = 0; step < 300; step++) {
      const at = slice * SLICE_S + 1;
      for (let n = Math.floor(random() * 4); n > 0; n--) {
        const call = { slice, failed: random() < 0.4, slow: random() < 0.3 };
        calls.push(call);
        one.ends(at, call.failed, call.slow ? 2_000 : 500);
      }
      const seen = calls.filter((call) => call.slice > slice - SLICES);
      const failed = seen.filter((call) => call.failed).length;
      const slow = seen.filter((call) => call.slow).length;
      // A level first: it is what makes the window move on.
      one.level(at);
      expect(one.sentence(at)).toContain(
        `${failed} of ${seen.length} calls failed in the last 30 s${slow > 0 ? `, ${slow} took over` : ""}`,
      );
      // Mostly the next slice, now and then a gap, sometimes longer than the ring.
      slice += random() < 0.8 ? 1 : Math.floor(random() * 14);
    }
  });

  it("is full by as much of its minimum as it has seen", () => {
    const one = setUp({ minCalls: 10, errorRate: 0.5 });
    one.ends(0, true);
    one.ends(0, false);
    expect(one.level(0)).toBeCloseTo(0.2, 9);
    for (let n = 0; n < 2; n++) one.ends(0, false);
    expect(one.level(0)).toBeCloseTo(0.5 * 0.4, 9);
    for (let n = 0; n < 6; n++) one.ends(0, false);
    expect(one.level(0)).toBeCloseTo(0.2, 9);
  });

  it("is full by as much of its minimum, too, where one failure is enough", () => {
    const one = setUp({ minCalls: 10, errorRate: 0 });
    one.ends(0, true);
    one.ends(0, false);
    expect(one.level(0)).toBeCloseTo(0.2, 9);
  });

  it("is half full at half the slow share", () => {
    const one = setUp({ minCalls: 1, errorRate: 1, slowRate: 0.5, slowAfterMs: 1_000 });
    one.ends(0, false, 1_001);
    for (let n = 0; n < 3; n++) one.ends(0, false, 1_000);
    expect(one.level(0)).toBeCloseTo(0.5, 9);
  });

  it("A5: counts no word of quota or of a rate limit", () => {
    const one = setUp({ minCalls: 1 });
    one.refuses(0, "quota");
    one.refuses(0, "throttled");
    expect(one.level(0)).toBe(0);
    expect(one.sentence(0)).toContain("0 of 0 calls failed");
  });

  it("has no half a call for a minimum", () => {
    expect(() => thresholds({ minCalls: 1.5 })).toThrow(/thresholds\.minCalls.*1\.5/);
  });
});
