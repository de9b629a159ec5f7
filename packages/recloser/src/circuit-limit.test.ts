import { describe, expect, it } from "vitest";
import type { DetectorFactory } from "./detect/detector.js";
import { busy, each, fill, slowSetUp as setUp } from "./testing/limits.js";
import { fail, OK, permitOf } from "./testing/verdicts.js";

const HOUR_MS = 3_600_000;

describe("a slow dependency", () => {
  it("is limited from 1 on, until it is at most 0.25", () => {
    const { circuit, slow, limit } = setUp();
    const limited: boolean[] = [];
    circuit.on("limited", (event) => limited.push(event.limited));
    const steps = [0.99, 1, 0.9, 0.26, 0.25, 0.9, 0.99, 2, 0.1];
    const seen = steps.map((slowness) => {
      slow(slowness);
      return limit().waiting !== null;
    });
    expect(seen).toEqual([false, true, true, true, false, false, false, true, false]);
    expect(limited).toEqual([true, false, true, false]);
  });

  it("begins and ends to be limited at a first token, too", () => {
    let slowness = 0;
    const { circuit, limit } = setUp({
      detector: () => ({
        succeeded: () => {},
        failed: () => {},
        trip: () => undefined,
        slowness: () => slowness,
        meters: () => [],
        reset: () => {},
      }),
    });
    const [first, second] = fill(circuit, { streaming: true }, 2);
    slowness = 1;
    first?.progress();
    expect(limit().waiting).toBe(3);
    slowness = 0;
    second?.progress();
    expect(limit().waiting).toBeNull();
  });

  it("may have as many calls wait as at the healthy peak; those that flow do not count", () => {
    const { circuit, slow, limit } = setUp({ maxConcurrent: 100 });
    busy(circuit, 5, 7);
    slow(1);
    expect(limit()).toEqual({ waiting: 5, inFlight: null, cause: "it is slow today" });
    const waits = fill(circuit);
    expect(waits).toHaveLength(5);
    each(waits.slice(0, 2), "flow");
    expect(fill(circuit)).toHaveLength(2);
    each(waits.slice(2), "end");
    expect(fill(circuit)).toHaveLength(3);
    expect(circuit.snapshot().inFlight).toMatchObject({ total: 7, waiting: 5 });
  });

  it("does not count calls that have stalled: they have voted", () => {
    const { clock, circuit, slow } = setUp({ maxConcurrent: 100 });
    busy(circuit, 5);
    slow(1);
    expect(fill(circuit)).toHaveLength(5);
    clock.advance(19_999);
    expect(fill(circuit)).toHaveLength(0);
    clock.advance(1);
    expect(fill(circuit)).toHaveLength(5);
    expect(circuit.snapshot()).toMatchObject({ state: "closed", inFlight: { stalled: 5, waiting: 5 } });
  });

  it("leaves room for three calls that wait, however little was learned", () => {
    const { circuit, slow } = setUp({ maxConcurrent: 100 });
    slow(1);
    expect(fill(circuit)).toHaveLength(3);
  });

  it("has all calls in flight at their healthy p99 too, where there is no maxConcurrent", () => {
    for (const [maxConcurrent, inFlight] of [
      [Infinity, 12],
      [100, null],
    ] as const) {
      const { circuit, slow, limit } = setUp({ maxConcurrent });
      for (let n = 0; n < 200; n++) busy(circuit, 2, 10);
      slow(1);
      expect(limit()).toMatchObject({ waiting: 3, inFlight });
      let total = 0;
      for (let round = 0; round < 50; round++) {
        const waits = fill(circuit);
        total += waits.length;
        each(waits, "flow");
      }
      expect(total).toBe(inFlight ?? 100);
    }
  });

  it("rejects beyond it as saturated, and says why and when to come back", () => {
    const { circuit, slow } = setUp();
    const heard: unknown[] = [];
    circuit.on("limited", (event) => heard.push(event));
    busy(circuit, 4);
    slow(1);
    fill(circuit);
    const why = "at most 4 calls may wait for an answer to begin, 8 be in flight, because it is slow today";
    expect(circuit.admit()).toMatchObject({
      ok: false,
      failure: {
        kind: "rejected",
        reason: "saturated",
        state: "closed",
        retryAfterMs: 1_000,
        message: expect.stringContaining(`openai/gpt-5 is saturated: ${why}. Nothing was sent.`),
      },
    });
    expect(heard).toEqual([{ circuit: "openai/gpt-5", limited: true, message: why }]);
    expect(circuit.snapshot().totals.rejected).toEqual({ saturated: 2 });
  });

  it("is not what is learned as healthy: neither while it is limited nor from half of that on", () => {
    const { clock, circuit, slow, limit } = setUp();
    busy(circuit, 4);
    slow(0.5);
    busy(circuit, 9);
    slow(1);
    expect(limit().waiting).toBe(4);
    slow(0.3);
    busy(circuit, 4);
    slow(0);
    slow(1);
    expect(limit().waiting).toBe(4);
    slow(0.25);
    busy(circuit, 9);
    slow(1);
    expect(limit().waiting).toBe(9);
    slow(0);
    clock.advance(HOUR_MS);
    slow(1);
    expect(limit().waiting).toBe(5);
  });

  it("is not limited while an operator holds the circuit closed", () => {
    const { circuit, slow } = setUp();
    slow(1);
    fill(circuit);
    circuit.force("closed", { forMs: 1_000, reason: "we know better" });
    expect(fill(circuit)).toHaveLength(100);
  });

  it("is not limited any more once the circuit has opened, and hears so once", () => {
    const { clock, circuit, slow, limit } = setUp();
    const heard: string[] = [];
    circuit.on("limited", ({ message }) => heard.push(message));
    circuit.on("transition", ({ to }) => heard.push(to));
    slow(1);
    fail(circuit, 20);
    expect(limit()).toEqual({ waiting: null, inFlight: null, cause: null });
    clock.advance(60_000);
    expect(circuit.state).toBe("half-open");
    expect(heard.slice(1)).toEqual([
      "open",
      "the limit is off, because the circuit is open now",
      "half-open",
    ]);
  });

  it("is trusted again at the next admission, though nobody has answered meanwhile", () => {
    let slowness = 1;
    const detector: DetectorFactory = () => ({
      succeeded: () => {},
      failed: () => {},
      trip: () => undefined,
      slowness: () => slowness,
      meters: () => [],
      reset: () => {},
    });
    const { circuit, limit } = setUp({ detector });
    const heard: string[] = [];
    circuit.on("limited", ({ message }) => heard.push(message));
    permitOf(circuit).settle(OK);
    expect(limit().cause).toBe("it is slower than healthy");
    expect(fill(circuit)).toHaveLength(3);
    // The meter decays by itself.
    slowness = 0.2;
    expect(fill(circuit)).toHaveLength(100);
    expect(limit().cause).toBeNull();
    expect(heard).toEqual([
      expect.stringContaining("because it is slower than healthy"),
      "the limit is off, because it is as fast as healthy again",
    ]);
  });
});
