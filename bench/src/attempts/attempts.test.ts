import { describe, expect, it } from "vitest";
import { Agenda } from "./agenda.js";
import { checkAgreement } from "./agreement.js";
import { ERRORS, NONE, RECLOSER, RULES } from "./policies.js";
import { dead, deadSlow, errorsFor300s, hang } from "./scenarios.js";
import { LIBRARY_TUNING, tunableErrors } from "./tunable-errors.js";
import { simulate } from "./world.js";

describe("the agenda", () => {
  it("runs what was planned in order of time, and ties in order of planning", () => {
    const agenda = new Agenda();
    const seen: string[] = [];
    const delays = [5, 1, 3, 1, 4, 0, 3, 2];
    for (const [i, delay] of delays.entries()) agenda.plan(delay, () => seen.push(`${delay}#${i}`));
    agenda.plan(2.5, () => agenda.plan(0, () => seen.push("nested")));
    agenda.run();
    expect(seen).toEqual(["0#5", "1#1", "1#3", "2#7", "nested", "3#2", "3#6", "4#4", "5#0"]);
    expect(agenda.now).toBe(5);
  });
});

describe("the simulated provider", () => {
  it("gives the same run for the same seed, and another for another", () => {
    const scenario = errorsFor300s(0.6, 1, true);
    expect(simulate(scenario, RECLOSER, 3)).toEqual(simulate(scenario, RECLOSER, 3));
    expect(simulate(scenario, RECLOSER, 3)).not.toEqual(simulate(scenario, RECLOSER, 4));
  });

  it("gets every attempt of every request when there is no breaker", () => {
    expect(simulate(deadSlow(true, 0), NONE, 1)).toMatchObject({ requests: 15, attempts: 15, answered: 0 });
    const { attempts, requests } = simulate(deadSlow(false, 2), NONE, 1);
    expect(requests).toBe(15);
    expect(attempts).toBeGreaterThanOrEqual(43);
    expect(attempts).toBeLessThanOrEqual(45);
  });

  it("answers about the share that it does not fail", () => {
    const { answered, requests } = simulate(errorsFor300s(0.3, 5, false), NONE, 1);
    expect(answered / requests).toBeCloseTo(0.7, 1);
  });

  it("meets every policy with the same traffic", () => {
    const scenario = dead(5);
    expect(simulate(scenario, RECLOSER, 9).requests).toBe(simulate(scenario, NONE, 9).requests);
  });
});

describe("the library in it", () => {
  it("lets at most 8 of 15 requests reach a dead provider, cold or warm, with the SDK's retries or without", () => {
    for (const warm of [false, true]) {
      for (const retries of [0, 2]) {
        for (let seed = 201; seed <= 240; seed++) {
          expect(simulate(deadSlow(warm, retries), RECLOSER, seed).attempts).toBeLessThanOrEqual(8);
        }
      }
    }
  });

  it("opens on a hang long before the client's limit of 600 s", () => {
    const options = { stallDeadlineMs: { streaming: 15_000, unary: 15_000 } };
    const { openedAfterS } = simulate(hang(true), { name: "15 s", options }, 1);
    expect(openedAfterS).toBeLessThan(60);
    expect(openedAfterS).toBeGreaterThan(15);
  });
});

describe("the tunable detector", () => {
  it("decides as the library does with the library's constants", () => {
    expect(() => checkAgreement(6)).not.toThrow();
  });

  it("opens when the library does with a rate of its own that starts as the circuit's does", () => {
    const detector = tunableErrors({ ...LIBRARY_TUNING, rateStart: { calls: 1, seconds: 20 } });
    for (const scenario of [deadSlow(false, 2), dead(1), dead(5, false)]) {
      for (let seed = 1; seed <= 10; seed++) {
        const { openedAfterS } = simulate(scenario, { name: "own rate", options: { detector } }, seed);
        expect(openedAfterS).toBe(simulate(scenario, ERRORS, seed).openedAfterS);
      }
    }
  });

  it("decides otherwise with others, so the comparison can fail", () => {
    const scenario = deadSlow(true, 0);
    const same = RULES.map((rule) => simulate(scenario, rule, 1).attempts);
    expect(new Set(same).size).toBeGreaterThan(1);
  });
});
