// @ts-nocheck
import { describe, expect, it } from "vitest";
import { busy, each, fill, STREAM, slowSetUp as setUp } from "./testing/limits.js";
import { fail, OK, permitOf } from "./testing/verdicts.js";

describe("priorities under a limit", () => {
  const BACKGROUND = { ...STREAM, priority: "background" } as const;

  it("leave half of it to background calls, all of it to interactive ones", () => {
    const { circuit, slow } = setUp();
    busy(circuit, 8);
    slow(1);
    expect(fill(circuit, BACKGROUND)).toHaveLength(4);
    expect(fill(circuit)).toHaveLength(4);
    expect(fill(circuit, BACKGROUND)).toHaveLength(0);
  });

  it("have background calls yield: with half of it taken by interactive calls they wait", () => {
    const { circuit, slow } = setUp();
    busy(circuit, 8);
    slow(1);
    const waits = fill(circuit, STREAM, 4);
    expect(fill(circuit, BACKGROUND)).toHaveLength(0);
    each(waits.slice(0, 1), "end");
    expect(fill(circuit, BACKGROUND)).toHaveLength(1);
  });

  it("let a background call through when nothing else runs, whatever the limit", () => {
    const { circuit, slow } = setUp();
    slow(1);
    const background = fill(circuit, BACKGROUND);
    expect(background).toHaveLength(1);
    each(background, "end");
    expect(fill(circuit, BACKGROUND)).toHaveLength(1);
    // On probation, too.
    const closed = setUp();
    fail(closed.circuit, 20);
    closed.clock.advance(60_000);
    for (let probe = 0; probe < 2; probe++) permitOf(closed.circuit, STREAM).settle(OK);
    expect(fill(closed.circuit, BACKGROUND)).toHaveLength(1);
  });

  it("mean nothing while there is no limit", () => {
    const { circuit } = setUp({ maxConcurrent: 50 });
    busy(circuit, 8);
    expect(fill(circuit, BACKGROUND)).toHaveLength(50);
  });
});

describe("probation", () => {
  /** A circuit that has just closed after two probes. */
  function recovered(peak = 0) {
    const parts = setUp();
    if (peak > 0) busy(parts.circuit, peak);
    fail(parts.circuit, 20);
    parts.clock.advance(60_000);
    for (let probe = 0; probe < 2; probe++) permitOf(parts.circuit, STREAM).settle(OK);
    expect(parts.circuit.state).toBe("closed");
    return parts;
  }

  it("B11: lets 2, 4, 8 … calls wait, and doubles at first tokens, not at ends", () => {
    const { circuit, limit } = recovered(20);
    expect(limit()).toMatchObject({ waiting: 2, inFlight: null, cause: "on probation since it closed" });
    const rounds: number[] = [];
    for (let round = 0; round < 5; round++) {
      const waits = fill(circuit);
      rounds.push(waits.length);
      // They go on flowing: their places are free all the same.
      each(waits, "flow");
    }
    expect(rounds).toEqual([2, 4, 8, 16, 100]);
    expect(limit()).toEqual({ waiting: null, inFlight: null, cause: null });
  });

  it("is over after eight where no more ever waited", () => {
    const { circuit } = recovered(3);
    const rounds: number[] = [];
    for (let round = 0; round < 3; round++) {
      const waits = fill(circuit);
      rounds.push(waits.length);
      each(waits, "end");
    }
    expect(rounds).toEqual([2, 4, 100]);
  });

  it("counts an answer once: at its first token, and a unary one at its end", () => {
    for (const streaming of [true, false]) {
      const { circuit, limit } = recovered(20);
      const [first] = fill(circuit, { streaming }, 1);
      if (streaming) first?.progress();
      first?.progress();
      first?.settle(OK);
      expect(limit().waiting).toBe(3);
    }
  });

  it("does not grow by failures, by calls that say nothing, or by calls from before it", () => {
    const { circuit, clock } = setUp();
    busy(circuit, 20);
    const old = fill(circuit, STREAM, 5);
    fail(circuit, 20);
    clock.advance(10_000);
    for (let probe = 0; probe < 2; probe++) permitOf(circuit, STREAM).settle(OK);
    each(old, "flow");
    each(old, "end");
    permitOf(circuit).settle({ verdict: "neutral", reason: "cancelled" });
    fail(circuit, 3);
    expect(circuit.snapshot().limit.waiting).toBe(2);
  });

  it("says so to whom it rejects, and is none after an operator's hold", () => {
    const { circuit, clock, limit } = recovered();
    fill(circuit);
    expect(circuit.admit()).toMatchObject({
      failure: {
        reason: "saturated",
        message: expect.stringContaining(
          "at most 2 calls may wait for an answer to begin, because it has just closed and is on probation",
        ),
      },
    });
    circuit.force("closed", { forMs: 1_000, reason: "test" });
    clock.advance(1_000);
    expect(circuit.state).toBe("closed");
    expect(limit().waiting).toBeNull();
  });
});
