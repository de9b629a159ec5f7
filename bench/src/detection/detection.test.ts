import { describe, expect, it } from "vitest";
import { boundS } from "./bound.js";
import { choose, worldSeeds } from "./choice.js";
import { conditions, WELL } from "./fault.js";
import { recovery } from "./figures.js";
import { Pool } from "./pool.js";
import { ANSWERS_AHEAD_S } from "./world.js";

describe("the information bound", () => {
  it("is what theory says of a dead provider and of a partial failure", () => {
    // Calls: ln(λ · 86,400) / D, from the published table.
    expect(boundS(0.1, 1)).toBeCloseTo(23.2, 1);
    expect(boundS(1, 1)).toBeCloseTo(2.9, 1);
    expect(boundS(5, 1) * 5).toBeCloseTo(3.3, 1);
    expect(boundS(1, 0.6)).toBeCloseTo(6.8, 1);
    expect(boundS(1, 0.3)).toBeCloseTo(19.7, 1);
  });
});

describe("a fault", () => {
  it("begins at the onset", () => {
    const at = conditions({ kind: "errors", share: 0.3 });
    expect(at(-0.001)).toBe(WELL);
    expect(at(0).failing).toBe(0.3);
  });

  it("flaps: dead first, then up for its share of each period", () => {
    const at = conditions({ kind: "flapping", periodS: 20, upShare: 0.4 });
    expect([0, 11.9, 12.1, 19.9, 20.1, 32.1].map((t) => at(t).failing)).toEqual([1, 1, 0, 0, 1, 0]);
  });

  it("blips: dead for a moment of each period", () => {
    const at = conditions({ kind: "blips", periodS: 600, lastS: 5 });
    expect([0, 4.9, 5.1, 599, 601].map((t) => at(t).failing)).toEqual([1, 1, 0, 0, 1]);
  });
});

describe("a pool of slots", () => {
  const pool = new Pool(1);
  const started: string[] = [];
  const job = (name: string, untilS: number, needsSlot = true) => ({
    untilS,
    start: () => {
      started.push(name);
      return needsSlot;
    },
  });

  it("serves in order, skips who has given up and who needs no slot, and loses none", () => {
    pool.take(job("first", 0));
    pool.take(job("impatient", 5));
    pool.take(job("refused", 100, false));
    pool.take(job("second", 100));
    pool.take(job("third", 100));
    expect(started).toEqual(["first"]);
    pool.give(10);
    expect(started).toEqual(["first", "refused", "second"]);
    pool.give(20);
    pool.give(30);
    pool.take(job("late", 100));
    expect(started.slice(3)).toEqual(["third", "late"]);
  });
});

describe("recovery from a brown-out", () => {
  const series = (perS: readonly (readonly [seconds: number, answers: number])[]): Uint32Array =>
    Uint32Array.from(perS.flatMap(([seconds, answers]) => new Array<number>(seconds).fill(answers)));

  it("counts from the end of the drop to the first steps that are nearly as good as before", () => {
    const answers = series([
      [ANSWERS_AHEAD_S, 50],
      [120, 20],
      [10, 30],
      [60, 46],
    ]);
    expect(recovery(answers, 120)).toMatchObject({ beforePerS: 50, dropPerS: 20, regainS: 10 });
  });

  it("never recovers when answers stay away", () => {
    const answers = series([
      [ANSWERS_AHEAD_S, 50],
      [120, 20],
      [60, 44],
    ]);
    expect(recovery(answers, 120).regainS).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("the choice of what to run", () => {
  it("keeps tuning seeds and test seeds apart, however many worlds a seed has", () => {
    const tuning = choose({ tuning: true, quick: false }).seeds;
    const test = choose({ tuning: false, quick: false }).seeds;
    expect(tuning).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(test).toEqual(Array.from({ length: 20 }, (_, i) => i + 101));
    const all = [...worldSeeds(tuning, 10), ...worldSeeds(test, 10)];
    expect(new Set(all).size).toBe(400);
  });

  it("narrows scenarios, policies and rates", () => {
    const { entries } = choose({
      tuning: false,
      quick: false,
      only: "dead,drift",
      policy: "consecutive",
      rates: "1,5",
    });
    expect(
      entries.map(({ id, rates, policies }) => [id, rates, policies.map((policy) => policy.id)]),
    ).toEqual([["dead", [1, 5], ["consecutive"]]]);
  });

  it("says what there is when it is asked for something else", () => {
    const plain = { tuning: false, quick: false };
    expect(() => choose({ ...plain, only: "deaf" })).toThrow(/--only names "deaf"; there are dead, /);
    expect(() => choose({ ...plain, policy: "opossum" })).toThrow(/--policy names "opossum"/);
    expect(() => choose({ ...plain, rates: "fast" })).toThrow(/--rates is "fast"/);
    expect(() => choose({ ...plain, only: "drift", rates: "0.25" })).toThrow(/No scenario/);
  });
});
