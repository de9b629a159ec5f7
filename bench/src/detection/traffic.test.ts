import { describe, expect, it } from "vitest";
import { random } from "../attempts/random.js";
import { mean, quantile } from "../stats.js";
import { draw, gapS, HEAVY_TAILED, meanHoldS, type Traffic, USUAL } from "./traffic.js";

const CALLS = 40_000;

function lucks(traffic: Traffic, seed = 7) {
  return Array.from({ length: CALLS }, (_, i) => draw(traffic, random(seed, 0, 3, i)));
}

describe("the luck of a call", () => {
  it("belongs to the call: those before it do not matter", () => {
    const third = draw(USUAL, random(7, 0, 3, 2));
    for (let i = 0; i < 2; i++) draw(USUAL, random(7, 0, 3, i));
    expect(draw(USUAL, random(7, 0, 3, 2))).toEqual(third);
  });

  it("differs between calls, workers and seeds", () => {
    const seeds = [
      [7, 0, 3, 2],
      [7, 0, 3, 3],
      [7, 1, 3, 2],
      [8, 0, 3, 2],
    ];
    expect(new Set(seeds.map((seed) => draw(USUAL, random(...seed)).firstTokenS)).size).toBe(seeds.length);
  });

  it("is independent from call to call", () => {
    const failing = lucks(USUAL).map((luck) => luck.failing);
    const pairs = failing.slice(1).map((value, i) => (value - 0.5) * ((failing[i] ?? 0) - 0.5));
    // The correlation of neighbours; its standard deviation is 1/√40,000 = 0.005.
    expect(Math.abs(mean(pairs) * 12)).toBeLessThan(0.025);
    expect(mean(failing)).toBeCloseTo(0.5, 2);
  });

  it("has the quantiles of its model", () => {
    const usual = lucks(USUAL);
    const tokens = usual.map((luck) => luck.tokens);
    expect(quantile(tokens, 0.5)).toBeGreaterThan(145);
    expect(quantile(tokens, 0.5)).toBeLessThan(155);
    const firstTokens = usual.map((luck) => luck.firstTokenS);
    expect(quantile(firstTokens, 0.5)).toBeCloseTo(0.81, 1);
    // Stalls lift the tail: the lognormal's own p99 would be 2.3 s.
    expect(quantile(firstTokens, 0.99)).toBeGreaterThan(3);
  });

  it.each([USUAL, HEAVY_TAILED])("takes as long on average as workers are built for", (traffic) => {
    const held = mean(lucks(traffic).map(({ firstTokenS, tokens }) => firstTokenS + tokens * traffic.tokenS));
    expect(held / meanHoldS(traffic)).toBeGreaterThan(0.95);
    expect(held / meanHoldS(traffic)).toBeLessThan(1.05);
  });
});

describe("gaps between calls", () => {
  it.each([1, 4])("have the rate and the coefficient of variation %d", (cv) => {
    const uniform = random(11, cv);
    const gaps = Array.from({ length: 200_000 }, () => gapS(uniform, 5, cv));
    const average = mean(gaps);
    expect(average).toBeGreaterThan(0.19);
    expect(average).toBeLessThan(0.21);
    const deviation = Math.sqrt(mean(gaps.map((gap) => (gap - average) ** 2)));
    expect(deviation / average / cv).toBeGreaterThan(0.95);
    expect(deviation / average / cv).toBeLessThan(1.05);
  });
});
