import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { consecutive } from "./detect/consecutive.js";
import type { CircuitOptions } from "./options.js";
import { fakeClock } from "./testing/fake-clock.js";
import { fail, OK, permitOf, succeed } from "./testing/verdicts.js";

const HOLD = { forMs: 60_000, reason: "the breaker is wrong" };

function setUp(options: CircuitOptions = {}) {
  const clock = fakeClock();
  const circuit = new Circuit("openai/gpt-5", {
    clock,
    random: () => 0.5,
    detector: consecutive(3),
    stallDeadlineMs: { streaming: 20_000, unary: 20_000 },
    coolDown: { initialMs: 5_000 },
    ...options,
  });
  return { clock, circuit };
}

function opened(options?: CircuitOptions) {
  const parts = setUp(options);
  for (let i = 0; i < 3; i++) fail(parts.circuit);
  expect(parts.circuit.state).toBe("open");
  return parts;
}

describe("an operator's observe", () => {
  it("lets an open circuit's calls through, counts what it would have rejected, and ends by itself", () => {
    const { clock, circuit } = opened({ coolDown: { initialMs: 300_000, maxMs: 300_000 } });
    circuit.force("observe", HOLD);
    expect(circuit.snapshot()).toMatchObject({
      state: "open",
      mode: "observe",
      observing: {
        cause: "an operator had it observe for 60 s: the breaker is wrong",
        endsInMs: 60_000,
      },
    });
    expect(circuit.admit().ok).toBe(true);
    clock.advance(59_999);
    expect(circuit.admit().ok).toBe(true);
    expect(circuit.snapshot().totals).toMatchObject({ observed: { open: 2 }, rejected: {} });
    clock.advance(1);
    expect(circuit.admit().ok).toBe(false);
    expect(circuit.snapshot()).toMatchObject({ mode: "enforce", observing: null });
  });

  it("goes on deciding: it opens and recovers, and aborts nothing", () => {
    const { clock, circuit } = setUp();
    circuit.force("observe", HOLD);
    let aborted = 0;
    const hung = permitOf(circuit, { onAbort: () => aborted++ });
    clock.advance(20_000);
    for (let i = 0; i < 3; i++) fail(circuit);
    expect(circuit.state).toBe("open");
    expect(aborted).toBe(0);
    expect(hung.settle(OK)).toBe(true);
    clock.advance(5_000);
    expect(circuit.state).toBe("half-open");
    succeed(circuit);
    expect(circuit.state).toBe("closed");
  });

  it("does not give up a call that stalls while it observes an open circuit", () => {
    const { clock, circuit } = setUp({ coolDown: { initialMs: 300_000, maxMs: 300_000 } });
    let aborted = 0;
    permitOf(circuit, { onAbort: () => aborted++ });
    for (let i = 0; i < 3; i++) fail(circuit);
    circuit.force("observe", HOLD);
    clock.advance(30_000);
    expect(circuit.snapshot()).toMatchObject({ state: "open", inFlight: { stalled: 1 } });
    expect(aborted).toBe(0);
  });

  it("is ended by release, and by forcing a state", () => {
    const { circuit } = opened();
    circuit.force("observe", HOLD);
    circuit.release();
    expect(circuit.admit().ok).toBe(false);
    circuit.force("observe", HOLD);
    circuit.force("open", HOLD);
    expect(circuit.admit()).toMatchObject({ ok: false, failure: { reason: "forced-open" } });
  });

  it("ends a forced state", () => {
    const { circuit } = setUp();
    circuit.force("open", HOLD);
    circuit.force("observe", HOLD);
    expect(circuit.snapshot()).toMatchObject({ state: "half-open", mode: "observe" });
    expect(circuit.admit().ok && circuit.admit().ok).toBe(true);
  });

  it("survives a restart for the time that is left", () => {
    const before = opened({ coolDown: { initialMs: 300_000, maxMs: 300_000 } });
    before.circuit.force("observe", HOLD);
    const stored = JSON.parse(JSON.stringify(before.circuit.snapshot()));
    const { clock, circuit } = setUp();
    expect(circuit.restore(stored, 20_000)).toBe(true);
    expect(circuit.snapshot()).toMatchObject({ mode: "observe", observing: { endsInMs: 40_000 } });
    expect(circuit.admit().ok).toBe(true);
    clock.advance(40_000);
    expect(circuit.admit().ok).toBe(false);
  });

  it("where the options say observe, it ends without a change", () => {
    const { clock, circuit } = opened({ mode: "observe" });
    circuit.force("observe", HOLD);
    clock.advance(60_000);
    expect(circuit.snapshot()).toMatchObject({ mode: "observe", observing: null });
  });

  it("a reason longer than a line is refused, so that a snapshot can always be taken up", () => {
    const { circuit } = setUp();
    expect(() => circuit.force("open", { forMs: 1_000, reason: "x".repeat(501) })).toThrow(
      "force.reason has 501 characters; give at most 500",
    );
    circuit.force("open", { forMs: 1_000, reason: "x".repeat(500) });
    const stored = JSON.parse(JSON.stringify(circuit.snapshot()));
    expect(setUp().circuit.restore(stored)).toBe(true);
  });
});
