import fc from "fast-check";
import { mean, median, sampleCorrelation, standardDeviation } from "simple-statistics";
import { describe, expect, it } from "vitest";
import { normalQuantile } from "./normal.js";
import { type Random, stream } from "./random.js";

const many = (random: Random, draw: (random: Random) => number): number[] =>
  Array.from({ length: 50_000 }, () => draw(random));

describe("stream", () => {
  it("is the same for the same seed and path, and another for any other", () => {
    const path = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { maxLength: 4 });
    fc.assert(
      fc.property(fc.integer(), path, fc.integer({ min: 0, max: 1_000_000 }), (seed, steps, step) => {
        const first = (random: Random): number[] => [random.uniform(), random.uniform(), random.uniform()];
        expect(first(stream(seed, ...steps))).toEqual(first(stream(seed, ...steps)));
        expect(first(stream(seed, ...steps, step))).not.toEqual(first(stream(seed, ...steps)));
        expect(first(stream(seed, ...steps, step))).not.toEqual(first(stream(seed, ...steps, step + 1)));
      }),
    );
  });

  it("is uniform, and neighbours have nothing to do with each other", () => {
    const one = many(stream(1, 7, 3), (random) => random.uniform());
    const other = many(stream(1, 8, 3), (random) => random.uniform());
    expect(mean(one)).toBeCloseTo(0.5, 2);
    expect(standardDeviation(one)).toBeCloseTo(Math.sqrt(1 / 12), 2);
    expect(Math.abs(sampleCorrelation(one, other))).toBeLessThan(0.02);
    // The first draw of many streams must be as good as the many draws of one.
    const firsts = Array.from({ length: 50_000 }, (_, worker) => stream(1, worker, 2).uniform());
    expect(mean(firsts)).toBeCloseTo(0.5, 2);
    expect(standardDeviation(firsts)).toBeCloseTo(Math.sqrt(1 / 12), 2);
  });

  it("gives exponential and lognormal numbers of the right shape", () => {
    const waits = many(stream(2), (random) => random.exponential(10));
    expect(mean(waits) / 10).toBeCloseTo(1, 1);
    expect(standardDeviation(waits) / 10).toBeCloseTo(1, 1);
    const logs = many(stream(3), (random) => Math.log(random.lognormal(800, 0.45)));
    expect(median(logs)).toBeCloseTo(Math.log(800), 1);
    expect(standardDeviation(logs)).toBeCloseTo(0.45, 2);
  });
});

describe("normalQuantile", () => {
  it.each([
    [0.5, 0],
    [0.9, 1.2815516],
    [0.975, 1.959964],
    [0.001, -3.0902323],
    [1e-9, -5.997807],
    [1e-13, -7.3487961],
  ])("of %d is %d", (p, expected) => {
    expect(normalQuantile(p)).toBeCloseTo(expected, 5);
  });

  it("is odd around one half", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 0.5, noNaN: true }), (p) => {
        expect(normalQuantile(p)).toBeCloseTo(-normalQuantile(1 - p), 6);
      }),
    );
  });
});
