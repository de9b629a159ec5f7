// @ts-nocheck
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Circuit } from "../circuit.js";
import { fakeClock } from "../testing/fake-clock.js";
import { fail, OK, permitOf, succeed } from "../testing/verdicts.js";
import { type ThresholdOptions, thresholds } from "./thresholds.js";

function setUp(options: ThresholdOptions) {
  const clock = fakeClock();
  return { clock, circuit: new Circuit("x", { clock, detector: thresholds(options) }) };
}

describe("thresholds", () => {
  it("C1, T1: failures from before an idle hour do not count", () => {
    const { clock, circuit } = setUp({ windowMs: 30_000, minCalls: 6, errorRate: 0.5 });
    fail(circuit, 4);
    clock.advance(3_600_000);
    fail(circuit, 2);
    expect(circuit.state).toBe("closed");
    expect(circuit.snapshot().meters[0]?.sentence).toContain("2 of 2 calls failed in the last 30 s");
    fail(circuit, 4);
    expect(circuit.state).toBe("open");
  });

  it("C1: expires when it is read, too", () => {
    const { clock, circuit } = setUp({ windowMs: 30_000, minCalls: 6 });
    fail(circuit, 4);
    clock.advance(30_001);
    expect(circuit.snapshot().meters).toEqual([
      {
        name: "errors",
        level: 0,
        sentence: "0 of 0 calls failed in the last 30 s, last failure: server-error",
      },
    ]);
  });

  it("C3: decides the same whatever the phase of the clock", () => {
    const run = (phase: number): string[] => {
      const clock = fakeClock(1e9 + phase);
      const circuit = new Circuit("x", {
        clock,
        detector: thresholds({ windowMs: 60_000 }),
        random: () => 0.5,
      });
      const seen: string[] = [];
      circuit.on("transition", ({ to, at }) => seen.push(`${to} ${at - phase}`));
      for (let i = 0; i < 200; i++) {
        const admission = circuit.admit();
        if (admission.ok) admission.permit.settle(i % 5 < 3 ? { verdict: "failure", reason: "unknown" } : OK);
        clock.advance(3_000);
      }
      return seen;
    };
    for (let phase = 1; phase < 60; phase++) expect(run(phase * 1_000)).toEqual(run(0));
  });

  it("C8: 499 of 1,000 is not half of them, 500 is", () => {
    const { circuit } = setUp({ minCalls: 1_000, errorRate: 0.5 });
    fail(circuit, 499);
    succeed(circuit, 501);
    expect(circuit.state).toBe("closed");
    const { circuit: other } = setUp({ minCalls: 1_000, errorRate: 0.5 });
    fail(other, 499);
    succeed(other, 500);
    fail(other, 1);
    expect(other.state).toBe("open");
  });

  it("C8: reaches its rate exactly, whatever it is as a fraction", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), (calls, n) => {
        const failures = 1 + (n % calls);
        const { circuit } = setUp({ minCalls: calls, errorRate: failures / calls });
        succeed(circuit, calls - failures);
        fail(circuit, failures);
        expect(circuit.state).toBe("open");
        if (failures < 2) return;
        const { circuit: fewer } = setUp({ minCalls: calls, errorRate: failures / calls });
        succeed(fewer, calls - failures + 1);
        fail(fewer, failures - 1);
        expect(fewer.state).toBe("closed");
      }),
    );
    const { circuit } = setUp({ minCalls: 100, errorRate: 0.55 });
    succeed(circuit, 45);
    fail(circuit, 55);
    expect(circuit.state).toBe("open");
  });

  it("A16: judges slow answers as well, at the event", () => {
    const { clock, circuit } = setUp({
      windowMs: 60_000,
      minCalls: 10,
      errorRate: 1,
      slowRate: 0.5,
      slowAfterMs: 2_000,
    });
    for (let i = 0; i < 10; i++) {
      const permit = permitOf(circuit);
      clock.schedule(i % 2 === 0 ? 2_001 : 2_000, () => permit.settle(OK));
      clock.advance(1_000);
    }
    clock.advance(2_000);
    expect(circuit.snapshot()).toMatchObject({
      state: "open",
      cause: expect.stringContaining("5 took over 2.0 s"),
    });
  });

  it("decides nothing below its minimum, and shows how far it is", () => {
    const { circuit } = setUp({ minCalls: 4 });
    fail(circuit, 3);
    expect(circuit.snapshot()).toMatchObject({ state: "closed", meters: [{ level: 0.99 }] });
    fail(circuit, 1);
    expect(circuit.state).toBe("open");
  });

  it("C10: at a rate of 0 one failure is enough, and none is not", () => {
    const { circuit } = setUp({ minCalls: 5, errorRate: 0 });
    succeed(circuit, 100);
    expect(circuit.state).toBe("closed");
    fail(circuit, 1);
    expect(circuit.state).toBe("open");
  });

  it("A5: throttling is no failure", () => {
    const { circuit } = setUp({ minCalls: 2 });
    fail(circuit, 50, { verdict: "failure", reason: "throttled" });
    expect(circuit.snapshot()).toMatchObject({ state: "closed", meters: [{ level: 0 }] });
  });

  it("starts afresh after a recovery", () => {
    const { clock, circuit } = setUp({ minCalls: 4 });
    fail(circuit, 4);
    clock.advance(7_500);
    while (circuit.state !== "closed") succeed(circuit, 1);
    fail(circuit, 3);
    expect(circuit.state).toBe("closed");
  });
});
