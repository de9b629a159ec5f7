import { describe, expect, it } from "vitest";
import { Baseline, perTokenMs } from "./baseline.js";

const HOUR_MS = 3_600_000;

/** What was seen first was seen two minutes before, which is how long it takes to be learned. */
const when = (n: number): number => (n === 0 ? -120_000 : 0);

/** One that has learned a hundred waits of a second, streaming and unary. */
function learned(waitMs = 1_000): Baseline {
  const baseline = new Baseline(when(0));
  for (let n = 0; n < 100; n++)
    for (const streaming of [true, false]) baseline.waited(streaming, waitMs, true, when(n));
  return baseline;
}

const deadlines = (baseline: Baseline, now = 0) =>
  [true, false].map((streaming) => Math.round(baseline.stallDeadlineMs(streaming, now)));

describe("the baseline", () => {
  it("knows nothing but the priors until a hundred calls of the kind were seen", () => {
    const baseline = new Baseline(when(0));
    expect(deadlines(baseline)).toEqual([60_000, 180_000]);
    for (let n = 0; n < 99; n++) expect(baseline.waited(true, 1_000, true, when(n))).toBe(false);
    expect(baseline.of(true)).toMatchObject({ wait: undefined, perToken: undefined });
    expect(deadlines(baseline)).toEqual([60_000, 180_000]);
    expect(baseline.waited(true, 1_000, true, 0)).toBe(true);
    expect(baseline.of(true).wait?.samples).toBe(100);
    expect(baseline.of(false).wait).toBeUndefined();
    expect(deadlines(baseline)).toEqual([15_000, 180_000]);
  });

  it("waits three times the healthy p99, and at least 15 s, before it calls a call stalled", () => {
    expect(deadlines(learned(100))).toEqual([15_000, 15_000]);
    const slow = learned(10_000);
    const p99Ms = slow.of(true).wait?.p99Ms ?? 0;
    // Calls that are all alike: the p99 is taken to be at least 1.5 times the p50.
    expect(p99Ms).toBeGreaterThan(14_400);
    expect(deadlines(slow)).toEqual([Math.round(3 * p99Ms), Math.round(3 * p99Ms)]);
    // A model that thinks for minutes as a rule is not cut off by the prior.
    expect(slow.stallDeadlineMs(true, 0)).toBeLessThan(learned(60_000).stallDeadlineMs(true, 0));
    expect(learned(60_000).stallDeadlineMs(true, 0)).toBeGreaterThan(180_000);
  });

  it("keeps what each token takes apart from the wait for the first, and learns it at a hundred too", () => {
    const baseline = learned();
    for (let n = 0; n < 99; n++) baseline.paced(true, 20, true, when(n));
    expect(baseline.of(true).perToken).toBeUndefined();
    baseline.paced(true, 20, true, 0);
    expect(Math.abs((baseline.of(true).perToken?.p50Ms ?? 0) - 20)).toBeLessThan(1);
    expect(baseline.of(false).perToken).toBeUndefined();
    expect(Math.abs((baseline.of(true).wait?.p50Ms ?? 0) - 1_000)).toBeLessThan(40);
  });

  it("is patient for twice as long as a call took that answered after its deadline, for a while", () => {
    const baseline = learned();
    baseline.proved(true, 20_000, 0);
    expect(deadlines(baseline)).toEqual([40_000, 15_000]);
    // Half an hour later it is half as patient, and in the end no more than before.
    expect(deadlines(baseline, HOUR_MS / 2)).toEqual([20_000, 15_000]);
    expect(deadlines(baseline, 2 * HOUR_MS)).toEqual([15_000, 15_000]);
    baseline.proved(true, 10_000, 0);
    expect(deadlines(baseline)).toEqual([40_000, 15_000]);
    baseline.proved(true, 50_000, 0);
    baseline.proved(false, 170_000, 0);
    expect(deadlines(baseline)).toEqual([100_000, 340_000]);
    // Five times the prior is the longest.
    baseline.proved(true, 500_000, 0);
    expect(deadlines(baseline)[0]).toBe(300_000);
  });

  it("is as patient where nothing was learned yet", () => {
    const baseline = new Baseline(0);
    baseline.proved(true, 90_000, 0);
    expect(deadlines(baseline)).toEqual([180_000, 180_000]);
  });

  it("has more patience with each probe that failed: up to the prior, and beyond it where nothing is learned", () => {
    const probes = [0, 1, 3, 8, 9, 30];
    const patience = (baseline: Baseline) => probes.map((n) => Math.round(baseline.patienceMs(true, n, 0)));
    expect(patience(learned())).toEqual([15_000, 22_500, 50_625, 60_000, 90_000, 300_000]);
    expect(patience(new Baseline(0))).toEqual([60_000, 90_000, 202_500, 300_000, 300_000, 300_000]);
  });

  it("never makes a deadline shorter for a call that was late all the same", () => {
    const baseline = learned(60_000);
    const before = deadlines(baseline);
    baseline.proved(true, 100_000, 0);
    expect(deadlines(baseline)).toEqual(before);
  });
});

describe("the time that each token takes", () => {
  const stream = { admittedAt: 0, streaming: true, firstTokenAt: 1_000, tokens: 101 };
  const unary = { admittedAt: 0, streaming: false, firstTokenAt: undefined, tokens: 0 };

  it("of a stream is counted from its first token on", () => {
    expect(perTokenMs(stream, undefined, 3_000)).toBe(20);
    // Tokens as they were seen; what the provider bills may include tokens that nobody saw.
    expect(perTokenMs(stream, 900, 3_000)).toBe(20);
    expect(perTokenMs({ ...stream, tokens: 1 }, 201, 3_000)).toBe(10);
    expect(perTokenMs({ ...stream, firstTokenAt: undefined, tokens: 0 }, 201, 3_000)).toBeUndefined();
  });

  it("of a unary call shares out the whole wait, with the wait before the first token as fifty more", () => {
    expect(perTokenMs(unary, 150, 4_000)).toBe(20);
    expect(perTokenMs(unary, 1_950, 40_000)).toBe(20);
    expect(perTokenMs(unary, undefined, 4_000)).toBeUndefined();
    // One that reported progress is judged like a stream.
    expect(perTokenMs({ ...unary, firstTokenAt: 1_000, tokens: 1 }, 101, 3_000)).toBe(20);
  });

  it("is not known from a few tokens", () => {
    expect(perTokenMs({ ...stream, tokens: 7 }, undefined, 3_000)).toBeUndefined();
    expect(perTokenMs({ ...stream, tokens: 8 }, undefined, 2_400)).toBe(200);
    expect(perTokenMs({ ...stream, tokens: 1 }, 7, 3_000)).toBeUndefined();
    expect(perTokenMs({ ...stream, tokens: 1 }, undefined, 3_000)).toBeUndefined();
    expect(perTokenMs(unary, 7, 3_000)).toBeUndefined();
    expect(perTokenMs(unary, 8, 5_800)).toBe(100);
  });
});
