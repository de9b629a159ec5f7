import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { consecutive } from "./detect/consecutive.js";
import type { CircuitOptions } from "./options.js";
import type { Permit } from "./permit.js";
import { type FakeClock, fakeClock } from "./testing/fake-clock.js";
import { isConserved } from "./testing/subject.js";
import { teach } from "./testing/traffic.js";
import { FAILED, fail, OK, permitOf } from "./testing/verdicts.js";

const STALL_MS = 15_000;
/** The first probe that fails may take half as long again. */
const PATIENCE_MS = 22_500;
const HOLD = { forMs: 3_600_000, reason: "test" };

/** It has learned a stall deadline of 15 s, has opened, and is half-open now. Cool-downs are 5 s, 7.5 s, 11.25 s … */
function halfOpen(options: CircuitOptions = {}) {
  const clock = fakeClock();
  const circuit = new Circuit("openai/gpt-5", {
    clock,
    random: () => 0.5,
    detector: consecutive(1),
    ...options,
  });
  for (const streaming of [true, false]) teach(circuit, clock, 100, { waitMs: 1_000 }, { streaming });
  fail(circuit);
  coolDown(circuit, clock);
  return { clock, circuit };
}

function coolDown(circuit: Circuit, clock: FakeClock): void {
  clock.advance(circuit.snapshot().endsInMs ?? 0);
  expect(circuit.state).toBe("half-open");
}

interface Probe {
  readonly permit: Permit;
  /** How old it was when it was given up. */
  readonly givenUpAt: number[];
}

function probe(circuit: Circuit, clock: FakeClock, streaming = false): Probe {
  const sentAt = clock.now();
  const givenUpAt: number[] = [];
  const onAbort = (): void => void givenUpAt.push(clock.now() - sentAt);
  return { permit: permitOf(circuit, { streaming, onAbort }), givenUpAt };
}

/** A probe that has passed its stall deadline. */
function straggler(options: CircuitOptions = {}, streaming = false) {
  const parts = halfOpen(options);
  const late = probe(parts.circuit, parts.clock, streaming);
  parts.clock.advance(STALL_MS);
  expect(parts.circuit.state).toBe("open");
  return { ...parts, late };
}

const deadlineOf = (circuit: Circuit): number => circuit.snapshot().baseline.unary.stallDeadlineMs;

describe("a probe that has passed its stall deadline", () => {
  it("has failed, and is left to run", () => {
    const { clock, circuit, late } = straggler();
    expect(circuit.snapshot()).toMatchObject({
      state: "open",
      endsInMs: 7_500,
      cause: expect.stringContaining("a probe failed: no sign of life"),
      inFlight: { total: 1, stalled: 1 },
      totals: { aborted: 0 },
    });
    clock.advance(PATIENCE_MS - STALL_MS - 1);
    void circuit.state;
    expect(late.givenUpAt).toEqual([]);
  });

  it("is given up, once, at the end of the patience with it", () => {
    const { clock, circuit, late } = straggler();
    clock.advance(PATIENCE_MS - STALL_MS);
    void circuit.state;
    clock.advance(3_600_000);
    void circuit.state;
    expect(late.givenUpAt).toEqual([PATIENCE_MS]);
    expect(late.permit.settle(OK)).toBe(false);
    expect(circuit.snapshot()).toMatchObject({
      inFlight: { total: 0 },
      totals: { aborted: 1, expired: 0 },
    });
  });

  it("proves with its answer that the deadline was too short, and moves nothing", () => {
    const { clock, circuit, late } = straggler();
    const { epoch } = circuit.snapshot();
    clock.advance(5_000);
    expect(late.permit.settle(OK)).toBe(true);
    expect(deadlineOf(circuit)).toBe(40_000);
    expect(circuit.snapshot()).toMatchObject({ state: "open", epoch, inFlight: { total: 0 } });
    coolDown(circuit, clock);
    // So the next one has the time.
    const next = permitOf(circuit);
    clock.advance(20_000);
    next.settle(OK);
    expect(circuit.state).toBe("closed");
  });

  it("gives the time to a probe that is out already", () => {
    const { clock, circuit, late } = straggler({ coolDown: { initialMs: 2_000, growth: 1 } });
    coolDown(circuit, clock);
    const next = permitOf(circuit);
    clock.advance(5_000);
    late.permit.settle(OK);
    clock.advance(20_000);
    expect(circuit.state).toBe("half-open");
    next.settle(OK);
    expect(circuit.state).toBe("closed");
  });

  it("moves nothing with a failure either", () => {
    const { clock, circuit, late } = straggler({ coolDown: { initialMs: 2_000, growth: 1 } });
    coolDown(circuit, clock);
    const { epoch } = circuit.snapshot();
    late.permit.settle(FAILED);
    expect(circuit.snapshot()).toMatchObject({ state: "half-open", epoch });
    expect(deadlineOf(circuit)).toBe(STALL_MS);
  });

  it("flows on after its first token, whatever becomes of the circuit", () => {
    const { clock, circuit, late } = straggler({}, true);
    clock.advance(5_000);
    late.permit.progress();
    coolDown(circuit, clock);
    permitOf(circuit).settle(OK);
    expect(circuit.state).toBe("closed");
    clock.advance(60_000);
    expect(late.permit.settle(OK)).toBe(true);
    expect(late.givenUpAt).toEqual([]);
  });

  it("is seen to be given up at the same age, however late anybody looks", () => {
    const looks = (everyMs: number) => {
      const { clock, circuit, late } = straggler();
      for (let ms = 0; ms < 60_000; ms += everyMs) {
        clock.advance(everyMs);
        void circuit.state;
      }
      const { state, endsInMs, totals, epoch } = circuit.snapshot();
      return { state, endsInMs, totals, epoch, times: late.givenUpAt.length };
    };
    expect(looks(60_000)).toEqual(looks(500));
    expect(looks(60_000).times).toBe(1);
  });
});

