// @ts-nocheck
import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { consecutive } from "./detect/consecutive.js";
import type { CircuitOptions } from "./options.js";
import type { FailureVerdict } from "./outcome/verdict.js";
import { type FakeClock, fakeClock } from "./testing/fake-clock.js";
import { FAILED, fail, NEUTRAL, OK, permitOf, succeed } from "./testing/verdicts.js";

function setUp(options: CircuitOptions = {}): { readonly clock: FakeClock; readonly circuit: Circuit } {
  const clock = fakeClock();
  return { clock, circuit: new Circuit("openai/gpt-5", { clock, random: () => 0.5, ...options }) };
}

const throttled = (retryAfterMs?: number): FailureVerdict => ({
  verdict: "failure",
  reason: "throttled",
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

describe("half-open", () => {
  const halfOpen = (options: CircuitOptions = {}) => {
    const made = setUp({ detector: consecutive(3), ...options });
    fail(made.circuit, 3);
    made.clock.advance(5_000);
    expect(made.circuit.state).toBe("half-open");
    return made;
  };

  it("B4: 100 callers during a probe: 99 are rejected at once", () => {
    const { clock, circuit } = halfOpen();
    const admissions = Array.from({ length: 100 }, () => circuit.admit());
    expect(admissions.filter(({ ok }) => ok)).toHaveLength(1);
    for (const admission of admissions) {
      if (admission.ok) expect(admission.permit.probe).toBe(true);
      else
        expect(admission.failure).toMatchObject({
          reason: "probing",
          state: "half-open",
          retryAfterMs: 5_000,
        });
    }
    clock.advance(30_000);
    expect(circuit.admit().ok).toBe(false);
  });

  it("B2: a success from before the opening does not close it", () => {
    const { clock, circuit } = setUp({ detector: consecutive(3), probes: { successes: 1 } });
    const early = permitOf(circuit, { streaming: true });
    const silent = permitOf(circuit);
    fail(circuit, 3);
    clock.advance(5_000);
    early.progress();
    expect(early.settle(OK)).toBe(true);
    expect(silent.settle(OK)).toBe(true);
    expect(circuit.state).toBe("half-open");
    succeed(circuit, 1);
    expect(circuit.state).toBe("closed");
  });

  it("B3: a failure from before the opening does not re-open it, and the probe still counts", () => {
    const { clock, circuit } = setUp({ detector: consecutive(3), probes: { successes: 1 } });
    const early = permitOf(circuit);
    fail(circuit, 3);
    clock.advance(5_000);
    const probe = permitOf(circuit);
    early.settle(FAILED);
    expect(circuit.state).toBe("half-open");
    probe.settle(OK);
    expect(circuit.state).toBe("closed");
  });

  it("A4: a neutral probe gives its place back and says nothing", () => {
    const { circuit } = halfOpen();
    for (let i = 0; i < 10; i++) {
      permitOf(circuit).settle(NEUTRAL);
      expect(circuit.state).toBe("half-open");
    }
    succeed(circuit, 2);
    expect(circuit.state).toBe("closed");
  });

  it("A21: a probe that is answered 429 keeps it open, as throttled", () => {
    const { clock, circuit } = setUp({ stallDeadlineMs: { unary: 15_000 }, detector: consecutive(3) });
    for (let i = 0; i < 3; i++) permitOf(circuit);
    clock.advance(15_000);
    expect(circuit.snapshot()).toMatchObject({
      state: "open",
      cause: expect.stringContaining("no sign of life"),
    });
    clock.advance(5_000);
    permitOf(circuit).settle({ ...throttled(60_000), detail: "429 rate_limit_exceeded" });
    expect(circuit.snapshot()).toMatchObject({
      state: "open",
      endsInMs: 66_000,
      cause: "3 failures in a row, last: no sign of life; since then a probe failed: 429 rate_limit_exceeded",
    });
    const admission = circuit.admit();
    expect(admission).toMatchObject({ ok: false, failure: { reason: "throttled", retryAfterMs: 66_000 } });
  });

  it.each([
    ["its lease", { probes: { leaseMs: 10_000 } }, 10_000],
    ["its stall deadline", { stallDeadlineMs: { unary: 20_000 } }, 20_000],
    ["the sooner of both", { probes: { leaseMs: 30_000 }, stallDeadlineMs: { unary: 20_000 } }, 20_000],
  ])(
    "B1: a probe that never settles fails at %s, and the next one comes later",
    (_what, options, lostAfter) => {
      const { clock, circuit } = halfOpen(options);
      const lost = permitOf(circuit);
      clock.advance(lostAfter - 1);
      expect(circuit.state).toBe("half-open");
      clock.advance(1);
      expect(circuit.snapshot()).toMatchObject({ state: "open", endsInMs: 7_500, totals: { aborted: 1 } });
      expect(lost.settle(OK)).toBe(false);
      clock.advance(7_500);
      expect(permitOf(circuit).probe).toBe(true);
    },
  );

  it("decides a streaming probe at its first token, and not again at its end", () => {
    const { circuit } = halfOpen({ probes: { successes: 2 } });
    const first = permitOf(circuit, { streaming: true });
    first.progress();
    const second = permitOf(circuit, { streaming: true });
    second.progress();
    expect(circuit.state).toBe("closed");
    first.settle(FAILED);
    second.settle(FAILED);
    expect(circuit.state).toBe("closed");
    for (const meter of circuit.snapshot().meters) expect(meter.level).toBe(0);
  });

  it("re-opens when the first of two probes breaks after its first token", () => {
    const { circuit } = halfOpen({ probes: { successes: 2 } });
    const first = permitOf(circuit, { streaming: true });
    first.progress();
    first.settle({ verdict: "failure", reason: "truncated" });
    expect(circuit.state).toBe("open");
  });

  it("closes after one good probe, unless it is told otherwise", () => {
    const { circuit } = halfOpen();
    succeed(circuit, 1);
    expect(circuit.state).toBe("closed");
  });

  it("closes after as many good probes in a row as it is told", () => {
    const { circuit } = halfOpen({ probes: { successes: 3 } });
    succeed(circuit, 2);
    expect(circuit.state).toBe("half-open");
    succeed(circuit, 1);
    expect(circuit.state).toBe("closed");
  });
});
