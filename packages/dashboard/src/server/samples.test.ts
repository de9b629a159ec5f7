import fc from "fast-check";
import { expect, it } from "vitest";
import { SampleRing } from "./samples.js";

it("keeps the last samples, in order, with a hole where a column had nothing", () => {
  const sample = fc.record(
    { a: fc.integer({ min: 0, max: 1_000 }), b: fc.integer({ min: 0, max: 1_000 }) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 40 }), fc.integer({ min: 1, max: 12 }), (samples, capacity) => {
      const ring = new SampleRing(capacity);
      samples.forEach((values, index) => {
        ring.add(index * 5_000, values);
      });

      const kept = samples.map((values, index) => ({ at: index * 5_000, values })).slice(-capacity);
      const { times, columns } = ring.from(-Infinity);
      expect(times).toEqual(kept.map(({ at }) => at));
      for (const name of ["a", "b"] as const) {
        const expected = kept.map(({ values }) => values[name] ?? null);
        if (expected.some((value) => value !== null)) expect(columns[name]).toEqual(expected);
        else expect(columns[name]).toBeUndefined();
      }
    }),
  );
});

it("gives what came since", () => {
  const ring = new SampleRing(10);
  for (const at of [1_000, 2_000, 3_000]) ring.add(at, { a: at });

  expect(ring.from(1_001)).toEqual({ times: [2_000, 3_000], columns: { a: [2_000, 3_000] } });
});

it("starts afresh when the clock was set back, and bears a small step", () => {
  const ring = new SampleRing(10);
  ring.add(100_000, { a: 1 });
  ring.add(99_500, { a: 2 });
  expect(ring.from(-Infinity).times).toEqual([100_000, 100_000]);

  ring.add(50_000, { a: 3 });

  expect(ring.from(-Infinity)).toEqual({ times: [50_000], columns: { a: [3] } });
});

it("does not grow with names that others make up", () => {
  const ring = new SampleRing(4);
  for (let n = 0; n < 500; n++) ring.add(n, { [`reason:${n}`]: 1, a: n });

  expect(Object.keys(ring.from(-Infinity).columns).length).toBeLessThanOrEqual(40);
});

it("finds the median of the samples that are wanted", () => {
  const ring = new SampleRing(10);
  [5, 100, 7, 6].forEach((a, index) => {
    ring.add(index, { a, calm: a < 50 ? 1 : 0 });
  });
  const calm = (value: (column: string) => number) => value("calm") === 1;

  expect(ring.median("a", calm, 3)).toBe(6);
  expect(ring.median("a", calm, 4)).toBeNull();
  expect(ring.median("none", calm, 0)).toBeNull();
});
