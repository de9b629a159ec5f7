import { describe, expect, it } from "vitest";
import type { FailureReason } from "../outcome/verdict.js";
import { alone, callAt } from "../testing/detectors.js";
import type { CallFacts } from "./detector.js";
import { errors } from "./errors.js";

/** At one call a second the second test lags, at a tolerable share of 0.3: in nats. */
const FULL = Math.log(900);
const FAILURE = Math.log(0.95 / 0.3);
const SUCCESS = Math.log(0.7 / 0.05);

/** The errors meter, with unary calls that wait for their answers. */
function meter() {
  const waiting: CallFacts[] = [];
  const { detector, level } = alone(errors(), {
    callsPerSecond: () => 1,
    youngUnary: () => [...waiting].reverse(),
  });
  const leave = (call: CallFacts): void => {
    if (waiting.includes(call)) waiting.splice(waiting.indexOf(call), 1);
  };
  return {
    detector,
    /** Counted in nats of the second test, decay undone: everything here happens within seconds. */
    nats: (s: number): number => level(s) * FULL,
    waits(fromS: number): CallFacts {
      const call = callAt(fromS);
      waiting.push(call);
      return call;
    },
    /** A call fails at `s`. */
    fails(s: number, tookMs = 300): void {
      const call = { ...callAt(s), admittedAt: s * 1_000 - tookMs };
      detector.failed(call, { verdict: "failure", reason: "server-error" }, s * 1_000);
    },
    ends(call: CallFacts, s: number, how: "well" | "badly" | "dropped" | FailureReason): void {
      leave(call);
      if (how === "well") detector.succeeded(call, s * 1_000);
      else if (how === "dropped") detector.dropped?.(call, s * 1_000);
      else {
        const reason = how === "badly" ? "server-error" : how;
        detector.failed(call, { verdict: "failure", reason }, s * 1_000);
      }
    },
    outlives(call: CallFacts, milestones: number, s: number): void {
      if (milestones >= 2) leave(call);
      detector.outlived?.({ ...call, outlived: milestones }, s * 1_000);
      // A circuit counts on the call itself.
      Object.assign(call, { outlived: milestones });
      detector.outlived?.(call, s * 1_000);
    },
  };
}

