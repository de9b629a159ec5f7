// @ts-nocheck
import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { consecutive } from "./detect/consecutive.js";
import { meters } from "./detect/meters.js";
import { thresholds } from "./detect/thresholds.js";
import type { CircuitOptions } from "./options.js";
import type { FailureVerdict } from "./outcome/verdict.js";
import { failureOf, http } from "./testing/calls.js";
import { type FakeClock, fakeClock } from "./testing/fake-clock.js";
import { healthyWaitMs, poisson, send, teach } from "./testing/traffic.js";
import { FAILED, fail, OK, permitOf, seeded } from "./testing/verdicts.js";

const HOUR_MS = 3_600_000;

function setUp(options: CircuitOptions = {}): { readonly clock: FakeClock; readonly circuit: Circuit } {
  const clock = fakeClock();
  return { clock, circuit: new Circuit("openai/gpt-5", { clock, random: () => 0.5, ...options }) };
}

/** How many of these in a row open it. */
function toOpen(circuit: Circuit, verdict: FailureVerdict): number {
  for (let n = 1; n <= 1_000; n++) {
    fail(circuit, 1, verdict);
    if (circuit.state === "open") return n;
  }
  throw new Error("it never opens");
}

describe("what counts", () => {
  it("A8: a thousand requests in a row that are their caller's mistake open nothing, and fill nothing", async () => {
    const { circuit } = setUp();
    const mistakes = [
      http(400),
      http(401),
      http(403),
      http(404),
      http(413),
      http(422),
      http(400, { error: { code: "content_filter", type: "invalid_request_error" } }),
      http(400, { error: { code: "context_length_exceeded" } }),
    ];
    for (let i = 0; i < 1_000; i++) {
      const outcome = await circuit.call(() => Promise.reject(mistakes[i % mistakes.length]));
      expect(failureOf(outcome).kind).toBe("refused");
    }
    const { state, inFlight, meters: all, window } = circuit.snapshot();
    expect({ state, total: inFlight.total, failures: window.failures }).toEqual({
      state: "closed",
      total: 0,
      failures: 0,
    });
    expect(all.map(({ level }) => level)).toEqual([0, 0, 0]);
    expect(toOpen(circuit, FAILED)).toBeLessThan(20);
  });

  it("A16: failures and stalls add up: too few of either to open it are enough together", () => {
    const run = (failures: number, stalls: number): string => {
      const { clock, circuit } = setUp({ stallDeadlineMs: { unary: 20_000 } });
      for (let s = 0; s < 300; s++) {
        permitOf(circuit).settle(OK);
        clock.advance(1_000);
      }
      for (let i = 0; i < stalls; i++) permitOf(circuit);
      clock.advance(20_000);
      fail(circuit, failures);
      return circuit.state;
    };
    expect([run(2, 0), run(0, 2), run(2, 2)]).toEqual(["closed", "closed", "open"]);
  });

  it("A14: one call in a hundred seconds, all failing, opens it within ten", () => {
    const { clock, circuit } = setUp();
    for (let i = 0; i < 50; i++) {
      permitOf(circuit).settle(OK);
      clock.advance(100_000);
    }
    let failures = 0;
    while (circuit.state === "closed" && failures < 20) {
      fail(circuit, 1);
      failures++;
      if (circuit.state === "closed") clock.advance(100_000);
    }
    expect(failures).toBeLessThanOrEqual(10);
  });

  it("A19: 5 % of failures by chance open it within its budget, in a thousand worker-hours", () => {
    let opened = 0;
    let hours = 0;
    for (const [perSecond, workers] of [
      [0.1, 60],
      [1, 35],
      [5, 6],
    ] as const) {
      for (let seed = 1; seed <= workers; seed++) {
        const random = seeded(seed);
        let now = 0;
        const circuit = new Circuit("x", { clock: { now: () => now }, random });
        for (; now < 10 * HOUR_MS; now += (-1_000 * Math.log(1 - random())) / perSecond) {
          const admission = circuit.admit({ streaming: true });
          if (!admission.ok) continue;
          if (random() >= 0.05) admission.permit.progress();
          admission.permit.settle(random() < 0.05 ? FAILED : OK);
        }
        opened += circuit.snapshot().totals.opened;
        hours += 10;
      }
    }
    expect(hours).toBeGreaterThanOrEqual(1_000);
    expect(opened).toBeLessThanOrEqual(hours / 24);
  });
});

