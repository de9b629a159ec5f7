import { describe, expect, it } from "vitest";
import { Limit } from "./limit.js";

const HOUR_MS = 3_600_000;
/** The clock of a process that has run for a while. */
const START = 1e6;

/** A peak so high that a minute of its fading shows. */
const HIGH = 1_000_000;

function peakAt(limit: Limit, now: number): number {
  limit.trust();
  limit.heed(1, () => "it is slow", true, now);
  const { waiting } = limit.caps;
  limit.trust();
  return waiting;
}

describe("the healthy peak", () => {
  it("is renewed by a call that meets it", () => {
    const limit = new Limit(START);
    limit.learn(HIGH, 1, START);
    limit.learn(HIGH, 1, START + 59_000);
    expect(peakAt(limit, START + 59_000 + HOUR_MS)).toBe(HIGH / 2);
  });

  it("does not fade within its first minute, so that a call a little below it changes nothing", () => {
    for (const afterMs of [1_000, 30_000, 60_000]) {
      const limit = new Limit(START);
      limit.learn(HIGH, 1, START);
      limit.learn(HIGH * 0.995, 1, START + afterMs);
      expect(peakAt(limit, START)).toBe(HIGH);
    }
    const later = new Limit(START);
    later.learn(HIGH, 1, START);
    later.learn(HIGH * 0.995, 1, START + 60_001);
    expect(peakAt(later, START + 60_001)).toBe(HIGH * 0.995);
  });
});

describe("how many calls were in flight", () => {
  const seen = (limit: Limit): number => limit.save(START).inFlight.reduce((sum, count) => sum + count, 0);

  it("is halved at two thousand calls, and kept by half", () => {
    const limit = new Limit(START);
    for (let n = 0; n < 1_999; n++) limit.learn(1, n % 2 === 0 ? 4 : 10, START);
    expect(seen(limit)).toBe(1_999);
    limit.learn(1, 10, START);
    expect(seen(limit)).toBe(1_000);
    expect(limit.save(START).inFlight).toEqual([0, 0, 0, 0, 500, 0, 0, 0, 0, 0, 500]);
    // From there it takes another thousand.
    for (let n = 0; n < 999; n++) limit.learn(1, 4, START);
    expect(seen(limit)).toBe(1_999);
    limit.learn(1, 4, START);
    expect(seen(limit)).toBe(999 + 1);
  });

  it("is saved up to the most there were", () => {
    const limit = new Limit(START);
    expect(limit.save(START).inFlight).toEqual([]);
    limit.learn(1, 2, START);
    expect(limit.save(START).inFlight).toEqual([0, 0, 1]);
  });

  it("is taken up as far as it is counted one by one", () => {
    const limit = new Limit(START);
    limit.restore({ peak: 3, peakAgoMs: 0, inFlight: new Array<number>(70).fill(1) }, START);
    expect(limit.save(START).inFlight).toEqual(new Array<number>(64).fill(1));
  });
});
