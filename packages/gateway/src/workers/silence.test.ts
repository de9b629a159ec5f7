import { describe, expect, it } from "vitest";
import { Silence } from "./silence.js";

const LIMIT_MS = 10_000;

/** Looks as often as it wants to be asked, from one time to another; the time at which it said that it was too long. */
function watched(silence: Silence, from: number, to: number): number | undefined {
  for (let now = from; now <= to; now += silence.nextLookMs) if (silence.look(now)) return now;
  return undefined;
}

describe("a worker's silence", () => {
  it("is too long beyond the limit, and not before", () => {
    const silence = new Silence(() => LIMIT_MS, 0);
    silence.heard(500, true);
    expect(watched(silence, 1_000, 10_000)).toBeUndefined();
    expect(watched(silence, 11_000, 20_000)).toBe(11_000);
  });

  it("is over with every word", () => {
    const silence = new Silence(() => LIMIT_MS, 0);
    for (let now = 0; now < 100_000; now += 500) {
      silence.heard(now, true);
      expect(silence.look(now + 400)).toBe(false);
    }
  });

  it("may be longer while it starts", () => {
    const silence = new Silence(() => LIMIT_MS, 0);
    expect(watched(silence, 0, 60_000)).toBeUndefined();
    expect(watched(silence, 61_000, 70_000)).toBe(61_000);
  });

  it("begins anew when whoever listens was away: stopped, stuck, or asleep with the whole machine", () => {
    const silence = new Silence(() => LIMIT_MS, 0);
    silence.heard(1_000, true);
    expect(watched(silence, 1_000, 5_000)).toBeUndefined();
    expect(silence.look(3_600_000)).toBe(false);
    expect(watched(silence, 3_601_000, 3_610_000)).toBeUndefined();
    expect(silence.look(3_611_000)).toBe(true);
  });

  it("obeys a limit that changes", () => {
    let limitMs = LIMIT_MS;
    const silence = new Silence(() => limitMs, 0);
    silence.heard(0, true);
    expect(watched(silence, 0, 4_000)).toBeUndefined();
    limitMs = 2_000;
    silence.heard(4_000, true);
    expect(watched(silence, 4_200, 9_000)).toBe(6_200);
  });
});
