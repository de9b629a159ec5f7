// @ts-nocheck
import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { consecutive } from "./detect/consecutive.js";
import type { CircuitOptions } from "./options.js";
import { type FakeClock, fakeClock } from "./testing/fake-clock.js";
import { FAILED, NEUTRAL, OK, permitOf } from "./testing/verdicts.js";

function setUp(options: CircuitOptions = {}): { readonly clock: FakeClock; readonly circuit: Circuit } {
  const clock = fakeClock();
  const circuit = new Circuit("openai/gpt-5", {
    clock,
    random: () => 0.5,
    detector: consecutive(3),
    probes: { successes: 2 },
    ...options,
  });
  return { clock, circuit };
}

const background = { priority: "background" } as const;

/** Opens it, with a background call `beforeMs` before the cool-down ends, and waits until it has ended. */
function halfOpen(beforeMs: number, options: CircuitOptions = {}) {
  const made = setUp({ coolDown: { initialMs: 100_000 }, ...options });
  for (let i = 0; i < 3; i++) permitOf(made.circuit).settle(FAILED);
  made.clock.advance(100_000 - beforeMs);
  made.circuit.admit(background);
  made.clock.advance(beforeMs);
  expect(made.circuit.state).toBe("half-open");
  return made;
}

describe("who goes first as a probe", () => {
  it("background calls, for two seconds, where there have been any within a minute", () => {
    const { clock, circuit } = halfOpen(1_000);
    clock.advance(500);
    expect(circuit.admit()).toMatchObject({ ok: false, failure: { reason: "probing", retryAfterMs: 1_500 } });
    expect(circuit.admit({ priority: "interactive" }).ok).toBe(false);
    const permit = permitOf(circuit, background);
    expect(permit.probe).toBe(true);
    permit.settle(OK);
    expect(permitOf(circuit, background).probe).toBe(true);
  });

  it("an interactive call, when none has come in that time", () => {
    const { clock, circuit } = halfOpen(1_000);
    clock.advance(1_999);
    expect(circuit.admit().ok).toBe(false);
    clock.advance(1);
    expect(permitOf(circuit).probe).toBe(true);
  });

  it("an interactive call at once, where there is no background traffic", () => {
    const { clock, circuit } = setUp();
    for (let i = 0; i < 3; i++) permitOf(circuit).settle(FAILED);
    clock.advance(5_000);
    expect(permitOf(circuit).probe).toBe(true);
  });

  it("an interactive call at once, when background traffic has stopped a minute ago", () => {
    expect(halfOpen(59_999).circuit.admit().ok).toBe(false);
    expect(permitOf(halfOpen(60_000).circuit).probe).toBe(true);
  });

  it("an interactive call that is first to arrive, later than that", () => {
    const { clock, circuit } = halfOpen(1_000);
    clock.advance(30_000);
    expect(permitOf(circuit).probe).toBe(true);
  });

  it("one at a time: a background call does not queue behind a probe either", () => {
    const { circuit } = halfOpen(1_000);
    permitOf(circuit, background);
    expect(circuit.admit(background)).toMatchObject({ ok: false, failure: { reason: "probing" } });
  });

  it("a neutral probe does not lengthen the wait, and one that fails begins another with the next cool-down", () => {
    const { clock, circuit } = halfOpen(1_000);
    permitOf(circuit, background).settle(NEUTRAL);
    clock.advance(1_999);
    expect(circuit.admit().ok).toBe(false);
    clock.advance(1);
    permitOf(circuit).settle(FAILED);
    clock.advance((circuit.snapshot().endsInMs ?? 0) - 1);
    circuit.admit(background);
    clock.advance(1);
    expect(circuit.state).toBe("half-open");
    expect(circuit.admit().ok).toBe(false);
    expect(permitOf(circuit, background).probe).toBe(true);
  });

  it("is never waited for again and again: interactive calls are probes within two seconds of each cool-down", () => {
    const { clock, circuit } = setUp();
    for (let i = 0; i < 3; i++) permitOf(circuit).settle(FAILED);
    let probes = 0;
    for (let opening = 0; opening < 10; opening++) {
      // Somebody keeps asking in the background, and only while it is open.
      circuit.admit(background);
      clock.advance(circuit.snapshot().endsInMs ?? 0);
      clock.advance(2_000);
      const permit = permitOf(circuit);
      if (permit.probe) probes++;
      permit.settle(FAILED);
    }
    expect(probes).toBe(10);
  });

  it("in observe mode an interactive call that would have waited is let through, and decides nothing", () => {
    const { circuit } = halfOpen(1_000, { mode: "observe" });
    const permit = permitOf(circuit);
    expect(permit.probe).toBe(false);
    permit.settle(FAILED);
    expect(circuit.snapshot()).toMatchObject({ state: "half-open", totals: { observed: { probing: 1 } } });
    expect(permitOf(circuit, background).probe).toBe(true);
  });

  it("says what it waits for, and not that a probe is out", () => {
    const admission = halfOpen(1_000).circuit.admit();
    expect(admission.ok ? "" : admission.failure.message).not.toContain("a probe is out");
  });
});
