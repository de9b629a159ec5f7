// @ts-nocheck
import { describe, expect, it } from "vitest";
import { Circuit } from "../circuit.js";
import { fakeClock } from "../testing/fake-clock.js";
import { FAILED, fail, NEUTRAL, OK, permitOf, succeed } from "../testing/verdicts.js";
import { anyOf } from "./any-of.js";
import { consecutive } from "./consecutive.js";
import type { DetectorFactory } from "./detector.js";
import { errors } from "./errors.js";
import { thresholds } from "./thresholds.js";

function setUp(detector: DetectorFactory) {
  const clock = fakeClock();
  return { clock, circuit: new Circuit("x", { clock, detector }) };
}

describe("consecutive", () => {
  it("opens at the count, and a success in between starts over", () => {
    const { circuit } = setUp(consecutive(5));
    fail(circuit, 4);
    succeed(circuit, 1);
    fail(circuit, 4);
    expect(circuit.state).toBe("closed");
    fail(circuit, 1);
    expect(circuit.snapshot().cause).toBe("5 failures in a row, last: server-error");
  });

  it("A5: a 429 in between is neither", () => {
    const { circuit } = setUp(consecutive(5));
    fail(circuit, 4);
    fail(circuit, 3, { verdict: "failure", reason: "throttled" });
    fail(circuit, 1, { verdict: "failure", reason: "quota" });
    permitOf(circuit).settle(NEUTRAL);
    expect(circuit.state).toBe("closed");
    fail(circuit, 1);
    expect(circuit.state).toBe("open");
  });

  it("C2: four failures, a day, one failure", () => {
    const { clock, circuit } = setUp(consecutive(5));
    fail(circuit, 4);
    expect(circuit.snapshot().meters[0]).toEqual({
      name: "errors",
      level: 0.8,
      sentence: "4 failures in a row, last: server-error",
    });
    clock.advance(86_400_000);
    expect(circuit.snapshot().meters[0]?.level).toBe(0);
    fail(circuit, 1);
    expect(circuit.state).toBe("closed");
    expect(circuit.snapshot().meters[0]?.sentence).toBe("1 failure in a row, last: server-error");
  });

  it("counts a streaming call at its first token: its good end does not start over again", () => {
    const { circuit } = setUp(consecutive(3));
    const stream = permitOf(circuit, { streaming: true });
    stream.progress();
    fail(circuit, 2);
    stream.settle(OK);
    fail(circuit, 1);
    expect(circuit.state).toBe("open");
  });
});

describe("anyOf", () => {
  it("opens when any of its policies would, and says which", () => {
    const both = anyOf(consecutive(3), thresholds({ minCalls: 10, errorRate: 0.3 }));
    const { circuit } = setUp(both);
    fail(circuit, 3);
    expect(circuit.snapshot().cause).toBe("3 failures in a row, last: server-error");
    const { circuit: other } = setUp(both);
    for (let i = 0; i < 10; i++) permitOf(other).settle(i % 3 === 0 ? FAILED : OK);
    expect(other.snapshot().cause).toContain("4 of 10 calls failed");
  });

  it("shows every meter and resets every policy", () => {
    const { clock, circuit } = setUp(anyOf(consecutive(3), errors()));
    expect(circuit.snapshot().meters).toHaveLength(2);
    fail(circuit, 3);
    clock.advance(7_500);
    succeed(circuit, 2);
    expect(circuit.snapshot()).toMatchObject({ state: "closed", meters: [{ level: 0 }, { level: 0 }] });
  });

  it("lets each policy hear everything: the errors meter inside decides as it does alone", () => {
    const run = (detector: DetectorFactory): number => {
      const { clock, circuit } = setUp(detector);
      for (let i = 0; i < 3_600; i++) {
        const permit = permitOf(circuit, { streaming: true });
        permit.progress();
        permit.settle(OK);
        clock.advance(1_000);
      }
      let n = 0;
      while (circuit.state === "closed") {
        permitOf(circuit, { streaming: true }).settle(FAILED);
        n++;
        clock.advance(1_000);
      }
      return n;
    };
    expect(run(anyOf(errors(), consecutive(50)))).toBe(run(errors()));
  });
});
