import { describe, expect, it } from "vitest";
import type { HealthyCalls } from "../evidence/baseline.js";
import { alone, callAt } from "../testing/detectors.js";
import type { DetectorContext } from "./detector.js";
import { slowness } from "./slowness.js";

const WAIT = { samples: 100, p50Ms: 1_000, p90Ms: 2_000, p99Ms: 4_000 };
const PACE = { samples: 100, p50Ms: 10, p90Ms: 20, p99Ms: 40 };
const LEARNED: HealthyCalls = { wait: WAIT, perToken: PACE };
/** Full at one call a second: one false limit a day, twice. */
const FULL = Math.log(86_400) + Math.LN2;
/** The second at which everything happens, so that nothing decays. */
const S = 100;
const NOW = S * 1_000;

/** The meter at one call a second; levels in nats. */
function meter(context: Partial<DetectorContext> = {}) {
  const { detector, level, sentence } = alone(slowness(), {
    callsPerSecond: () => 1,
    healthy: () => LEARNED,
    ...context,
  });
  return {
    detector,
    level,
    sentence: () => sentence(S),
    nats: (s = S): number => (detector.slowness?.(s * 1_000) ?? Number.NaN) * FULL,
    /** A first token after `waitMs`, of a call that has outlived so many milestones. */
    firstToken(waitMs: number, outlived = 0): void {
      const call = callAt((NOW - waitMs) / 1_000, { streaming: true, firstTokenAt: NOW, outlived });
      detector.firstToken?.(call, NOW);
    },
    /** A pending call outlives the milestones from the first to the given one. */
    outlives(milestones: number): void {
      for (let outlived = 1; outlived <= milestones; outlived++)
        detector.outlived?.(callAt(0, { streaming: true, outlived }), NOW);
    },
    streamEnds(perTokenMs: number | undefined): void {
      detector.succeeded(callAt(S, { streaming: true, firstTokenAt: NOW }), NOW, perTokenMs);
    },
    unaryEnds(waitMs: number, perTokenMs?: number): void {
      detector.succeeded(callAt((NOW - waitMs) / 1_000), NOW, perTokenMs);
    },
  };
}

/** ln of the share of a slow dependency over that of a healthy one: .02 .13 .35 .25 .25 over .50 .40 .085 .012 .003. */
const BINS: readonly (readonly [upToMs: number, nats: number])[] = [
  [1_000, Math.log(0.02 / 0.5)],
  [2_000, Math.log(0.13 / 0.4)],
  [4_000, Math.log(0.35 / 0.085)],
  [8_000, Math.log(0.25 / 0.012)],
  [8_001, Math.log(0.25 / 0.003)],
];
/** The same for the shares that are left beyond the p50, the p90, the p99 and twice the p99. */
const BEYOND: readonly number[] = [
  Math.log(0.98 / 0.5),
  Math.log(0.85 / 0.1),
  Math.log(0.5 / 0.015),
  Math.log(0.25 / 0.003),
];