describe("time", () => {
  const policies = {
    "meters, the default": meters(),
    "consecutive(5)": consecutive(5),
    thresholds: thresholds({ minCalls: 6 }),
  };
  const kinds: readonly FailureVerdict[] = [
    FAILED,
    { verdict: "failure", reason: "timeout" },
    { verdict: "failure", reason: "throttled" },
    { verdict: "failure", reason: "quota" },
  ];
  const cases = Object.entries(policies).flatMap(([name, detector]) =>
    kinds
      .filter(({ reason }) => name.startsWith("meters") || reason === "server-error")
      .map((verdict) => ({ name, detector, verdict, reason: verdict.reason })),
  );

  it.each(cases)(
    "C1, C2: yesterday's failures bring no opening nearer ($name, $reason)",
    ({ detector, verdict }) => {
      // As many as do not open it: then an hour of silence, or a day, on one of them and not on the other.
      const most = toOpen(setUp({ detector }).circuit, verdict) - 1;
      for (const silenceMs of [2 * HOUR_MS, 24 * HOUR_MS]) {
        const [old, fresh] = [setUp({ detector }), setUp({ detector })];
        fail(old.circuit, most, verdict);
        for (const { clock } of [old, fresh]) clock.advance(silenceMs);
        for (const { level } of old.circuit.snapshot().meters) expect(level).toBeLessThan(0.01);
        expect(old.circuit.state).toBe("closed");
        expect(toOpen(old.circuit, verdict)).toBeGreaterThanOrEqual(toOpen(fresh.circuit, verdict));
      }
    },
  );

  it("C3: the same calls lead to the same decisions, whatever second of the minute they begin in", () => {
    const run = (shiftMs: number): string => {
      const start = 1.7e12 + shiftMs;
      const clock = fakeClock(start);
      const random = seeded(7);
      const circuit = new Circuit("x", { clock, random });
      const said: string[] = [];
      circuit.on("transition", ({ to, at }) => said.push(`${to} at ${(at - start).toFixed(2)}`));
      circuit.on("limited", ({ limited }) => said.push(`${limited} at ${(clock.now() - start).toFixed(2)}`));
      teach(circuit, clock, 110, () => ({ waitMs: healthyWaitMs(random) }), { streaming: true });
      for (const [slower, failing] of [
        [6, 0],
        [1, 0.8],
        [1, 0],
      ] as const) {
        poisson(clock, random, 1, 60_000, () => {
          const answer = { waitMs: slower * healthyWaitMs(random) };
          const verdict = random() < failing ? FAILED : OK;
          if (!send(circuit, clock, { ...answer, verdict }, { streaming: true })) said.push("no");
        });
      }
      return said.join(", ");
    };
    const expected = run(0);
    for (const word of ["open", "half-open", "closed", "true", "false", "no"])
      expect(expected).toContain(word);
    for (let s = 1; s < 60; s++) expect(run(s * 1_000)).toBe(expected);
  });

  it("C4: calls that take a minute, one in ten seconds: healthy ones do not look like a hang, failing ones open it", () => {
    const { clock, circuit } = setUp();
    for (let n = 0; n < 360; n++) {
      send(circuit, clock, { waitMs: 60_000 });
      clock.advance(10_000);
    }
    expect(circuit.snapshot()).toMatchObject({ state: "closed", totals: { opened: 0 } });
    const began = clock.now();
    while (circuit.state === "closed" && clock.now() - began < HOUR_MS) {
      send(circuit, clock, { waitMs: 60_000, verdict: FAILED });
      clock.advance(10_000);
    }
    // The first to fail does so after a minute; from then on one each ten seconds does.
    expect(clock.now() - began).toBeLessThanOrEqual(60_000 + 7 * 10_000);
  });

  it("C5: what it keeps does not grow with the number of calls", () => {
    const { clock, circuit } = setUp();
    const random = seeded(3);
    const call = (): void => {
      const permit = permitOf(circuit, { streaming: true });
      clock.advance(1 + random() * 2_000);
      permit.progress();
      clock.advance(1 + random() * 200);
      permit.settle(OK);
    };
    const sizeAfter = (calls: number): number => {
      for (let i = 0; i < calls; i++) call();
      return JSON.stringify(circuit.snapshot()).length;
    };
    const few = sizeAfter(2_000);
    expect(sizeAfter(98_000)).toBeLessThan(1.5 * few);
  });

  it("C9: it opens at the very call that decides, whenever that is", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = seeded(seed);
      const { clock, circuit } = setUp();
      const at: number[] = [];
      circuit.on("transition", (event) => at.push(event.at));
      let last = Number.NaN;
      for (let i = 0; i < 50 && at.length === 0; i++) {
        clock.advance(random() * 5_000);
        const permit = permitOf(circuit);
        clock.advance(random() * 500);
        last = clock.now();
        permit.settle(FAILED);
      }
      expect(at).toEqual([last]);
      expect(circuit.admit().ok).toBe(false);
    }
  });
});
