import { type CallFacts, consecutive, type Detector, type DetectorFactory } from "recloser";
import { mean } from "simple-statistics";
import { describe, expect, it } from "vitest";
import { Agenda, type Target } from "../engine/agenda.js";
import { stream } from "../engine/random.js";
import { sum } from "../figures/stats.js";
import { CircuitGuard } from "../policy/circuit-guard.js";
import type { Policy } from "../policy/guard.js";
import type { Scenario } from "../scenario/scenario.js";
import { scenarioOf } from "../testing/scenarios.js";
import { figureOf, simulated } from "../testing/simulation.js";
import { type Client, Servers } from "./servers.js";

/** The mean wait in an M/M/c queue, in units of the mean service time (Erlang's C formula). */
function erlangWait(servers: number, load: number): number {
  const offered = servers * load;
  let term = 1;
  let below = 1;
  for (let k = 1; k < servers; k++) {
    term *= offered / k;
    below += term;
  }
  const all = (term * offered) / servers / (1 - load);
  return all / (below + all) / (servers * (1 - load));
}

/** Poisson arrivals to exponential servers; the mean wait in units of the mean service time. */
function simulatedWait(servers: number, load: number, calls: number): number {
  interface Waiting extends Client {
    readonly at: number;
  }
  const agenda = new Agenda();
  const random = stream(1, servers);
  const waits: number[] = [];
  const capacity = { servers, queue: 1e6, noticesCancellation: false };
  const house = new Servers<Waiting>(
    agenda,
    capacity,
    () => 1,
    ({ at }) => {
      waits.push(agenda.now - at);
      return random.exponential(1);
    },
  );
  const arrivals: Target = {
    wake() {
      house.enter({ at: agenda.now, guest: undefined }, 0);
      agenda.plan(random.exponential(1 / (servers * load)), arrivals, 0);
    },
  };
  agenda.plan(0, arrivals, 0);
  agenda.run(calls / (servers * load));
  return mean(waits);
}

function guarded(detector: DetectorFactory): Policy {
  return {
    id: "test",
    title: "test",
    time: "virtual",
    make: (needs) => new CircuitGuard({ detector }, needs),
  };
}

/** Calls that end before the next one starts, and fail with probability `failing` from the start. */
function failing(share: number, workers: number, watchS: number): Scenario {
  return scenarioOf({
    workers,
    warmUp: "0s",
    watch: `${watchS}s`,
    calls: { streaming: false },
    other: false,
    errorAfter: "1ms",
    models: [
      {
        failing: 0,
        firstToken: { median: "1ms", sigma: 0, stalls: { share: 0 } },
        tokens: { median: 1, sigma: 0 },
        token: "0ms",
      },
    ],
    phases: [{ errors: share }],
  });
}

/** The test of a mean against another, on Bernoulli outcomes. */
function cusum(p0: number, p1: number, threshold: number): DetectorFactory {
  return () => {
    let level = 0;
    const add = (by: number): void => {
      level = Math.max(0, level + by);
    };
    const detector: Detector = {
      succeeded: (_call: CallFacts) => add(Math.log((1 - p1) / (1 - p0))),
      failed: () => add(Math.log(p1 / p0)),
      trip: () => (level >= threshold ? { message: "full" } : undefined),
      meters: () => [],
      reset: () => {
        level = 0;
      },
    };
    return detector;
  };
}

describe("the engine against theory", () => {
  it.each([
    [1, 0.6],
    [4, 0.8],
    [12, 0.8],
  ])("%d servers at %d load make calls wait as Erlang says", (servers, load) => {
    const wait = simulatedWait(servers, load, 300_000);
    expect(wait / erlangWait(servers, load)).toBeGreaterThan(0.9);
    expect(wait / erlangWait(servers, load)).toBeLessThan(1.1);
  });

  it("one slot and calls of one length make requests wait as Pollaczek and Khinchine say", async () => {
    const scenario = scenarioOf({
      workers: 40,
      watch: "2h",
      warmUp: "60s",
      calls: { perSecond: 1, patience: "1h", streaming: false },
      other: false,
      slots: 1,
      models: [
        {
          failing: 0,
          firstToken: { median: "700ms", sigma: 0, stalls: { share: 0 } },
          tokens: { median: 1, sigma: 0 },
          token: "0ms",
        },
      ],
    });
    const { tally } = await simulated(scenario, "none");
    const waited = sum(tally.series.waitMs) / sum(tally.series.slotted);
    const expected = (0.7 * 700) / (2 * (1 - 0.7));
    expect(waited / expected).toBeGreaterThan(0.94);
    expect(waited / expected).toBeLessThan(1.06);
  });

  it("three failures in a row at 30 % come after (1 − p³) / ((1 − p) p³) calls", async () => {
    const { tally } = await simulated(failing(0.3, 400, 600), guarded(consecutive(3)));
    const expected = (1 - 0.3 ** 3) / (0.7 * 0.3 ** 3);
    // A call a second; the standard error of 400 workers is a twentieth.
    expect(mean([...tally.openedMs]) / 1000 / expected).toBeGreaterThan(0.85);
    expect(mean([...tally.openedMs]) / 1000 / expected).toBeLessThan(1.15);
  });

  it("a CUSUM with threshold h runs for more than e^h calls, and sees a change within a little more than h / D", async () => {
    const h = Math.log(100);
    const policy = guarded(cusum(0.2, 0.6, h));
    const quiet = await simulated(failing(0.2, 60, 1500), policy);
    const loud = await simulated(failing(0.6, 300, 120), policy);
    const divergence = 0.6 * Math.log(0.6 / 0.2) + 0.4 * Math.log(0.4 / 0.8);
    // Cut short at the end of the watch, the mean is only smaller.
    expect(mean([...quiet.tally.openedMs].map((ms) => Math.min(ms, 1_500_000))) / 1000).toBeGreaterThan(100);
    const delay = mean([...loud.tally.openedMs]) / 1000;
    expect(delay).toBeGreaterThan((0.8 * h) / divergence);
    // It overshoots by at most one failure's worth, and gains from never being below zero.
    expect(delay).toBeLessThan((h + Math.log(3)) / divergence + 1);
  });

  it("jitter spreads the probes of a fleet that opened together", async () => {
    const scenario = scenarioOf({
      workers: 100,
      warmUp: "60s",
      watch: "30s",
      other: false,
      calls: { perSecond: 5 },
      phases: [{ errors: 1 }],
    });
    const spread = figureOf(await simulated(scenario, "recloser"), "probePeak");
    const together = figureOf(await simulated(scenario, "recloser-no-jitter"), "probePeak");
    expect(together).toBeGreaterThan(1.6 * spread);
    expect(spread).toBeLessThan(100 / 2);
  });
});