describe("stragglers", () => {
  it("are one at a time: probes that stall meanwhile are given up at their deadline", () => {
    const { clock, circuit } = halfOpen();
    const probes: Probe[] = [];
    for (let s = 0; s < 1_800; s++) {
      if (circuit.state === "half-open" && circuit.snapshot().inFlight.waiting === 0)
        probes.push(probe(circuit, clock));
      expect(circuit.snapshot().inFlight.total).toBeLessThanOrEqual(2);
      clock.advance(1_000);
    }
    void circuit.state;
    const ages = probes.flatMap(({ givenUpAt }) => givenUpAt.map((ms) => Math.round(ms / 1_000)));
    expect(ages.slice(0, 6)).toEqual([23, 34, 51, 15, 114, 15]);
    // Nobody who waits in vain keeps the next one from being asked: one each 45 s.
    expect(probes.length).toBeGreaterThan(38);
    expect(Math.max(...ages)).toBe(900);
  });

  it("do not keep a circuit open that has healed: it closes with the next probe, and gives the straggler up", () => {
    const { clock, circuit } = halfOpen();
    for (const end = clock.now() + 1_200_000; clock.now() < end; clock.advance(1_000)) circuit.admit();
    const healedAt = clock.now();
    let [given, sent] = [0, 0];
    while (circuit.state !== "closed") {
      const admission = circuit.admit({ onAbort: () => given++ });
      if (admission.ok) {
        sent++;
        clock.schedule(1_000, () => admission.permit.settle(OK));
      }
      clock.advance(1_000);
    }
    expect(clock.now() - healedAt).toBeLessThan(50_000);
    expect(circuit.snapshot().inFlight).toMatchObject({ total: 0, stalled: 0 });
    expect([given, sent]).toEqual([0, 1]);
  });

  it.each(["open", "closed"] as const)("are given up at once when an operator forces it %s", (to) => {
    const { circuit, late } = straggler();
    circuit.force(to, HOLD);
    expect(late.givenUpAt).toEqual([STALL_MS]);
    expect(circuit.snapshot()).toMatchObject({ inFlight: { total: 0 }, totals: { aborted: 1 } });
  });

  it("hold their place", () => {
    const { clock, circuit, late } = straggler({
      maxConcurrent: 1,
      coolDown: { initialMs: 2_000, growth: 1 },
    });
    coolDown(circuit, clock);
    expect(circuit.admit()).toMatchObject({ ok: false, failure: { reason: "saturated" } });
    clock.advance(PATIENCE_MS - STALL_MS);
    expect(permitOf(circuit).probe).toBe(true);
    expect(late.givenUpAt).toHaveLength(1);
  });

  it.each<readonly [string, CircuitOptions, number]>([
    ["a stall deadline that was given", { stallDeadlineMs: { unary: 15_000 } }, 15_000],
    ["a lease as long as the stall deadline", { probes: { leaseMs: 15_000 } }, 15_000],
    ["a lease longer than the stall deadline", { probes: { leaseMs: 17_000 } }, 17_000],
  ])("have no longer than %s", (_what, options, longestMs) => {
    const { clock, circuit, late } = straggler(options);
    if (longestMs > STALL_MS) {
      clock.advance(longestMs - STALL_MS - 1);
      void circuit.state;
      expect(late.givenUpAt).toEqual([]);
      clock.advance(1);
      void circuit.state;
    }
    expect(late.givenUpAt).toEqual([longestMs]);
  });

  it("are left alone in observe mode, like all calls", () => {
    const { clock, circuit, late } = straggler({ mode: "observe" });
    clock.advance(800_000);
    void circuit.state;
    circuit.force("open", HOLD);
    expect(late.givenUpAt).toEqual([]);
    expect(late.permit.settle(OK)).toBe(true);
  });

  it("are not what opened the circuit: calls that stalled while it was closed are given up then", () => {
    const { clock, circuit } = halfOpen();
    permitOf(circuit).settle(OK);
    expect(circuit.state).toBe("closed");
    const one = probe(circuit, clock);
    clock.advance(STALL_MS);
    expect(circuit.state).toBe("open");
    expect(one.givenUpAt).toEqual([STALL_MS]);
  });

  it("are not taken over a restart", () => {
    const { clock, circuit } = straggler();
    const next = new Circuit("openai/gpt-5", { clock, random: () => 0.5, detector: consecutive(1) });
    next.restore(circuit.snapshot());
    expect(next.snapshot()).toMatchObject({ state: "open", inFlight: { total: 0 } });
    clock.advance(60_000);
    expect(permitOf(next).probe).toBe(true);
  });
});

