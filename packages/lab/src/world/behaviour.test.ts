import { describe, expect, it } from "vitest";
import { loadScenario } from "../scenario/load.js";
import { scenarioOf } from "../testing/scenarios.js";
import { figureOf, simulated } from "../testing/simulation.js";

const QUICK = { workers: 10, warmUp: "120s", watch: "300s" };

describe("a simulated provider", () => {
  it("that brings a queue to life which outlasts its cause, does so without a breaker and not with one", async () => {
    const scenario = { ...loadScenario("brown-out-unbounded"), warmUpMs: 120_000 };
    const workers = 60;
    const small = {
      ...scenario,
      workers,
      capacity: scenario.capacity && {
        ...scenario.capacity,
        servers: Math.round((scenario.capacity.servers * workers) / scenario.workers),
      },
    };
    const none = await simulated(small, "none");
    const recloser = await simulated(small, "recloser");
    expect(figureOf(none, "endGoodput")).toBeLessThan(10);
    expect(figureOf(none, "amplification")).toBeGreaterThan(2);
    expect(figureOf(recloser, "endGoodput")).toBeGreaterThan(85);
  });

  it("that hangs holds slots until the client's limit, and no other work gets done", async () => {
    const scenario = scenarioOf({ ...QUICK, phases: [{ hangs: 1 }] });
    const none = await simulated(scenario, "none");
    expect(figureOf(none, "ok")).toBe(0);
    expect(figureOf(none, "other")).toBeLessThan(30);
    const bulkhead = await simulated(scenario, "bulkhead");
    expect(figureOf(bulkhead, "other")).toBeGreaterThan(99);
    const recloser = await simulated(scenario, "recloser");
    expect(figureOf(recloser, "other")).toBeGreaterThan(99);
    expect(figureOf(recloser, "slotS")).toBeLessThan(0.4 * figureOf(bulkhead, "slotS"));
  });

  it("that grants half of the demand answers half of it, whatever the policy", async () => {
    const scenario = scenarioOf({ ...QUICK, phases: [{ quota: { ofDemand: 0.5 } }] });
    for (const policy of ["none", "recloser"]) {
      const ok = figureOf(await simulated(scenario, policy), "ok");
      expect(ok).toBeGreaterThan(44);
      expect(ok).toBeLessThan(54);
    }
  });

  it("that cuts or stalls half of the streams answers the other half, and SDKs do not retry what had begun", async () => {
    for (const fault of [{ cuts: 0.5 }, { stalls: 0.5 }]) {
      const calls = { timeout: "20s", retries: { times: 2 } };
      const scenario = scenarioOf({ ...QUICK, slots: 200, calls, models: [{ failing: 0 }], phases: [fault] });
      const none = await simulated(scenario, "none");
      expect(figureOf(none, "ok")).toBeGreaterThan(43);
      expect(figureOf(none, "ok")).toBeLessThan(55);
      expect(figureOf(none, "amplification")).toBeLessThan(1.02);
    }
  });

  it("that is dead gets three attempts for each request from SDKs that retry twice", async () => {
    const scenario = scenarioOf({
      ...QUICK,
      slots: 100,
      calls: { retries: { times: 2 } },
      phases: [{ errors: 1 }],
    });
    expect(figureOf(await simulated(scenario, "none"), "amplification")).toBeGreaterThan(2.9);
    expect(figureOf(await simulated(scenario, "recloser"), "amplification")).toBeLessThan(0.5);
  });

  it("with one model of two down is refused only for that model", async () => {
    const models = [{ name: "down" }, { name: "well" }];
    const scenario = scenarioOf({
      ...QUICK,
      calls: { perSecond: 2 },
      models,
      phases: [{ models: ["down"], errors: 1 }],
    });
    const recloser = await simulated(scenario, "recloser");
    expect(figureOf(recloser, "opened")).toBe(100);
    expect(figureOf(recloser, "blamed")).toBe(0);
    expect(figureOf(recloser, "okAll")).toBeGreaterThan(47);
  });

  it("that notices that clients have gone recovers sooner than one that does not", async () => {
    const brownOut = (noticesCancellation: boolean): ReturnType<typeof scenarioOf> =>
      scenarioOf({
        ...QUICK,
        workers: 40,
        slots: 100,
        calls: { perSecond: 0.5, timeout: "20s" },
        capacity: { load: 0.8, noticesCancellation },
        phases: [{ until: "60s", capacity: 0.2 }],
      });
    const noticed = figureOf(await simulated(brownOut(true), "none"), "regain");
    const unnoticed = figureOf(await simulated(brownOut(false), "none"), "regain");
    expect(noticed).toBeLessThan(unnoticed);
  });
});

describe("the oracle", () => {
  it("sends nothing to a dead provider, and refuses nothing to one that is only bad", async () => {
    const dead = await simulated(scenarioOf({ ...QUICK, phases: [{ until: "60s", errors: 1 }] }), "oracle");
    expect(dead.tally.counts.sentFaulty).toBe(0);
    expect(figureOf(dead, "refusedHealed")).toBe(0);
    const bad = await simulated(scenarioOf({ ...QUICK, phases: [{ errors: 0.9 }] }), "oracle");
    expect(bad.tally.counts.refused).toBe(0);
  });
});

describe("figures of a flapping provider", () => {
  it("count what was answered between its faults, too", async () => {
    const phases = [{ every: "20s", for: "12s", errors: 1 }];
    const none = await simulated(scenarioOf({ ...QUICK, models: [{ failing: 0 }], phases }), "none");
    expect(figureOf(none, "ok")).toBeGreaterThan(35);
    expect(figureOf(none, "ok")).toBeLessThan(45);
  });
});
