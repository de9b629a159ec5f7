import { describe, expect, it } from "vitest";
import { Circuit } from "../circuit.js";
import type { FailureVerdict } from "../outcome/verdict.js";
import { fakeClock } from "../testing/fake-clock.js";
import { fail, NEUTRAL, OK, permitOf } from "../testing/verdicts.js";
import { consecutive } from "./consecutive.js";
import type { DetectorFactory } from "./detector.js";
import { errors } from "./errors.js";
import { meters } from "./meters.js";

const TRUNCATED: FailureVerdict = { verdict: "failure", reason: "truncated" };
const STALLED: FailureVerdict = { verdict: "failure", reason: "stalled" };
const STREAM = { streaming: true } as const;

const DETECTORS: Record<string, () => DetectorFactory> = {
  "meters()": meters,
  "errors()": errors,
  "consecutive(5)": () => consecutive(5),
};

function setUp(detector: DetectorFactory) {
  const clock = fakeClock();
  const circuit = new Circuit("openai/gpt-5", { clock, random: () => 0.5, detector });
  const levelOf = (): number => circuit.snapshot().meters[0]?.level ?? Number.NaN;
  /** A stream whose first token comes after 300 ms, and that ends as `verdict` says after another 2 s. */
  const stream = (verdict: FailureVerdict | typeof OK): void => {
    const permit = permitOf(circuit, STREAM);
    clock.advance(300);
    permit.progress();
    clock.advance(2_000);
    permit.settle(verdict);
  };
  return { clock, circuit, levelOf, stream };
}

describe.each(Object.entries(DETECTORS))(
  "streams that break after their first token, with %s",
  (_name, make) => {
    it.each([TRUNCATED, STALLED])("open when they all do ($reason)", (verdict) => {
      const { clock, circuit, stream } = setUp(make());
      for (let n = 0; n < 100; n++) {
        stream(OK);
        clock.advance(1_000);
      }
      let broken = 0;
      while (circuit.state === "closed" && broken < 50) {
        stream(verdict);
        broken++;
        clock.advance(1_000);
      }
      expect(circuit.state).toBe("open");
      expect(broken).toBeLessThanOrEqual(15);
    });

    it("open when they all do, many at once", () => {
      const { clock, circuit } = setUp(make());
      let broken = 0;
      while (circuit.state === "closed" && broken < 60) {
        const permits = Array.from({ length: 6 }, () => permitOf(circuit, STREAM));
        clock.advance(300);
        for (const permit of permits) permit.progress();
        clock.advance(2_000);
        for (const permit of permits) permit.settle(TRUNCATED);
        broken += permits.length;
        clock.advance(1_000);
      }
      expect(circuit.state).toBe("open");
    });

    it("do not open when one breaks now and then among good ones", () => {
      const { clock, circuit, stream } = setUp(make());
      for (let n = 0; n < 2_000; n++) {
        stream(n % 10 === 9 ? TRUNCATED : OK);
        clock.advance(1_000);
        if (circuit.state !== "closed") throw new Error(`opened at ${n}: ${circuit.snapshot().cause}`);
      }
    });

    it("leave what was paid when the caller leaves after the first token", () => {
      const { circuit, levelOf } = setUp(make());
      fail(circuit, 3);
      const full = levelOf();
      const permits = Array.from({ length: 3 }, () => permitOf(circuit, STREAM));
      for (const permit of permits) permit.progress();
      const paid = levelOf();
      expect(paid).toBeLessThan(full);
      for (const permit of permits) permit.settle(NEUTRAL);
      expect(levelOf()).toBe(paid);
    });

    it("take back what they paid, once, and no more than that", () => {
      const { circuit, levelOf } = setUp(make());
      fail(circuit, 2);
      const permit = permitOf(circuit, STREAM);
      const before = levelOf();
      permit.progress();
      expect(levelOf()).toBeLessThan(before);
      permit.settle(TRUNCATED);
      // As if the token had never come: the same as three failures in a row.
      const { circuit: other, levelOf: levelOfOther } = setUp(make());
      fail(other, 2);
      permitOf(other, STREAM).settle(TRUNCATED);
      expect(levelOf()).toBeCloseTo(levelOfOther(), 6);
    });
  },
);
