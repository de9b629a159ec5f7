import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HealthyDurations } from "./healthy.js";

const MINUTE_MS = 60_000;
const TWO_MINUTES_MS = 2 * MINUTE_MS;

/** The first sample is two minutes older than the next, which is how long it takes to be learned. */
function learned(samples: readonly number[], { everyMs = 0, unitMs = 1 } = {}) {
  const durations = new HealthyDurations(-TWO_MINUTES_MS, unitMs);
  for (const [n, ms] of samples.entries()) durations.learn(ms, true, n === 0 ? -TWO_MINUTES_MS : n * everyMs);
  return durations;
}

const times = (n: number, ms: number): number[] => new Array<number>(n).fill(ms);

describe("healthy durations", () => {
  it("say nothing until there are a hundred samples", () => {
    expect(learned(times(99, 1_000)).healthy).toBeUndefined();
    expect(learned(times(100, 1_000)).healthy).toMatchObject({ samples: 100 });
  });

  it("say nothing for two minutes: the quick calls of a start end first", () => {
    const durations = new HealthyDurations(0);
    for (let n = 0; n < 1_000; n++) durations.learn(1_000, true, 5_000 + n);
    expect(durations.healthy).toBeUndefined();
    expect(durations.learn(1_000, true, 5_000 + TWO_MINUTES_MS - 1)).toBe(false);
    expect(durations.learn(1_000, true, 5_000 + TWO_MINUTES_MS)).toBe(true);
    expect(durations.healthy?.samples).toBe(1_002);
  });

  it("are the quantiles of what was learned, to the width of a bucket", () => {
    const samples = fc.array(fc.integer({ min: 16, max: 600_000 }), { minLength: 100, maxLength: 400 });
    fc.assert(
      fc.property(samples, (all) => {
        const { healthy } = learned(all);
        const seen = all.slice(0, healthy?.samples);
        const sorted = [...seen].sort((a, b) => a - b);
        const exact = (q: number) => sorted[Math.ceil(q * sorted.length) - 1] ?? Number.NaN;
        const p50 = exact(0.5);
        const expected = {
          p50Ms: p50,
          p90Ms: Math.max(exact(0.9), 1.2 * p50),
          p99Ms: Math.max(exact(0.99), 1.5 * p50),
        };
        for (const [name, ms] of Object.entries(expected)) {
          const read = healthy?.[name as keyof typeof expected] ?? Number.NaN;
          expect(Math.abs(read - ms) / ms).toBeLessThan(0.05);
        }
      }),
    );
  });

  it("are never narrower than 1.2 and 1.5 times the p50, so that calls that are all alike are not late by a few ms", () => {
    const { p50Ms = 0, p90Ms, p99Ms } = learned(times(100, 1_000)).healthy ?? {};
    expect(Math.abs(p50Ms - 1_000)).toBeLessThan(40);
    expect(p90Ms).toBeCloseTo(1.2 * p50Ms, 6);
    expect(p99Ms).toBeCloseTo(1.5 * p50Ms, 6);
  });

  it("can be counted in a finer unit", () => {
    const { p50Ms = 0, p90Ms, p99Ms } = learned(times(100, 2.6), { unitMs: 1 / 16 }).healthy ?? {};
    expect(Math.abs(p50Ms - 2.6)).toBeLessThan(0.1);
    expect(p90Ms).toBeCloseTo(1.2 * p50Ms, 6);
    expect(p99Ms).toBeCloseTo(1.5 * p50Ms, 6);
  });

  it("follow a slow drift while all is calm", () => {
    const drift = Array.from({ length: 20_000 }, (_, n) => 1_000 + n / 10);
    const { p50Ms = 0 } = learned(drift, { everyMs: 1_000 }).healthy ?? {};
    expect(p50Ms).toBeGreaterThan(2_400);
  });

  it("keep their quantiles when what was learned is halved, however thin the tail", () => {
    // One in a hundred is slow: each slow sample has a bucket of its own, which halving alone would empty.
    const samples = Array.from({ length: 30_000 }, (_, n) =>
      n % 100 === 99 ? 5_000 + 37 * n : 1_000 + (n % 7) * 40,
    );
    const before = learned(samples.slice(0, 900)).healthy;
    for (const everyMs of [0, 1_000]) {
      const after = learned(samples, { everyMs }).healthy;
      expect(after?.p50Ms).toBe(before?.p50Ms);
      expect(after?.p90Ms).toBe(before?.p90Ms);
      expect(after?.p99Ms).toBeLessThanOrEqual(before?.p99Ms ?? 0);
    }
    const tail = Array.from({ length: 5_000 }, (_, n) => (n % 50 === 49 ? 8_000 + 511 * (n % 9) : 1_000));
    const { p99Ms = 0 } = learned(tail, { everyMs: 1_000 }).healthy ?? {};
    expect(p99Ms).toBeGreaterThan(8_000);
  });

  it("do not lose a tail of single samples when they are halved", () => {
    // Twenty slow ones, each in a bucket of its own: half of one is none.
    const slowMs = (n: number): number => 5_000 * 1.1 ** (n / 50);
    const samples = Array.from({ length: 1_040 }, (_, n) => (n < 1_000 && n % 50 === 49 ? slowMs(n) : 1_000));
    const { samples: left = 0, p99Ms = 0 } = learned(samples, { everyMs: 1_000 }).healthy ?? {};
    expect(left).toBeLessThan(600);
    expect(p99Ms).toBeGreaterThan(5_000);
  });

  it("forget by halving, after a thousand samples in at least ten minutes", () => {
    // A thousand calls a second: in ten minutes far more than a thousand, and none of them is forgotten at once.
    const fast = learned(times(20_000, 1_000), { everyMs: 1 });
    expect(fast.healthy?.samples).toBeGreaterThan(19_000);
    const slow = learned(times(5_000, 1_000), { everyMs: 1_000 });
    expect(slow.healthy?.samples).toBeLessThan(1_100);
    expect(slow.healthy?.samples).toBeGreaterThanOrEqual(500);
  });

  it("do not forget sooner on a machine that has been up for long", () => {
    const durations = new HealthyDurations(1e9);
    for (let n = 0; n < 2_000; n++) durations.learn(1_000, true, 1e9 + n * 200);
    expect(durations.healthy?.samples).toBeGreaterThan(1_900);
  });

  it("D5: stay whole at a million samples in a moment", () => {
    const { samples = 0, p50Ms = 0 } = learned(times(1_000_000, 1_000)).healthy ?? {};
    expect(samples).toBeLessThanOrEqual(30_000);
    expect(Math.abs(p50Ms - 1_000)).toBeLessThan(40);
  });

  it("learn nothing while it is not calm, until that has lasted half an hour", () => {
    const durations = learned(times(200, 1_000));
    const before = durations.healthy;
    const ms = (s: number): number => (s % 20 === 0 ? 9_000 : 4_000);
    for (let s = 0; s < 1_799; s++) expect(durations.learn(ms(s), false, s * 1_000)).toBe(false);
    expect(durations.healthy).toBe(before);
    expect(durations.learn(4_000, false, 30 * MINUTE_MS)).toBe(true);
    expect(durations.healthy?.samples).toBe(1_800);
    const { p50Ms = 0, p90Ms = 0, p99Ms = 0 } = durations.healthy ?? {};
    expect(Math.abs(p50Ms - 4_000)).toBeLessThan(150);
    expect(p90Ms).toBeLessThan(5_000);
    expect(Math.abs(p99Ms - 9_000)).toBeLessThan(300);
  });

  it("begin that half hour anew after twenty calm samples in a row, not after a calm moment", () => {
    const relearns = (calmInARow: number): boolean => {
      const durations = learned(times(200, 1_000));
      for (let minute = 0; minute < 59; minute++) {
        for (let n = 0; n < 10; n++) durations.learn(4_000, false, minute * MINUTE_MS);
        if (minute !== 29) continue;
        // Calm ones are learned as ever; those that are not begin the count anew.
        durations.learn(1_000, true, minute * MINUTE_MS);
        durations.learn(4_000, false, minute * MINUTE_MS);
        for (let n = 0; n < calmInARow; n++) durations.learn(1_000, true, minute * MINUTE_MS);
      }
      return (durations.healthy?.p50Ms ?? 0) > 3_000;
    };
    expect([0, 1, 19, 20].map(relearns)).toEqual([true, true, true, false]);
  });

  it("need a hundred samples of a lasting change, however long it takes", () => {
    const rare = learned(times(200, 1_000));
    for (let n = 0; n < 99; n++) expect(rare.learn(4_000, false, n * MINUTE_MS)).toBe(false);
    expect(rare.learn(4_000, false, 99 * MINUTE_MS)).toBe(true);
  });

  it("come back from JSON as they were, and learn on as they would have", () => {
    const samples = fc.array(fc.tuple(fc.integer({ min: 1, max: 100_000 }), fc.boolean()), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(samples, samples, fc.nat(4_000), (before, after, everyMs) => {
        const [one, other] = [new HealthyDurations(0), new HealthyDurations(0)];
        let now = 0;
        for (const [ms, calm] of before) {
          now += everyMs;
          one.learn(ms, calm, now);
        }
        const saved = one.save(now);
        const OTHER_CLOCK = 1e9;
        if (saved !== undefined) {
          other.restore(JSON.parse(JSON.stringify(saved)), now + OTHER_CLOCK);
          expect(other.healthy).toEqual(one.healthy);
        }
        if (saved === undefined) return;
        for (const [ms, calm] of after) {
          now += everyMs;
          expect(other.learn(ms, calm, now + OTHER_CLOCK)).toBe(one.learn(ms, calm, now));
        }
        expect(other.healthy).toEqual(one.healthy);
      }),
    );
  });
});
