import { quantile as reference, sampleStandardDeviation } from "simple-statistics";
import { describe, expect, it } from "vitest";
import { boundS } from "./bound.js";
import { estimate, quantile } from "./stats.js";
import { WaitHistogram } from "./wait-histogram.js";

describe("estimate", () => {
  it("gives Student's 95 % interval", () => {
    const values = [4, 7, 9, 12];
    const { mean, half } = estimate(values);
    expect(mean).toBe(8);
    expect(half).toBeCloseTo((3.182 * sampleStandardDeviation(values)) / 2, 6);
  });

  it("covers the truth as often as it says", () => {
    // Means of three dice.
    let state = 7;
    const die = (): number => {
      state = (state * 48271) % 2147483647;
      return 1 + (state % 6);
    };
    let covered = 0;
    for (let round = 0; round < 2000; round++) {
      const { mean, half } = estimate([
        die() + die() + die(),
        die() + die() + die(),
        die() + die() + die(),
        die() + die() + die(),
      ]);
      if (Math.abs((mean ?? 0) - 10.5) <= (half ?? 0)) covered++;
    }
    expect(covered / 2000).toBeGreaterThan(0.92);
    expect(covered / 2000).toBeLessThan(0.98);
  });

  it("leaves out what never happened, says how often, and says nothing where that is half", () => {
    expect(estimate([1, 2, Infinity])).toMatchObject({ mean: 1.5, never: 1 });
    expect(estimate([1, Infinity])).toEqual({ mean: null, half: null, never: 1 });
    expect(estimate([1, Number.NaN]).mean).toBeNull();
    expect(estimate([5])).toEqual({ mean: 5, half: null, never: 0 });
  });
});

describe("quantile", () => {
  it("is the median of odd and even numbers of values, and infinite among the infinite", () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(reference([3, 1, 2], 0.5));
    expect(quantile([4, 1, 2, 3], 0.5)).toBe(reference([4, 1, 2, 3], 0.5));
    expect(quantile([1, Infinity, Infinity], 0.9)).toBe(Infinity);
  });
});

describe("boundS", () => {
  it.each([
    [0.1, 1, 23],
    [1, 1, 2.9],
    [1, 0.6, 6.8],
    [1, 0.3, 20],
    [5, 0.1, 31],
  ])("at %d calls a second and %d failing is %d s", (perSecond, failing, seconds) => {
    expect(Math.abs(boundS(perSecond, failing) / seconds - 1)).toBeLessThan(0.03);
  });
});

describe("WaitHistogram", () => {
  it("knows quantiles to within a tenth", () => {
    const waits = new WaitHistogram();
    for (let ms = 1; ms <= 10_000; ms++) waits.add(ms);
    for (const q of [0.1, 0.5, 0.99])
      expect(Math.abs(waits.quantile(q) / (q * 10_000) - 1)).toBeLessThan(0.1);
  });

  it("has room for no wait at all and for days", () => {
    const waits = new WaitHistogram();
    for (let n = 0; n < 10; n++) waits.add(0);
    expect(waits.quantile(0.99)).toBe(0);
    waits.add(1e9);
    expect(waits.quantile(1)).toBeGreaterThan(1e6);
  });
});
