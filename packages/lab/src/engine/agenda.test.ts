import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Agenda } from "./agenda.js";

describe("Agenda", () => {
  it("lets things happen by time, and in the order of planning where times are equal", () => {
    const moments = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 3000 });
    fc.assert(
      fc.property(moments, (times) => {
        const agenda = new Agenda();
        const seen: number[] = [];
        const target = { wake: (code: number) => void seen.push(code) };
        for (const [code, at] of times.entries()) agenda.planAt(at, target, code);
        agenda.run(40);
        const expected = times
          .map((at, code) => ({ at, code }))
          .sort((a, b) => a.at - b.at || a.code - b.code);
        expect(seen).toEqual(expected.map(({ code }) => code));
        expect(agenda.size).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it("keeps the order when events plan more events", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 200 }), (gaps) => {
        const agenda = new Agenda();
        const times: number[] = [];
        let next = 0;
        const target = {
          wake() {
            times.push(agenda.now);
            for (let twice = 0; twice < 2; twice++) {
              const gap = gaps[next++];
              if (gap !== undefined) agenda.plan(gap, target, 0);
            }
          },
        };
        agenda.plan(1, target, 0);
        agenda.run(Infinity);
        expect(times).toHaveLength(gaps.length + 1);
        expect(times).toEqual([...times].sort((a, b) => a - b));
      }),
      { numRuns: 60 },
    );
  });

  it("stops at the moment it was told, and goes on from there", () => {
    const agenda = new Agenda();
    const seen: number[] = [];
    const target = { wake: () => void seen.push(agenda.now) };
    for (const at of [5, 10, 15]) agenda.planAt(at, target, 0);
    agenda.run(10);
    expect(seen).toEqual([5, 10]);
    expect(agenda.now).toBe(10);
    agenda.run(20);
    expect(seen).toEqual([5, 10, 15]);
    expect(agenda.happened).toBe(3);
  });

  it("takes what is planned for the past, or for no time at all, to be due now", () => {
    const agenda = new Agenda();
    agenda.run(100);
    const seen: number[] = [];
    const target = { wake: () => void seen.push(agenda.now) };
    agenda.planAt(3, target, 0);
    agenda.plan(Number.NaN, target, 0);
    agenda.plan(-1, target, 0);
    agenda.run(100);
    expect(seen).toEqual([100, 100, 100]);
  });
});
