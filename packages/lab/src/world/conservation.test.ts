import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { choosePolicies } from "../policy/catalogue.js";
import { toJson } from "../report/json.js";
import { compare } from "../run/compare.js";
import { loadScenario } from "../scenario/load.js";
import { scenarioOf } from "../testing/scenarios.js";
import { simulated, VIRTUAL } from "../testing/simulation.js";

const share = fc.constantFrom(0, 0, 0.3, 1);
const phase = fc.record({
  until: fc.constantFrom("40s", "90s"),
  errors: share,
  hangs: share,
  stalls: share,
  cuts: share,
  throttled: share,
  firstToken: fc.constantFrom(1, 5),
  retryAfter: fc.constantFrom("1s", "20s"),
});
const world = fc.record({
  workers: fc.constant(4),
  watch: fc.constant("120s"),
  warmUp: fc.constantFrom("0s", "60s"),
  calls: fc.record({
    perSecond: fc.constantFrom(0.2, 3),
    streaming: fc.boolean(),
    timeout: fc.constantFrom("5s", "60s"),
    patience: fc.constantFrom("0s", "10s"),
    arrivals: fc.constantFrom(
      "poisson",
      { bursty: { cv: 4 } },
      { mmpp: { factor: 9, share: 0.1, spell: "5s" } },
    ),
    retries: fc.record({ times: fc.constantFrom(0, 2) }),
  }),
  slots: fc.constantFrom(1, 4, 30),
  phases: fc.array(phase, { maxLength: 2 }),
});
const capacity = fc.option(
  fc.record({
    servers: fc.constantFrom(1, 20),
    queue: fc.constantFrom(0, 5, 1000),
    noticesCancellation: fc.boolean(),
  }),
  { nil: undefined },
);

describe("a world", () => {
  it("loses no request: each was answered, failed, denied, given up, or is still under way", async () => {
    const policy = fc.constantFrom(...VIRTUAL);
    await fc.assert(
      fc.asyncProperty(
        world,
        capacity,
        policy,
        fc.integer({ min: 1, max: 1e6 }),
        async (lines, servers, of, seed) => {
          const scenario = scenarioOf({ ...lines, ...(servers && { capacity: servers }) });
          const { counts, series } = (await simulated(scenario, of, seed)).tally;
          const ended =
            counts.answered +
            counts.failed +
            counts.refused +
            counts.full +
            counts.unslotted +
            counts.aborted;
          expect(ended + counts.pending).toBe(counts.requests);
          expect(counts.answeredHit).toBeLessThanOrEqual(counts.requestsHit);
          expect(counts.wasted).toBeLessThanOrEqual(counts.sentFaulty);
          expect(counts.sent).toBeLessThanOrEqual(counts.requests * (1 + scenario.calls.retries.times));
          expect(counts.otherDone).toBeLessThanOrEqual(counts.other);
          // Nobody can be open twice.
          let open = 0;
          for (const change of series.notClosed) {
            open += change;
            expect(open).toBeGreaterThanOrEqual(0);
            expect(open).toBeLessThanOrEqual(scenario.workers);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it("gives every policy the same requests at the same moments", async () => {
    const scenario = scenarioOf({ workers: 5, watch: "120s", phases: [{ errors: 1, until: "60s" }] });
    const all = await Promise.all(
      ["none", "consecutive", "recloser", "oracle"].map((policy) => simulated(scenario, policy)),
    );
    for (const { tally } of all) expect(tally.series.offered).toEqual(all[0]?.tally.series.offered);
  });

  it("is the same, byte for byte, for the same seed, and another for another", async () => {
    const scenarios = [scenarioOf({ workers: 60, watch: "60s", warmUp: "60s", phases: [{ errors: 0.6 }] })];
    const policies = choosePolicies("recloser,adaptive");
    const hash = async (seed: number): Promise<string> => {
      const results = await compare({ scenarios, policies, seeds: [seed], threads: 1 });
      const series = results.map(({ cells }) =>
        cells.map(({ first }) => [...first.series.answered, ...first.openedMs]),
      );
      const text = JSON.stringify([toJson("compare", results), series]);
      return createHash("sha256").update(text).digest("hex");
    };
    const first = await hash(101);
    expect(await hash(101)).toBe(first);
    expect(await hash(102)).not.toBe(first);
  });

  it("does not change when its workers are simulated in parts", async () => {
    const scenario = { ...loadScenario("dead"), workers: 260, warmUpMs: 60_000, watchMs: 60_000 };
    const whole = await simulated(scenario, "recloser", 5);
    const [result] = await compare({
      scenarios: [scenario],
      policies: choosePolicies("recloser"),
      seeds: [5],
      threads: 1,
    });
    expect(result?.cells[0]?.first.counts).toEqual(whole.tally.counts);
    expect(result?.cells[0]?.first.openedMs).toEqual(whole.tally.openedMs);
  });
});
