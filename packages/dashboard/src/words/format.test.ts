import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { count, duration, latency, percent, some, span } from "./format.js";

describe("durations have units and few digits", () => {
  it.each([
    [0, "0 ms", "0 s"],
    [999, "999 ms", "1 s"],
    [1_240, "1.2 s", "1 s"],
    [59_600, "60 s", "60 s"],
    [180_000, "3 min", "3 min"],
    [7_500_000, "2 h 5 min", "2 h 5 min"],
    [7_200_000, "2 h", "2 h"],
    [300_000_000, "3 d", "3 d"],
    [-5, "0 ms", "0 s"],
  ])("%d ms", (ms, asDuration, asSpan) => {
    expect(duration(ms)).toBe(asDuration);
    expect(span(ms)).toBe(asSpan);
  });

  it.each([
    [null, "–"],
    [82.4, "82 ms"],
    [1_235, "1.24 s"],
    [9_996, "10.0 s"],
    [12_400, "12.4 s"],
    [192_000, "3.2 min"],
  ])("a latency of %s", (ms, words) => {
    expect(latency(ms)).toBe(words);
  });

  it("are never longer than a cell", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e10, noNaN: true }), (ms) => {
        expect(span(ms).length).toBeLessThanOrEqual(12);
        expect(latency(ms).length).toBeLessThanOrEqual(13);
      }),
    );
  });
});

it.each([
  [0, "0 %"],
  [0.0004, "< 0.1 %"],
  [0.004, "0.4 %"],
  [0.02, "2 %"],
  [0.123, "12 %"],
  [1, "100 %"],
])("a share of %d", (share, words) => {
  expect(percent(share)).toBe(words);
});

it("counts with separators and the right number", () => {
  expect(count(12_345.4)).toBe("12,345");
  expect([some(1, "call"), some(0, "call"), some(2, "reply", "replies")]).toEqual([
    "1 call",
    "0 calls",
    "2 replies",
  ]);
});
