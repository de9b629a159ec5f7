import { describe, expect, it } from "vitest";
import { sum } from "../stats.js";
import { BULKHEAD, CONSECUTIVE, NONE, RECLOSER, THRESHOLDS } from "./policies.js";
import { bulkheadOf, type Scenario, slotsOf } from "./scenario.js";
import { type Traffic, USUAL } from "./traffic.js";
import { simulate } from "./world.js";

const PLAIN: Scenario = {
  name: "plain",
  workers: 1,
  perSecond: 1,
  traffic: USUAL,
  fault: { kind: "none" },
  backend: { kind: "separate" },
  sdkRetries: 0,
  warmCalls: 100,
  watchS: 120,
  otherWork: true,
};
const DEAD: Scenario = { ...PLAIN, fault: { kind: "errors", share: 1 } };
const HANG: Scenario = { ...PLAIN, fault: { kind: "hang" } };
const NEVER = Number.POSITIVE_INFINITY;

function only(scenario: Scenario, policy = BULKHEAD, seed = 3) {
  const [tally] = simulate(scenario, policy, seed).workers;
  if (tally === undefined) throw new Error("A world has at least one worker.");
  return tally;
}

describe("a world", () => {
  it("is the same for the same seed, and another for another", () => {
    expect(simulate(DEAD, RECLOSER, 3)).toEqual(simulate(DEAD, RECLOSER, 3));
    expect(simulate(DEAD, RECLOSER, 3)).not.toEqual(simulate(DEAD, RECLOSER, 4));
  });

  it("gives every policy the same calls with the same luck", () => {
    const policies = [RECLOSER, CONSECUTIVE, THRESHOLDS, BULKHEAD, NONE];
    expect(new Set(policies.map((policy) => only(DEAD, policy).requests)).size).toBe(1);
    const unguarded = policies.slice(1).map((policy) => only(PLAIN, policy).answered);
    expect(new Set(unguarded).size).toBe(1);
  });

  it("builds a worker of 16 slots for one call a second, with a bulkhead of 12", () => {
    expect([bulkheadOf(PLAIN), slotsOf(PLAIN)]).toEqual([12, 16]);
    expect(bulkheadOf({ ...PLAIN, perSecond: 5 })).toBeGreaterThan(50);
  });

  it("answers nearly all calls of a healthy provider, and none of a dead one", () => {
    const healthy = only(PLAIN);
    expect(healthy.answered / healthy.requests).toBeGreaterThan(0.95);
    expect(only(DEAD)).toMatchObject({ answered: 0, actedAfterS: NEVER, openedAfterS: NEVER, opens: 0 });
  });

  it("counts the slots that a hang holds, from the onset to the end of the watch", () => {
    const { slotS, answered, sent } = only(HANG);
    // Twelve at once, sixty seconds each, for the two minutes less the time to fill up.
    expect(slotS).toBeGreaterThan(12 * 100);
    expect(slotS).toBeLessThanOrEqual(12 * 120);
    expect(sent).toBe(24);
    expect(answered).toBe(0);
  });

  it("starves other work without a bulkhead, and not with one", () => {
    const longHang: Scenario = { ...HANG, watchS: 300 };
    const { otherBefore, otherAfter } = only(longHang, NONE);
    expect(otherBefore.done).toBe(otherBefore.offered);
    expect(otherAfter.done / otherAfter.offered).toBeLessThan(0.2);
    const kept = only(longHang, BULKHEAD).otherAfter;
    expect(kept.done).toBe(kept.offered);
  });

  it("sends a failed call again when the SDK retries", () => {
    const { requests, sent } = only({ ...DEAD, sdkRetries: 2 });
    expect(sent).toBe(3 * requests);
  });
});

describe("the library in it", () => {
  it("opens on a dead provider, and acts no later than it opens", () => {
    const { openedAfterS, actedAfterS, sent } = only(DEAD, RECLOSER);
    expect(openedAfterS).toBeLessThan(30);
    expect(actedAfterS).toBeLessThanOrEqual(openedAfterS);
    expect(sent).toBeLessThan(60);
  });

  it("frees the slots of the calls that it gives up", () => {
    const patient: Traffic = { ...USUAL, timeoutS: 600 };
    const hang: Scenario = { ...HANG, traffic: patient, watchS: 600 };
    expect(only(hang, RECLOSER).slotS).toBeLessThan(only(hang, BULKHEAD).slotS / 2);
  });

  it("leaves the others without evidence of calls in flight: they learn of a hang when its clients give up", () => {
    expect(only(HANG, CONSECUTIVE).openedAfterS).toBeGreaterThan(60);
  });
});

describe("providers that workers share", () => {
  it("grants no more than the quota, and the rest a 429", () => {
    const backend = { kind: "quota", perSecond: 2, burst: 2, retryAfterMs: undefined } as const;
    const { workers } = simulate({ ...PLAIN, workers: 4, backend, otherWork: false }, BULKHEAD, 3);
    const granted = sum(workers.map(({ sent, throttled }) => sent - throttled));
    expect(granted).toBeLessThanOrEqual(2 * 120 + 2);
    expect(granted).toBeGreaterThan(2 * 120 * 0.9);
    expect(sum(workers.map(({ throttled }) => throttled))).toBeGreaterThan(200);
  });

  it("queues for servers, and serves what was given up all the same", () => {
    const backend = { kind: "queue", servers: 8, dropTo: 0.25, dropS: 60 } as const;
    const scenario: Scenario = { ...PLAIN, backend, watchS: 240, otherWork: false };
    const { workers, answers } = simulate(scenario, NONE, 3);
    const { requests, answered } = workers[0] ?? { requests: 0, answered: 0 };
    expect(answered).toBeLessThan(requests);
    expect(answered).toBeGreaterThan(requests / 4);
    const perS = (from: number, to: number): number =>
      sum([...answers.subarray(60 + from, 60 + to)]) / (to - from);
    expect(perS(20, 60)).toBeLessThan(0.6);
    expect(perS(180, 240)).toBeGreaterThan(0.8);
  });
});
