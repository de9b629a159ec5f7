import { describe, expect, it } from "vitest";
import type { FailureReason } from "../outcome/verdict.js";
import { alone, callAt } from "../testing/detectors.js";
import type { CallFacts, DetectorContext } from "./detector.js";
import { errors } from "./errors.js";

/** In nats: what a failure adds to the first test, and what a success takes off. */
const [FAILURE, SUCCESS] = [Math.log(0.95 / 0.02), Math.log(0.98 / 0.05)];

/** Few false opens, so that the first test lags; levels in its nats. */
function first(context: Partial<DetectorContext> = {}) {
  const falseOpensPerDay = 1e-9;
  const { detector, level } = alone(errors(), { callsPerSecond: () => 1, falseOpensPerDay, ...context });
  const full = Math.log(86_400 / falseOpensPerDay) + Math.LN2;
  return {
    detector,
    nats: (s: number): number => level(s) * full,
    fails: (s: number, reason: FailureReason = "server-error"): void =>
      detector.failed(callAt(s), { verdict: "failure", reason }, s * 1_000),
    succeeds: (s: number): void => detector.succeeded(callAt(s), s * 1_000),
  };
}

describe("the errors meter, at its edges", () => {
  it("pays back and fades in one test also when the other is empty", () => {
    const one = first();
    one.fails(0);
    // The second test, worse than tolerable, is empty now; the first is not.
    one.succeeds(0);
    one.succeeds(0);
    one.fails(0);
    expect(one.nats(0)).toBeCloseTo(FAILURE, 6);
    const later = first();
    later.fails(0);
    later.succeeds(0);
    later.fails(120);
    expect(later.nats(120)).toBeCloseTo((FAILURE - SUCCESS) / 2 + FAILURE, 6);
  });

  it("lets a survivor's end count half, and any other success in full", () => {
    const waiting: CallFacts[] = [];
    const one = first({ errorThreshold: 0, youngUnary: () => [...waiting].reverse() });
    for (let n = 0; n < 4; n++) one.fails(10);
    const [survivor, other] = [callAt(11), callAt(13)];
    waiting.push(survivor);
    one.fails(13);
    const before = one.nats(13);
    one.detector.succeeded(other, 13_000);
    expect(before - one.nats(13)).toBeCloseTo(SUCCESS, 1);
    one.detector.succeeded(survivor, 13_000);
    expect(before - one.nats(13)).toBeCloseTo(1.5 * SUCCESS, 1);
  });

  it("lets a wait count as any failure where as many are tolerable as a dead dependency has", () => {
    for (const errorThreshold of [0.95, 0.97, 1]) {
      const one = alone(errors(), { callsPerSecond: () => 1, errorThreshold });
      for (let s = 0; s < 100; s++)
        one.detector.failed(callAt(s), { verdict: "failure", reason: "stalled" }, s * 1_000);
      expect(one.level(100)).toBe(0);
    }
  });

  it("names a span of a second, and none that is shorter, and no empty detail", () => {
    const one = alone(errors());
    const fails = (s: number, detail: string): void =>
      one.detector.failed(callAt(s), { verdict: "failure", reason: "server-error", detail }, s * 1_000);
    fails(0, "503");
    expect(one.sentence(0.999)).toBe("1 of 1 calls failed, last: 503");
    expect(one.sentence(1)).toBe("1 of 1 calls failed within 1.0 s, last: 503");
    fails(0, "");
    expect(one.sentence(0)).toBe("2 of 2 calls failed");
  });

  it("goes over many pending calls that are too young only now and then", () => {
    let walks = 0;
    // From the latest to the earliest: the last hundred are too young at first.
    const waiting = Array.from({ length: 100 }, (_, n) => callAt(20.1 - n / 1_000));
    const one = first({
      youngUnary: () => {
        walks++;
        return waiting;
      },
    });
    const failsAfter = (s: number, tookMs: number): void => {
      const call = { ...callAt(s), admittedAt: s * 1_000 - tookMs };
      one.detector.failed(call, { verdict: "failure", reason: "server-error" }, s * 1_000);
    };
    // The usual time to fail is 4 s: survivors are older than 8 s, and a look each 2 s is enough.
    for (const s of [20.2, 20.3, 21, 22.1]) failsAfter(s, 4_000);
    expect(walks).toBe(1);
    failsAfter(22.2, 4_000);
    expect(walks).toBe(2);
    const before = one.nats(22.2);
    failsAfter(28.15, 4_000);
    expect(walks).toBe(3);
    // Survivors at last: their credit empties it.
    expect(one.nats(28.15)).toBeLessThan(before);
    // With few that are too young, each failure looks.
    waiting.splice(64);
    for (const call of waiting) Object.assign(call, { admittedAt: 28_150 });
    for (const s of [31, 31.1, 31.2]) failsAfter(s, 4_000);
    expect(walks).toBe(6);
  });
});
