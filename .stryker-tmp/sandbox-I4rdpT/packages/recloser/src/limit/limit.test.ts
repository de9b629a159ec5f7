// @ts-nocheck
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Limit } from "./limit.js";

const HOUR_MS = 3_600_000;

/** A limit that has seen `waiting` of `inFlight` calls wait, all calm, `times` over. */
function learned(waiting: number, inFlight = waiting, times = 100): Limit {
  const limit = new Limit(0);
  for (let n = 0; n < times; n++) limit.learn(waiting, inFlight, 0);
  return limit;
}

/** Slowness is full. */
function suspect(limit: Limit, bounded: boolean, now: number): void {
  limit.trust();
  expect(limit.heed(1, () => "it is slow", bounded, now)).toBe(true);
}

describe("a limit", () => {
  it("is none until somebody suspects the dependency", () => {
    const limit = learned(5);
    expect(limit.binding).toBe(false);
    expect(limit.caps).toEqual({ waiting: Infinity, inFlight: Infinity });
    expect(limit.full(1e6, 1e6, "interactive")).toBe(false);
  });

  it("caps calls that wait at their healthy peak, and never under 3", () => {
    for (const [peak, waiting] of [
      [0, 3],
      [2, 3],
      [3, 3],
      [4, 4],
      [25, 25],
    ] as const) {
      const limit = learned(peak);
      suspect(limit, true, 0);
      expect(limit.caps).toEqual({ waiting, inFlight: Infinity });
      expect(limit.full(waiting - 1, 1_000, "interactive")).toBe(false);
      expect(limit.full(waiting, 1_000, "interactive")).toBe(true);
    }
  });

  it("begins at 1 and ends at 0.25, and says why and when it has changed", () => {
    const limit = learned(5, 9);
    const steps = [0.99, 1, 2, 0.26, 0.25, 0.99, 1].map((slowness) => [
      limit.heed(slowness, () => "it is slow", true, 0),
      limit.binding,
    ]);
    expect(steps).toEqual([
      [false, false],
      [true, true],
      [false, true],
      [false, true],
      [true, false],
      [false, false],
      [true, true],
    ]);
    expect(limit.message).toBe("at most 5 calls may wait for an answer to begin, because it is slow");
    expect(limit.trust()).toBe(true);
    expect(limit.trust()).toBe(false);
    suspect(limit, false, 0);
    expect(limit.message).toBe(
      "at most 5 calls may wait for an answer to begin, 9 be in flight, because it is slow",
    );
  });

  it("forgets half of a peak each hour, and takes a higher one at once", () => {
    const limit = learned(16);
    for (const [hours, waiting] of [
      [0, 16],
      [1, 8],
      [2, 4],
      [9, 3],
    ] as const) {
      suspect(limit, true, hours * HOUR_MS);
      expect(limit.caps.waiting).toBe(waiting);
    }
    limit.trust();
    // What is below the peak that is left does not lower it.
    limit.learn(2, 2, HOUR_MS);
    suspect(limit, true, HOUR_MS);
    expect(limit.caps.waiting).toBe(8);
    limit.learn(9, 9, HOUR_MS);
    suspect(limit, true, HOUR_MS);
    expect(limit.caps.waiting).toBe(9);
  });

  it("caps all calls in flight at their healthy p99, and never under 8, where nothing else bounds them", () => {
    for (const [usual, inFlight] of [
      [1, 8],
      [8, 8],
      [12, 12],
      [62, 62],
    ] as const) {
      const limit = learned(2, usual, 990);
      for (let n = 0; n < 9; n++) limit.learn(2, 60, 0);
      suspect(limit, false, 0);
      expect(limit.caps).toEqual({ waiting: 3, inFlight });
      expect(limit.full(0, inFlight - 1, "interactive")).toBe(false);
      expect(limit.full(0, inFlight, "interactive")).toBe(true);
    }
    const busy = learned(2, 12, 980);
    for (let n = 0; n < 20; n++) busy.learn(2, 60, 0);
    suspect(busy, false, 0);
    expect(busy.caps.inFlight).toBe(60);
    // Beyond what is counted one by one there is no telling; and nothing was ever seen by a limit that has learned nothing.
    for (const limit of [learned(2, 63), learned(2, 500), new Limit(0)]) {
      suspect(limit, false, 0);
      expect(limit.caps.inFlight).toBe(Infinity);
    }
  });

  it("takes the p99 to the call: 99 of 100 is one of them, 98 is not", () => {
    for (const [usual, inFlight] of [
      [99, 10],
      [98, 40],
    ] as const) {
      const limit = learned(2, 10, usual);
      for (let n = usual; n < 100; n++) limit.learn(2, 40, 0);
      suspect(limit, false, 0);
      expect(limit.caps.inFlight).toBe(inFlight);
    }
  });

  it("forgets what was usual once there is much that is not", () => {
    const limit = learned(2, 50, 1_900);
    for (let n = 0; n < 20_000; n++) limit.learn(2, 10, 0);
    suspect(limit, false, 0);
    expect(limit.caps.inFlight).toBe(10);
  });

  it("lets background calls take half of it, and at least one place", () => {
    const limit = learned(10);
    suspect(limit, true, 0);
    expect(limit.full(4, 4, "background")).toBe(false);
    expect(limit.full(5, 5, "background")).toBe(true);
    expect(limit.full(9, 9, "interactive")).toBe(false);
    const least = learned(1);
    suspect(least, false, 0);
    expect(least.full(0, 0, "background")).toBe(false);
    expect(least.full(1, 1, "background")).toBe(true);
    expect(least.full(0, 4, "background")).toBe(true);
    expect(least.full(0, 3, "background")).toBe(false);
  });

  it("lets calls wait by twos, fours and eights on probation, one more for each answer", () => {
    const limit = learned(20);
    limit.startProbation();
    let waiting = 0;
    const rounds: number[] = [];
    while (limit.binding) {
      // A round: as many as may wait, then all of them are answered.
      while (!limit.full(waiting, waiting, "interactive")) waiting++;
      rounds.push(waiting);
      for (; waiting > 0; waiting--) limit.answered(0);
    }
    expect(rounds).toEqual([2, 4, 8, 16]);
    expect(limit.full(1_000, 1_000, "interactive")).toBe(false);
    // An answer in health changes nothing.
    limit.answered(0);
    expect(limit.binding).toBe(false);
  });

  it("ends probation at eight where no more ever waited, and at the peak that is left where more did", () => {
    const answersUntilOver = (limit: Limit, now: number): number => {
      limit.startProbation();
      let answers = 0;
      for (; limit.binding; answers++) limit.answered(now);
      return answers;
    };
    expect(answersUntilOver(new Limit(0), 0)).toBe(6);
    expect(answersUntilOver(learned(5), 0)).toBe(6);
    expect(answersUntilOver(learned(30), 0)).toBe(28);
    expect(answersUntilOver(learned(32), HOUR_MS)).toBe(14);
  });

  it("is the stricter of the two when it is suspected on probation", () => {
    const limit = learned(5, 12);
    limit.startProbation();
    suspect(limit, false, 0);
    expect(limit.caps).toEqual({ waiting: 2, inFlight: 12 });
    for (let n = 0; n < 4; n++) limit.answered(0);
    expect(limit.caps).toEqual({ waiting: 5, inFlight: 12 });
    limit.trust();
    expect(limit.caps).toEqual({ waiting: 6, inFlight: Infinity });
    limit.endProbation();
    expect(limit.binding).toBe(false);
  });

  it("comes back from JSON as it was", () => {
    const event = fc.record({
      do: fc.constantFrom("learn", "suspect", "trust", "probation", "answered"),
      waiting: fc.nat(80),
      flowing: fc.nat(30),
      afterMs: fc.nat(HOUR_MS),
    });
    const apply = (
      limit: Limit,
      one: typeof event extends fc.Arbitrary<infer T> ? T : never,
      now: number,
    ) => {
      if (one.do === "learn") limit.learn(one.waiting, one.waiting + one.flowing, now);
      else if (one.do === "suspect") suspect(limit, one.flowing % 2 === 0, now);
      else if (one.do === "trust") limit.trust();
      else if (one.do === "probation") limit.startProbation();
      else limit.answered(now);
    };
    fc.assert(
      fc.property(fc.array(event), fc.array(event), (before, after) => {
        const OTHER_CLOCK = 5e8;
        const [one, other] = [new Limit(0), new Limit(OTHER_CLOCK)];
        let now = 0;
        for (const each of before) {
          now += each.afterMs;
          apply(one, each, now);
        }
        other.restore(JSON.parse(JSON.stringify(one.save(now))), now + OTHER_CLOCK);
        expect(other.caps).toEqual(one.caps);
        for (const each of after) {
          now += each.afterMs;
          apply(one, each, now);
          apply(other, each, now + OTHER_CLOCK);
          expect(other.caps).toEqual(one.caps);
          expect(other.binding).toBe(one.binding);
        }
      }),
    );
  });
});
