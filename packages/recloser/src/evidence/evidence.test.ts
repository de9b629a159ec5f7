import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUCKETS, bucketMiddleMs, bucketOf, quantiles } from "./histogram.js";
import { Slices } from "./slices.js";
import { RollingWindow } from "./window.js";

describe("histogram", () => {
  it("puts every duration into a bucket whose middle is within 4 % of it", () => {
    fc.assert(
      fc.property(fc.double({ min: 16, max: 2 ** 21 - 1, noNaN: true }), (ms) => {
        const middle = bucketMiddleMs(bucketOf(ms));
        expect(Math.abs(middle - Math.floor(ms)) / ms).toBeLessThan(0.04);
      }),
    );
  });

  it("has a bucket for any number at all", () => {
    for (const ms of [-1, 0, 0.5, 1, 15, 2 ** 21, 1e12, Infinity]) {
      const bucket = bucketOf(ms);
      expect(Number.isInteger(bucket) && bucket >= 0 && bucket < BUCKETS).toBe(true);
    }
  });

  it("keeps order", () => {
    fc.assert(
      fc.property(fc.nat(3_000_000), fc.nat(3_000_000), (a, b) => {
        expect(bucketOf(Math.min(a, b))).toBeLessThanOrEqual(bucketOf(Math.max(a, b)));
      }),
    );
  });

  it("reads quantiles near those of the sorted list", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 16, max: 600_000 }), { minLength: 1, maxLength: 300 }),
        (all) => {
          const buckets = new Uint32Array(BUCKETS);
          for (const ms of all) {
            const at = bucketOf(ms);
            buckets[at] = (buckets[at] ?? 0) + 1;
          }
          const sorted = [...all].sort((a, b) => a - b);
          const { count, p50Ms, p95Ms, p99Ms } = quantiles(buckets);
          expect(count).toBe(all.length);
          for (const [q, read] of [
            [0.5, p50Ms],
            [0.95, p95Ms],
            [0.99, p99Ms],
          ] as const) {
            const exact = sorted[Math.max(1, Math.ceil(q * all.length)) - 1] ?? 0;
            expect(Math.abs((read ?? 0) - exact) / exact).toBeLessThan(0.05);
          }
        },
      ),
    );
    expect(quantiles(new Uint32Array(BUCKETS))).toEqual({ count: 0, p50Ms: null, p95Ms: null, p99Ms: null });
  });
});

describe("slices", () => {
  it("C1: clears exactly the slots that have expired, whatever the gaps", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.array(fc.nat(20_000)), (start, gaps) => {
        const slices = new Slices(10_000, 5, start);
        /** Slot → the slice that it stands for. */
        const held = new Map<number, number>([[slices.advance(start, () => {}), 0]]);
        let now = start;
        for (const gap of gaps) {
          now += gap;
          const slot = slices.advance(now, (cleared) => held.delete(cleared));
          const slice = Math.floor((now - start) / 2_000);
          held.set(slot, slice);
          expect(slot >= 0 && slot < 5).toBe(true);
          for (const one of held.values()) expect(slice - one).toBeLessThan(5);
        }
      }),
    );
  });

  it("C7: keeps its head when the clock goes back", () => {
    const slices = new Slices(10_000, 5, 0);
    const slot = slices.advance(9_000, () => {});
    expect(slices.advance(1_000, () => expect.unreachable())).toBe(slot);
  });
});

describe("the rolling window", () => {
  it("counts what a plain list of the last minute would, to the slice", () => {
    const event = fc.record({
      afterMs: fc.nat(30_000),
      tally: fc.constantFrom("success", "stalled", "auth", "throttled"),
    });
    fc.assert(
      fc.property(fc.array(event), fc.nat(70_000), (events, later) => {
        const window = new RollingWindow(500);
        const all: { readonly at: number; readonly tally: string }[] = [];
        let now = 500;
        for (const { afterMs, tally } of events) {
          now += afterMs;
          all.push({ at: now, tally });
          window.count(tally as "success", now);
        }
        now += later;
        const slice = (at: number) => Math.floor((at - 500) / 15_000);
        const recent = all.filter(({ at }) => slice(at) > slice(now) - 4);
        const count = (tally: string) => recent.filter((one) => one.tally === tally).length;
        const { calls, successes, failures, neutral } = window.view(now);
        expect({ calls, successes, failures, neutral }).toEqual({
          calls: recent.length,
          successes: count("success"),
          failures: count("stalled") + count("throttled"),
          neutral: count("auth"),
        });
      }),
    );
  });

  it("times what a plain list of the last minute would, to the slice", () => {
    const event = fc.record({
      afterMs: fc.nat(30_000),
      what: fc.constantFrom("firstToken" as const, "total" as const),
      ms: fc.constantFrom(1, 300, 40_000, 1_900_000),
    });
    fc.assert(
      fc.property(fc.array(event), fc.nat(70_000), (events, later) => {
        const window = new RollingWindow(500);
        const all: { readonly at: number; readonly what: string; readonly ms: number }[] = [];
        let now = 500;
        for (const { afterMs, what, ms } of events) {
          now += afterMs;
          all.push({ at: now, what, ms });
          window[what](ms, now);
        }
        now += later;
        const slice = (at: number) => Math.floor((at - 500) / 15_000);
        const recent = all.filter(({ at }) => slice(at) > slice(now) - 4);
        const view = window.view(now);
        for (const what of ["firstToken", "total"] as const) {
          const expected = new Uint32Array(BUCKETS);
          for (const one of recent.filter((each) => each.what === what)) {
            const at = bucketOf(one.ms);
            expected[at] = (expected[at] ?? 0) + 1;
          }
          expect(view[what]).toEqual(quantiles(expected));
        }
      }),
    );
  });

  it("names only the reasons that there were", () => {
    const window = new RollingWindow(0);
    window.count("success", 0);
    window.count("stalled", 0);
    expect(window.view(0).byReason).toEqual({ success: 1, stalled: 1 });
  });

  it("does not wrap round when one bucket is very full", () => {
    const window = new RollingWindow(0);
    for (let i = 0; i < 70_000; i++) window.total(100, 0);
    expect(window.view(0).total).toMatchObject({ count: 65_535 });
  });
});
