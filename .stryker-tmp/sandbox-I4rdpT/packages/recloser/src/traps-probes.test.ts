// @ts-nocheck
import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { consecutive } from "./detect/consecutive.js";
import type { CircuitOptions } from "./options.js";
import { NOT_FAILED } from "./outcome/failure.js";
import type { NeutralReason } from "./outcome/verdict.js";
import type { Permit } from "./permit.js";
import { type FakeClock, fakeClock } from "./testing/fake-clock.js";
import { FAILED, fail, OK, permitOf, seeded } from "./testing/verdicts.js";

function setUp(options: CircuitOptions = {}): { readonly clock: FakeClock; readonly circuit: Circuit } {
  const clock = fakeClock();
  return { clock, circuit: new Circuit("openai/gpt-5", { clock, random: () => 0.5, ...options }) };
}

describe("recovery", () => {
  it("B6: from an upstream that fails three calls in ten it recovers soon, and does not flap", () => {
    const toClose: number[] = [];
    let reopened = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const random = seeded(seed);
      const { clock, circuit } = setUp({ random });
      const call = (failing: number): void => {
        const admission = circuit.admit();
        if (admission.ok) admission.permit.settle(random() < failing ? FAILED : OK);
        clock.advance(1_000);
      };
      for (let s = 0; s < 30; s++) call(1);
      expect(circuit.state).not.toBe("closed");
      const healedAt = clock.now();
      for (let s = 0; s < 300 && circuit.state !== "closed"; s++) call(0.3);
      toClose.push(clock.now() - healedAt);
      const before = circuit.snapshot().totals.opened;
      for (let s = 0; s < 600; s++) call(0.3);
      reopened += circuit.snapshot().totals.opened - before;
    }
    const mean = toClose.reduce((sum, ms) => sum + ms, 0) / toClose.length;
    expect(mean).toBeLessThan(20_000);
    expect(reopened / 200).toBeLessThan(0.5);
  });

  it("B7: one call in ten minutes is enough: it closes at the first probes that succeed", () => {
    for (const successes of [1, 2]) {
      const { clock, circuit } = setUp({ detector: consecutive(2), probes: { successes } });
      fail(circuit, 2);
      clock.advance(600_000);
      for (let call = 0; call < 3; call++) {
        permitOf(circuit).settle(FAILED);
        clock.advance(600_000);
      }
      for (let call = 1; call <= successes; call++) {
        expect(circuit.state).toBe("half-open");
        permitOf(circuit).settle(OK);
        clock.advance(600_000);
      }
      expect(circuit.state).toBe("closed");
    }
  });

  it.each([...Object.keys(NOT_FAILED), "bug"] as NeutralReason[])(
    "B8: a probe that ends %s neither closes nor opens, and the next call may probe",
    (reason) => {
      const { clock, circuit } = setUp({ detector: consecutive(1), probes: { successes: 1 } });
      fail(circuit, 1);
      clock.advance(5_000);
      for (let i = 0; i < 50; i++) {
        const permit = permitOf(circuit);
        expect(permit.probe).toBe(true);
        permit.settle({ verdict: "neutral", reason });
        expect(circuit.state).toBe("half-open");
      }
      expect(circuit.snapshot().epoch).toBe(2);
    },
  );

  it("B1, B10: dropped calls that hold every place are expired in time, whoever looks in between", () => {
    const states = [Infinity, 1_000, 60_000, 899_000].map((everyMs) => {
      const { clock, circuit } = setUp({
        maxConcurrent: 2,
        detector: consecutive(100),
        stallDeadlineMs: { unary: 20_000 },
      });
      permitOf(circuit);
      permitOf(circuit);
      const end = clock.now() + 7_200_000;
      while (clock.now() < end) {
        clock.advance(Math.min(everyMs, end - clock.now()));
        void circuit.state;
      }
      const { state, totals, meters } = circuit.snapshot();
      return { state, opened: totals.opened, expired: totals.expired, meters };
    });
    for (const state of states) expect(state).toEqual(states[1]);
  });

  it.each([
    [50, [2, 4, 8, 16, 32, 50]],
    [12, [2, 4, 8, 50]],
    [1, [2, 4, 50]],
  ])(
    "B11: after it has closed, calls that wait come back by twos, fours, eights, as many as waited when all was well (%i)",
    (peak, expected) => {
      const { clock, circuit } = setUp({ detector: consecutive(5), probes: { successes: 1 } });
      const demand = (calls: number): Permit[] => {
        const permits: Permit[] = [];
        for (let i = 0; i < calls; i++) {
          const admission = circuit.admit({ streaming: true });
          if (admission.ok) permits.push(admission.permit);
        }
        return permits;
      };
      for (const permit of demand(peak)) permit.settle(OK);
      fail(circuit, 5);
      clock.advance(5_000);
      permitOf(circuit, { streaming: true }).progress();
      expect(circuit.state).toBe("closed");
      const rounds: number[] = [];
      while (rounds.at(-1) !== 50 && rounds.length < 20) {
        const permits = demand(50);
        rounds.push(permits.length);
        clock.advance(500);
        for (const permit of permits) permit.progress();
      }
      expect(rounds).toEqual(expected);
    },
  );
});

/** Workers that never speak to each other, each with one call a second, through an outage that begins at 0. */
function fleet(workers: number, outageS: number, forS: number) {
  const clock = fakeClock(0);
  const probesBySecond = new Array<number>(forS).fill(0);
  const openBySecond = new Array<number>(forS).fill(0);
  const circuits = Array.from(
    { length: workers },
    (_, i) => new Circuit(`worker ${i}`, { clock, random: seeded(i + 1) }),
  );
  const steps = 10;
  for (let s = 0; s < forS; s++) {
    for (let step = 0; step < steps; step++) {
      for (let w = step; w < workers; w += steps) {
        const circuit = circuits[w];
        const admission = circuit?.admit();
        if (!admission?.ok) continue;
        if (admission.permit.probe) probesBySecond[s] = (probesBySecond[s] ?? 0) + 1;
        admission.permit.settle(s < outageS ? FAILED : OK);
      }
      clock.advance(1_000 / steps);
    }
    openBySecond[s] = circuits.filter(({ state }) => state !== "closed").length;
  }
  return { probesBySecond, openBySecond };
}

describe("a fleet", () => {
  it.each([1, 10, 100, 1_000])("G5: of %i workers sends few probes, also in the first seconds", (workers) => {
    const { probesBySecond } = fleet(workers, 600, 600);
    // The first cool-downs are spread over five seconds, and later ones over more, up to thirty.
    expect(Math.max(...probesBySecond)).toBeLessThanOrEqual(Math.max(5, 0.3 * workers));
    const steady = probesBySecond.slice(120);
    const mean = steady.reduce((sum, probes) => sum + probes, 0) / steady.length;
    expect(mean).toBeLessThanOrEqual(workers / 25);
    expect(Math.max(...steady)).toBeLessThanOrEqual(Math.max(3, 4 * (workers / 30)));
  });

  it("G4: comes to agree without a word: all open soon after the onset, all closed soon after the end", () => {
    const { openBySecond } = fleet(300, 120, 240);
    expect(openBySecond.indexOf(300)).toBeLessThanOrEqual(12);
    const lastOpen = openBySecond.findLastIndex((open) => open > 0);
    // The longest cool-down is 30 s, half as much again with jitter; then the next call is a probe.
    expect(lastOpen).toBeLessThanOrEqual(120 + 45 + 3);
    expect(openBySecond.slice(150).filter((open) => open > 100)).toEqual([]);
  });
});
