// @ts-nocheck
import { describe, expect, it } from "vitest";
import { Circuit } from "../circuit.js";
import type { CircuitOptions } from "../options.js";
import { fakeClock } from "../testing/fake-clock.js";
import { normal, poisson, send, teach } from "../testing/traffic.js";
import { FAILED, fail, NEUTRAL, OK, permitOf, seeded } from "../testing/verdicts.js";

interface Traffic {
  readonly perSecond: number;
  readonly forMs: number;
  readonly failing: number;
  /** How long an answer takes, about. */
  readonly answerMs: number;
}

const HOUR_MS = 3_600_000;

/** Unary calls: failures come after 0.3 s, answers much later. */
function run(seed: number, { perSecond, forMs, failing, answerMs }: Traffic, options: CircuitOptions = {}) {
  const random = seeded(seed);
  const clock = fakeClock();
  const circuit = new Circuit("openai/gpt-5", { clock, random: seeded(seed + 1_000), ...options });
  let [asked, sent] = [0, 0];
  poisson(clock, random, perSecond, forMs, () => {
    asked++;
    const answer =
      random() < failing
        ? { waitMs: 300, verdict: FAILED }
        : { waitMs: answerMs * Math.exp(0.4 * normal(random)) };
    if (send(circuit, clock, answer)) sent++;
  });
  return { opened: circuit.snapshot().totals.opened, share: sent / asked };
}

function runs(traffic: Traffic, seeds = 6) {
  const all = Array.from({ length: seeds }, (_, i) => run(i + 1, traffic));
  return {
    opened: all.reduce((sum, one) => sum + one.opened, 0),
    share: all.reduce((sum, one) => sum + one.share, 0) / seeds,
  };
}

describe("unary calls whose answers take much longer than their failures", () => {
  it.each([1, 5])("open it after about six fast failures in a row, at %s a second", (perSecond) => {
    for (let seed = 1; seed <= 10; seed++) {
      const random = seeded(seed);
      const clock = fakeClock();
      const circuit = new Circuit("openai/gpt-5", { clock });
      poisson(clock, random, perSecond, HOUR_MS / 6, () => {
        send(circuit, clock, { waitMs: 4_000 * Math.exp(0.4 * normal(random)) });
      });
      let failures = 0;
      poisson(clock, random, perSecond, 60_000, () => {
        if (circuit.state === "closed") failures++;
        send(circuit, clock, { waitMs: 300, verdict: FAILED });
      });
      expect(circuit.snapshot().totals.opened).toBeGreaterThan(0);
      // Those that were sent before the last of them had failed are among them.
      expect(failures).toBeLessThanOrEqual(perSecond === 1 ? 8 : 12);
    }
  });

  it.each([4_000, 20_000])(
    "keep nearly all answers of a provider that fails three in ten (answers of %s ms)",
    (answerMs) => {
      const { opened, share } = runs({ perSecond: 1, forMs: HOUR_MS, failing: 0.3, answerMs });
      expect(share).toBeGreaterThan(0.95);
      // As often as streaming calls would.
      expect(opened / 6).toBeLessThanOrEqual(3);
    },
  );

  it.each([
    [1, 4_000, 0.05],
    [5, 4_000, 0.1],
    [5, 20_000, 0.05],
    [5, 20_000, 0.1],
    [1, 20_000, 0.1],
  ])(
    "A19: do not open it over a few failures, however long the answers take (%s/s, %s ms, %s)",
    (perSecond, answerMs, failing) => {
      const { opened } = runs({ perSecond, forMs: 2 * HOUR_MS, failing, answerMs });
      expect(opened).toBeLessThanOrEqual(1);
    },
  );

  it("open it all the same when they hang: a survivor is none for ever", () => {
    const clock = fakeClock();
    const circuit = new Circuit("openai/gpt-5", { clock });
    teach(circuit, clock, 200, { waitMs: 4_000 });
    expect(circuit.state).toBe("closed");
    let waitedS = 0;
    for (; circuit.state === "closed" && waitedS < 120; waitedS++) {
      // Half of them hang, half of them fail at once.
      const admission = circuit.admit();
      if (admission.ok && waitedS % 2 === 1) admission.permit.settle(FAILED);
      clock.advance(1_000);
    }
    expect(circuit.state).toBe("open");
    expect(waitedS).toBeLessThanOrEqual(60);
  });
});

describe("what only observe mode lets through", () => {
  it("is no survivor: it has no say in anything", () => {
    const levels = [false, true].map((letThrough) => {
      const clock = fakeClock();
      const circuit = new Circuit("openai/gpt-5", { clock, mode: "observe", maxConcurrent: 1 });
      fail(circuit, 2);
      const held = permitOf(circuit);
      // Over the limit: it would have been rejected.
      if (letThrough) permitOf(circuit);
      clock.advance(2_000);
      held.settle(NEUTRAL);
      fail(circuit, 1);
      return circuit.snapshot().meters.find(({ name }) => name === "errors")?.level;
    });
    expect(levels[1]).toBe(levels[0]);
  });

  it("leaves the circuit as it is when it ends", () => {
    const clock = fakeClock();
    const circuit = new Circuit("openai/gpt-5", { clock, mode: "observe", maxConcurrent: 1 });
    const held = permitOf(circuit);
    const extra = permitOf(circuit);
    for (const permit of [extra, held]) permit.settle(OK);
    expect(circuit.snapshot()).toMatchObject({
      inFlight: { total: 0 },
      totals: { observed: { saturated: 1 } },
    });
  });
});
