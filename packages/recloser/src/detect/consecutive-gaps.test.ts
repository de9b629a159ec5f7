import { describe, expect, it } from "vitest";
import { alone, callAt } from "../testing/detectors.js";
import { consecutive } from "./consecutive.js";

describe("a row of failures", () => {
  it("ends when the next one is more than ten minutes away, and not before", () => {
    const { detector, level } = alone(consecutive(4));
    const fails = (s: number): void =>
      detector.failed(callAt(s), { verdict: "failure", reason: "timeout" }, s * 1_000);
    fails(0);
    fails(600);
    expect(level(600)).toBe(0.5);
    expect(level(1_200)).toBe(0.5);
    expect(level(1_201)).toBe(0);
    fails(1_201);
    expect(level(1_201)).toBe(0.25);
  });

  it.each([0, -1, 1.5])("has a whole number of at least one for its length, not %s", (count) => {
    expect(() => consecutive(count)).toThrow(RangeError);
  });
});