describe("the slowness meter, by hand", () => {
  it("adds for each first token what its bin says, edges included", () => {
    for (const [i, [upToMs, nats]] of BINS.entries()) {
      for (const waitMs of [upToMs, (BINS[i - 1]?.[0] ?? 0) + 1]) {
        const one = meter();
        for (let n = 0; n < 2; n++) one.firstToken(60_000);
        const before = one.nats();
        expect(before).toBeCloseTo(2 * Math.log(0.25 / 0.003), 1);
        one.firstToken(waitMs);
        expect(one.nats() - before).toBeCloseTo(nats, 1);
      }
    }
  });

  it("never falls below empty, and halves every 120 s at one call a second", () => {
    const one = meter();
    for (let n = 0; n < 10; n++) one.firstToken(500);
    one.firstToken(3_000);
    expect(one.nats()).toBeCloseTo(1.42, 2);
    expect(one.nats(S + 120)).toBeCloseTo(0.71, 2);
    expect(one.nats(S + 240)).toBeCloseTo(0.355, 3);
    // And in ten calls' time, where that is longer: at one in 20 s, 200 s.
    const rare = meter({ callsPerSecond: () => 0.05 });
    rare.firstToken(3_000);
    expect(rare.level(S + 200)).toBeCloseTo(rare.level(S) / 2, 6);
  });

  it("decays from one vote to the next, both tests, and counts afresh once it was empty", () => {
    const one = meter();
    const vote = (s: number): void => {
      const call = callAt(s - 3, { streaming: true, firstTokenAt: s * 1_000 });
      one.detector.firstToken?.(call, s * 1_000);
      one.detector.succeeded(call, s * 1_000, 50);
    };
    const kept: readonly (readonly [s: number, nats: number])[] = [
      [S, 3.04],
      [S + 120, 1.52 + 3.04],
      [S + 240, 0.76 + 1.52 + 3.04],
    ];
    for (const [s, nats] of kept) {
      vote(s);
      // The pace is the fuller one: twice the p99 for 50 ms a token, once for 3 s to the first.
      expect(one.nats(s)).toBeCloseTo(nats, 2);
    }
    // The other one, alone.
    const waits = meter();
    const first = (s: number, waitMs: number): void => {
      const call = callAt(s - waitMs / 1_000, { streaming: true, firstTokenAt: s * 1_000 });
      waits.detector.firstToken?.(call, s * 1_000);
    };
    for (const s of [S, S + 120]) first(s, 3_000);
    expect(waits.nats(S + 120)).toBeCloseTo(0.71 + 1.42, 2);
    expect(waits.sentence()).toMatch(/^2 of 2 calls/);
    first(S + 120, 500);
    expect(waits.nats(S + 120)).toBe(0);
    first(S + 120, 3_000);
    expect(waits.sentence()).toMatch(/^1 of 1 calls/);
  });

  it("is full at the threshold that follows from the rate of calls and falseOpensPerDay", () => {
    const levelOf = (perSecond: number, falseOpensPerDay: number): number => {
      const one = meter({ callsPerSecond: () => perSecond, falseOpensPerDay });
      one.firstToken(3_000);
      return one.level(S);
    };
    expect(levelOf(1, 1)).toBeCloseTo(1.42 / (Math.log(86_400) + Math.LN2), 4);
    expect(levelOf(5, 1)).toBeCloseTo(1.42 / (Math.log(5 * 86_400) + Math.LN2), 4);
    expect(levelOf(1, 24)).toBeCloseTo(1.42 / (Math.log(3_600) + Math.LN2), 4);
    // However rarely it is called, or however little a limit matters: six nats and the two tests.
    expect(levelOf(0.05, 1_000)).toBeCloseTo(1.42 / (6 + Math.LN2), 4);
  });

  it("counts a pending call as it outlives the p50, the p90, the p99 and twice the p99", () => {
    for (const [i, nats] of BEYOND.entries()) {
      const one = meter();
      one.outlives(i + 1);
      expect(one.nats()).toBeCloseTo(nats, 1);
      // One that has outlived the p90 is late, whatever becomes of it.
      expect(one.sentence()).toBe(
        i === 0
          ? "pending calls wait longer than healthy ones do"
          : "1 of 1 calls waited longer for an answer to begin than nine in ten do when healthy",
      );
    }
  });

  it("says in all what the wait says, however much of it was said while the call was pending", () => {
    for (const [outlived, [waitMs, nats]] of BINS.entries()) {
      const one = meter();
      for (let n = 0; n < 2; n++) one.firstToken(60_000);
      const before = one.nats();
      one.outlives(outlived);
      one.firstToken(waitMs, outlived);
      expect(one.nats() - before).toBeCloseTo(nats, 1);
    }
  });

  it("says the same of a unary call at its end", () => {
    const one = meter();
    one.outlives(3);
    expect(one.nats()).toBeCloseTo(3.51, 2);
    one.detector.succeeded(callAt(S - 5, { outlived: 3 }), NOW);
    expect(one.nats()).toBeCloseTo(3.04, 2);
  });

  it("leaves what the wait of a call has said when it fails or is dropped", () => {
    const one = meter();
    one.outlives(4);
    const before = one.nats();
    one.detector.failed(callAt(0, { outlived: 4 }), { verdict: "failure", reason: "timeout" }, NOW);
    one.detector.dropped?.(callAt(0, { outlived: 4 }), NOW);
    expect(one.nats()).toBe(before);
  });

  it("stops at twice full, so that an hour of slowness is over within a few good calls", () => {
    const one = meter();
    for (let n = 0; n < 1_000; n++) one.firstToken(60_000);
    expect(one.nats()).toBeCloseTo(2 * FULL, 6);
    expect(one.level(S)).toBe(1);
    const needed = Math.ceil((2 * FULL - FULL / 4) / 3.22);
    for (let n = 0; n < needed; n++) one.firstToken(500);
    expect(one.nats()).toBeLessThanOrEqual(FULL / 4);
  });

  it("judges streams by their time per token too, on a test of its own", () => {
    const one = meter();
    for (let n = 0; n < 3; n++) one.streamEnds(90);
    expect(one.nats()).toBeCloseTo(3 * 4.42, 2);
    expect(one.sentence()).toBe("3 of 3 calls took longer for each token than nine in ten do when healthy");
    // Quick first tokens do not hide slow ones after them.
    for (let n = 0; n < 10; n++) one.firstToken(500);
    expect(one.nats()).toBeCloseTo(3 * 4.42, 2);
    for (let n = 0; n < 2; n++) one.streamEnds(10);
    expect(one.nats()).toBeCloseTo(3 * 4.42 - 2 * 3.22, 2);
    one.streamEnds(undefined);
    expect(one.nats()).toBeCloseTo(3 * 4.42 - 2 * 3.22, 2);
  });

  it("judges a unary call by its time per token where that is known: a long answer is not slow", () => {
    const one = meter();
    one.unaryEnds(600_000, 10);
    expect(one.nats()).toBe(0);
    one.unaryEnds(1_000, 30);
    expect(one.nats()).toBeCloseTo(1.42, 2);
    one.unaryEnds(3_000);
    expect(one.nats()).toBeCloseTo(2 * 1.42, 2);
    // As long as no time per token was learned, the whole wait counts.
    const young = meter({ healthy: () => ({ wait: WAIT, perToken: undefined }) });
    young.unaryEnds(3_000, 10);
    expect(young.nats()).toBeCloseTo(1.42, 2);
  });

  it("takes back what the age of a long healthy answer has said, once its length is known", () => {
    const one = meter();
    for (let n = 0; n < 2; n++) one.firstToken(60_000);
    const before = one.nats();
    one.outlives(2);
    one.detector.succeeded(callAt(S - 3, { outlived: 2 }), NOW, 10);
    expect(one.nats() - before).toBeCloseTo(-3.22, 2);
  });

  it("hears nothing of the end of a call whose first token it has heard, but the time per token", () => {
    const one = meter();
    one.detector.succeeded(callAt(S - 60, { streaming: true, firstTokenAt: NOW }), NOW);
    // A unary call may report progress, too: its answer has begun when it has begun.
    one.detector.firstToken?.(callAt(S - 60, { firstTokenAt: NOW }), NOW);
    expect(one.nats()).toBe(0);
  });

  it("hears only witnesses: of a burst one call stands for all", () => {
    const one = meter();
    const crowd = { streaming: true, witness: false } as const;
    for (let outlived = 1; outlived <= 4; outlived++)
      one.detector.outlived?.(callAt(0, { ...crowd, outlived }), NOW);
    one.detector.firstToken?.(callAt(S - 60, { ...crowd, firstTokenAt: NOW }), NOW);
    one.detector.succeeded(callAt(S - 60, { ...crowd, firstTokenAt: NOW }), NOW, 1_000);
    one.detector.succeeded(callAt(S - 60, { witness: false }), NOW);
    expect(one.nats()).toBe(0);
  });

  it("is silent while nothing was learned", () => {
    const one = meter({ healthy: () => ({ wait: undefined, perToken: undefined }) });
    for (let n = 0; n < 100; n++) one.firstToken(60_000);
    one.streamEnds(1e6);
    one.unaryEnds(1e6);
    expect(one.nats()).toBe(0);
    expect(one.detector.meters(NOW)).toEqual([
      { name: "slowness", level: 0, sentence: "as fast as healthy" },
    ]);
  });

  it("never trips, however full, and starts afresh when told to", () => {
    const one = meter();
    for (let n = 0; n < 100; n++) one.firstToken(60_000);
    for (let n = 0; n < 100; n++) one.streamEnds(1_000);
    expect(one.detector.trip(NOW)).toBeUndefined();
    one.detector.reset(NOW);
    expect(one.nats()).toBe(0);
    one.firstToken(3_000);
    expect(one.nats()).toBeCloseTo(1.42, 2);
    expect(one.sentence()).toBe(
      "1 of 1 calls waited longer for an answer to begin than nine in ten do when healthy",
    );
  });
});