describe("survival credit, by hand", () => {
  it("is half a success for a pending call that has outlived twice the usual time to fail", () => {
    const one = meter();
    one.fails(10);
    one.waits(10.41);
    // Not yet older than twice 0.3 s.
    one.fails(11);
    expect(one.nats(11)).toBeCloseTo(2 * FAILURE, 1);
    one.fails(11.01);
    expect(one.nats(11.01)).toBeCloseTo(3 * FAILURE - SUCCESS / 2, 1);
  });

  it("is given once a call, however many failures follow", () => {
    const one = meter();
    one.fails(10);
    one.waits(10);
    for (let n = 1; n <= 4; n++) one.fails(12 + n / 100);
    expect(one.nats(12.04)).toBeCloseTo(5 * FAILURE - SUCCESS / 2, 1);
  });

  it("is given to each of several calls, and not to those from before the run", () => {
    const one = meter();
    one.fails(10);
    for (const s of [1, 5, 9.6]) one.waits(s);
    for (let n = 0; n < 4; n++) one.fails(11);
    expect(one.nats(11)).toBeCloseTo(5 * FAILURE, 1);
    for (const s of [9.7, 11, 12]) one.waits(s);
    one.fails(13);
    expect(one.nats(13)).toBeCloseTo(6 * FAILURE - 3 * (SUCCESS / 2), 0);
  });

  it("goes by the time that failures of this run usually take: their geometric mean", () => {
    const one = meter();
    one.fails(10, 4_000);
    one.waits(10);
    // √(4 s · 0.25 s) is a second: a call must be older than two.
    one.fails(11.9, 250);
    expect(one.nats(11.9)).toBeCloseTo(2 * FAILURE, 1);
    one.fails(12.1, 1_000);
    expect(one.nats(12.1)).toBeCloseTo(3 * FAILURE - SUCCESS / 2, 1);
    // The next run knows nothing of it.
    one.detector.reset(20_000);
    one.fails(20);
    one.waits(20);
    one.fails(20.7);
    expect(one.nats(20.7)).toBeCloseTo(2 * FAILURE - SUCCESS / 2, 1);
  });

  it("goes by the last eight of them or so, when failures begin to take longer", () => {
    const waiting: CallFacts[] = [];
    // Nearly everything is tolerable, so that many failures do not fill it: 0.054 nats each.
    const { detector, level } = alone(errors(), {
      errorThreshold: 0.9,
      callsPerSecond: () => 1,
      youngUnary: () => waiting,
    });
    const fails = (s: number, tookMs: number): void => {
      const call = { ...callAt(s), admittedAt: s * 1_000 - tookMs };
      detector.failed(call, { verdict: "failure", reason: "server-error" }, s * 1_000);
    };
    for (let n = 0; n < 8; n++) fails(10, 1_000);
    for (let n = 0; n < 8; n++) fails(10, 4_000);
    // From 1 s to 4 s by 1 − (7/8)^8 on a logarithmic scale: 2.5 s, so a survivor is older than 5 s.
    const before = level(10);
    waiting.push(callAt(9.5));
    fails(14, 2_483);
    expect(level(14)).toBeGreaterThan(before * 0.97);
    fails(14.6, 2_483);
    expect(level(14.6)).toBeLessThan(before * 0.8);
  });

  it.each(["badly", "dropped", "throttled", "quota"] as const)(
    "is taken back when the call ends %s",
    (how) => {
      const one = meter();
      for (let n = 0; n < 3; n++) one.fails(10);
      const call = one.waits(10);
      one.fails(12);
      const before = one.nats(12);
      one.ends(call, 12, how);
      expect(one.nats(12) - before).toBeCloseTo(SUCCESS / 2 + (how === "badly" ? FAILURE : 0), 1);
    },
  );

  it("is taken back when the call outlives the healthy p90, and not before", () => {
    const one = meter();
    for (let n = 0; n < 3; n++) one.fails(10);
    const call = one.waits(10);
    one.fails(12);
    const before = one.nats(12);
    one.outlives(call, 1, 12);
    expect(one.nats(12)).toBeCloseTo(before, 6);
    one.outlives(call, 2, 12);
    expect(one.nats(12) - before).toBeCloseTo(SUCCESS / 2, 1);
    // It ends well after all: a success like any other.
    one.ends(call, 12, "well");
    expect(one.nats(12) - before).toBeCloseTo(-SUCCESS / 2, 1);
  });

  it("becomes a whole success when the call ends well", () => {
    const one = meter();
    for (let n = 0; n < 4; n++) one.fails(10);
    const call = one.waits(10);
    one.fails(12);
    const before = one.nats(12);
    one.ends(call, 12, "well");
    expect(before - one.nats(12)).toBeCloseTo(SUCCESS / 2, 1);
  });

  it("becomes a whole success, and no more, when a unary call reports its first token", () => {
    const one = meter();
    for (let n = 0; n < 5; n++) one.fails(10);
    const call = one.waits(10);
    one.fails(12);
    const before = one.nats(12);
    Object.assign(call, { firstTokenAt: 12_000 });
    one.detector.firstToken?.(call, 12_000);
    one.ends(call, 12, "well");
    expect(before - one.nats(12)).toBeCloseTo(SUCCESS / 2, 1);
  });

  it.each(["well", "dropped", "throttled", "late"] as const)(
    "of a run that is over is not taken back in the next one (ends %s)",
    (how) => {
      const one = meter();
      one.fails(10);
      const old = one.waits(10);
      one.fails(12);
      // The run is over: it was paid back in full.
      for (let n = 0; n < 3; n++) one.ends(one.waits(12), 12, "well");
      expect(one.nats(12)).toBe(0);
      for (let n = 0; n < 2; n++) one.fails(20);
      const before = one.nats(20);
      if (how === "late") one.outlives(old, 2, 20);
      else one.ends(old, 20, how);
      expect(one.nats(20)).toBe(before);
    },
  );

  it("is forgotten when the state changes", () => {
    const one = meter();
    for (let n = 0; n < 3; n++) one.fails(10);
    const call = one.waits(10);
    one.fails(12);
    one.detector.reset(12_000);
    one.ends(call, 12, "dropped");
    expect(one.nats(12)).toBe(0);
  });
});
