import { describe, expect, it } from "vitest";
import { scenarioOf } from "../../testing/scenarios.js";
import { figureOf, simulated } from "../../testing/simulation.js";
import { PEERS } from "./peers.js";

const DEAD = scenarioOf({
  workers: 4,
  warmUp: "60s",
  watch: "240s",
  calls: { perSecond: 3 },
  models: [{ failing: 0, firstToken: { stalls: { share: 0 } }, tokens: { median: 50, sigma: 0.2 } }],
  phases: [{ until: "120s", errors: 1 }],
});

describe("the real packages in virtual time", () => {
  it.each(PEERS.map(({ id }) => id).filter((id) => id !== "cockatiel-sampling"))(
    "%s opens on a dead provider, probes, and closes after it has healed",
    async (id) => {
      const result = await simulated(DEAD, id);
      expect(figureOf(result, "opened")).toBe(100);
      expect(figureOf(result, "open")).toBeLessThan(30);
      expect(result.tally.counts.probes).toBeGreaterThan(4);
      expect(result.tally.counts.sentFaulty).toBeLessThan(0.4 * result.tally.counts.requestsHit);
      expect(figureOf(result, "recoverP95")).toBeLessThan(40);
      expect(figureOf(result, "falseOpens")).toBe(0);
      const { requests, answered, failed, refused, full, unslotted, aborted, pending } = result.tally.counts;
      expect(answered + failed + refused + full + unslotted + aborted + pending).toBe(requests);
    },
  );

  it("cockatiel-sampling is inert below 25 calls a second, which its default asks for, and opens above", async () => {
    expect(figureOf(await simulated(DEAD, "cockatiel-sampling"), "opened")).toBe(0);
    const busy = scenarioOf({
      workers: 1,
      warmUp: "40s",
      watch: "30s",
      calls: { perSecond: 40 },
      phases: [{ errors: 1 }],
    });
    expect(figureOf(await simulated(busy, "cockatiel-sampling"), "opened")).toBe(100);
  });

  it("leaves the system's clock and timers as they were", async () => {
    const before = [Date.now, setTimeout, setInterval, clearTimeout, clearInterval];
    await simulated({ ...DEAD, watchMs: 5000 }, "opossum");
    expect([Date.now, setTimeout, setInterval, clearTimeout, clearInterval]).toEqual(before);
  });

  it("gives opossum its own timeout: a slow answer is cut off, and its caller is told", async () => {
    const slow = scenarioOf({
      workers: 2,
      warmUp: "0s",
      watch: "60s",
      models: [
        {
          failing: 0,
          firstToken: { median: "30s", sigma: 0, stalls: { share: 0 } },
          tokens: { median: 1, sigma: 0 },
        },
      ],
    });
    const cut = await simulated(slow, "opossum-10s");
    expect(cut.tally.counts.aborted).toBeGreaterThan(0);
    expect(cut.tally.counts.answered).toBe(0);
    expect((await simulated(slow, "opossum")).tally.counts.answered).toBeGreaterThan(0);
  });

  it("makes cockatiel's calls wait for its probe, and lets them through after it", async () => {
    // Slow probes, so that many calls come while one is out.
    const models = [
      {
        failing: 0,
        firstToken: { median: "5s", sigma: 0, stalls: { share: 0 } },
        tokens: { median: 1, sigma: 0 },
      },
    ];
    const scenario = scenarioOf({
      workers: 2,
      warmUp: "30s",
      watch: "60s",
      slots: 200,
      bulkhead: 200,
      calls: { perSecond: 5 },
      models,
      phases: [{ until: "10s", errors: 1 }],
    });
    const { tally } = await simulated(scenario, "cockatiel");
    const { answeredHealed, requestsHealed } = tally.counts;
    expect(answeredHealed / requestsHealed).toBeGreaterThan(0.7);
  });
});