describe("whatever happens", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("ask" as const), streaming: fc.boolean() }),
    fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 60_000 }) }),
    fc.record({ do: fc.constant("token" as const), n: fc.nat(50) }),
    fc.record({ do: fc.constant("settle" as const), n: fc.nat(50), ok: fc.boolean() }),
    fc.record({ do: fc.constant("force" as const), to: fc.constantFrom("open" as const, "closed" as const) }),
    fc.record({ do: fc.constant("release" as const) }),
  );

  it("A20: each call ends once, and at most one that has stalled is out while it recovers", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const { clock, circuit } = halfOpen();
        const calls: { readonly permit: Permit; readonly seen: { ends: number } }[] = [];
        const settle = (n: number, ok: boolean): void => {
          const call = calls[n];
          if (call?.permit.settle(ok ? OK : FAILED)) call.seen.ends++;
        };
        for (const one of steps) {
          switch (one.do) {
            case "ask": {
              const seen = { ends: 0 };
              const admission = circuit.admit({ streaming: one.streaming, onAbort: () => seen.ends++ });
              if (admission.ok) calls.push({ permit: admission.permit, seen });
              break;
            }
            case "wait":
              clock.advance(one.ms);
              break;
            case "token":
              calls[one.n % calls.length]?.permit.progress();
              break;
            case "settle":
              settle(one.n % calls.length, one.ok);
              break;
            case "force":
              circuit.force(one.to, { forMs: 30_000, reason: "test" });
              break;
            case "release":
              circuit.release();
          }
          const { state, inFlight } = circuit.snapshot();
          if (state === "open" || state === "half-open") expect(inFlight.stalled).toBeLessThanOrEqual(1);
          if (state === "forced-open") expect(inFlight.stalled).toBe(0);
          expect(isConserved(circuit.snapshot())).toBe(true);
        }
        for (let n = 0; n < calls.length; n++) settle(n, true);
        expect(calls.filter(({ seen }) => seen.ends !== 1)).toEqual([]);
        expect(circuit.snapshot().inFlight.total).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
