import { describe, expect, it } from "vitest";
import { grownBytes } from "./heap.js";

const readings = (bytesAt: (calls: number, index: number) => number): Parameters<typeof grownBytes>[0] =>
  Array.from({ length: 10 }, (_, index) => {
    const calls = (index + 1) * 1_000_000;
    return { calls, bytes: bytesAt(calls, index) };
  });

describe("growth of the heap", () => {
  it("finds a leak of one byte in ten calls", () => {
    expect(grownBytes(readings((calls) => 5_000_000 + calls / 10))).toBeCloseTo(1_000_000);
  });

  it("finds the same leak under noise of either sign", () => {
    const noisy = readings((calls, index) => 5_000_000 + calls / 10 + (index % 2 === 0 ? 8_000 : -8_000));
    expect(grownBytes(noisy)).toBeGreaterThan(950_000);
  });

  it("is not taken in by one reading that is far off", () => {
    expect(grownBytes(readings((_, index) => (index === 7 ? 5_250_000 : 5_000_000)))).toBe(0);
  });

  it("is nothing for a flat heap", () => {
    expect(grownBytes(readings(() => 5_000_000))).toBe(0);
  });
});
