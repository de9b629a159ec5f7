import { describe, expect, it } from "vitest";
import type { HealthyCalls } from "../evidence/baseline.js";
import { alone, callAt } from "../testing/detectors.js";
import { slowness } from "./slowness.js";

const LEARNED: HealthyCalls = {
  wait: { samples: 100, p50Ms: 1_000, p90Ms: 2_000, p99Ms: 4_000 },
  perToken: { samples: 100, p50Ms: 10, p90Ms: 20, p99Ms: 40 },
};

function setUp() {
  const { detector, level, sentence } = alone(slowness(), {
    callsPerSecond: () => 1,
    healthy: () => LEARNED,
  });
  return {
    detector,
    level,
    sentence,
    /** A first token at `s`, after `waitMs`. */
    firstToken: (s: number, waitMs: number, outlived = 0): void => {
      const facts = { streaming: true, firstTokenAt: s * 1_000, outlived };
      detector.firstToken?.(callAt(s - waitMs / 1_000, facts), s * 1_000);
    },
    streamEnds: (s: number, perTokenMs: number): void =>
      detector.succeeded(callAt(s, { streaming: true, firstTokenAt: s * 1_000 }), s * 1_000, perTokenMs),
  };
}

describe("what slowness says", () => {
  it("counts those that were late, of all", () => {
    const one = setUp();
    for (const waitMs of [9_000, 9_000, 1_500, 3_000, 2_000]) one.firstToken(100, waitMs);
    expect(one.sentence(100)).toBe(
      "3 of 5 calls waited longer for an answer to begin than nine in ten do when healthy",
    );
  });

  it("counts a call that has outlived the p90 once: then, and not again at its first token", () => {
    for (const outlived of [2, 3]) {
      const one = setUp();
      for (let n = 1; n <= outlived; n++)
        one.detector.outlived?.(callAt(98, { streaming: true, outlived: n }), 100_000);
      one.firstToken(100, 5_000, outlived);
      expect(one.sentence(100)).toMatch(/^1 of 1 calls waited/);
    }
    // One that was only past the p50 has not been counted yet.
    const young = setUp();
    young.detector.outlived?.(callAt(99, { streaming: true, outlived: 1 }), 100_000);
    young.firstToken(100, 5_000, 1);
    expect(young.sentence(100)).toMatch(/^1 of 1 calls waited/);
  });

  it("says the wait first, when both tests are as full", () => {
    const one = setUp();
    one.streamEnds(100, 60);
    expect(one.sentence(100)).toMatch(/^1 of 1 calls took longer for each token/);
    one.firstToken(100, 6_000);
    expect(one.sentence(100)).toMatch(/^1 of 1 calls waited/);
  });

  it("hears nothing of a stream that ended without a token: nobody knows how long it waited for one", () => {
    const one = setUp();
    one.detector.succeeded(callAt(40, { streaming: true }), 100_000);
    one.detector.succeeded(callAt(40, { streaming: true }), 100_000, 500);
    expect(one.level(100)).toBe(0);
  });

  it("lets the time per token fade from one answer to the next, also where no wait was slow", () => {
    const one = setUp();
    one.streamEnds(100, 60);
    const first = one.level(100);
    one.streamEnds(220, 60);
    expect(one.level(220)).toBeCloseTo(1.5 * first, 6);
  });
});
