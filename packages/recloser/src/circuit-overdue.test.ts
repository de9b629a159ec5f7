import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import type { CircuitOptions } from "./options.js";
import { fakeClock } from "./testing/fake-clock.js";
import { recorder } from "./testing/recorder.js";
import { FAILED, fail, NEUTRAL, OK, permitOf, succeed } from "./testing/verdicts.js";

const STALL_MS = 20_000;
const LEASE_MS = 900_000;
const HOLD = { forMs: 10_000, reason: "test" };

function setUp(options: CircuitOptions = {}) {
  const clock = fakeClock();
  const { detector, heard, tripAt } = recorder();
  const circuit = new Circuit("openai/gpt-5", {
    clock,
    random: () => 0.5,
    detector,
    stallDeadlineMs: { streaming: STALL_MS, unary: STALL_MS },
    coolDown: { initialMs: 5_000, growth: 2 },
    ...options,
  });
  return { clock, circuit, heard, tripAt };
}

function halfOpen(options: CircuitOptions = {}) {
  const parts = setUp(options);
  parts.tripAt(1);
  fail(parts.circuit);
  parts.clock.advance(5_000);
  expect(parts.circuit.state).toBe("half-open");
  parts.heard();
  return parts;
}

describe("stalled calls that hold every place", () => {
  it("vote again each time another deadline has passed, since nobody else can", () => {
    const { clock, circuit, heard } = setUp({ maxConcurrent: 2 });
    permitOf(circuit);
    permitOf(circuit);
    clock.advance(STALL_MS);
    void circuit.state;
    expect(heard()).toEqual(["failed stalled", "failed stalled"]);
    clock.advance(STALL_MS - 1);
    void circuit.state;
    expect(heard()).toEqual([]);
    clock.advance(1);
    void circuit.state;
    expect(heard()).toEqual(["failed stalled", "failed stalled"]);
    clock.advance(2 * STALL_MS);
    void circuit.state;
    expect(heard()).toHaveLength(4);
    expect(circuit.snapshot().window.byReason).toEqual({});
  });

  it("do not while there is a free place", () => {
    const { clock, circuit, heard } = setUp({ maxConcurrent: 3 });
    permitOf(circuit);
    permitOf(circuit);
    clock.advance(3 * STALL_MS);
    void circuit.state;
    expect(heard()).toEqual(["failed stalled", "failed stalled"]);
  });

  it("no longer do when one of them has been answered", () => {
    const { clock, circuit, heard } = setUp({ maxConcurrent: 2 });
    const answered = permitOf(circuit);
    permitOf(circuit);
    clock.advance(STALL_MS);
    void circuit.state;
    answered.settle(OK);
    heard();
    clock.advance(2 * STALL_MS);
    void circuit.state;
    expect(heard()).toEqual([]);
  });

  it("open the circuit when that trips it, once, and give up their places", () => {
    const { clock, circuit, heard, tripAt } = setUp({ maxConcurrent: 2 });
    let given = 0;
    for (let i = 0; i < 2; i++) circuit.admit({ onAbort: () => given++ });
    tripAt(3);
    clock.advance(2 * STALL_MS);
    expect(circuit.state).toBe("open");
    expect(heard()).toEqual(["failed stalled", "failed stalled", "failed stalled"]);
    expect(given).toBe(2);
    expect(circuit.snapshot()).toMatchObject({ inFlight: { total: 0 }, totals: { aborted: 2, opened: 1 } });
  });

  it("of an older epoch have no second vote", () => {
    const { clock, circuit, heard } = setUp({ maxConcurrent: 2 });
    permitOf(circuit);
    circuit.force("closed", { forMs: 1_000, reason: "test" });
    clock.advance(1_000);
    expect(circuit.state).toBe("closed");
    permitOf(circuit);
    clock.advance(STALL_MS);
    void circuit.state;
    expect(heard()).toEqual(["failed stalled"]);
    clock.advance(STALL_MS);
    void circuit.state;
    expect(heard()).toEqual(["failed stalled"]);
  });
});

describe("a call that has stalled", () => {
  it("counts once: its end is neither heard nor counted again", () => {
    const { clock, circuit, heard } = setUp();
    const late = permitOf(circuit);
    const failed = permitOf(circuit);
    clock.advance(STALL_MS);
    void circuit.state;
    expect(heard()).toEqual(["failed stalled", "failed stalled"]);
    late.settle(OK);
    failed.settle(FAILED);
    expect(heard()).toEqual([]);
    expect(circuit.snapshot().window).toMatchObject({ calls: 2, byReason: { stalled: 2 } });
  });

  it("is given up when the circuit has left health since it was admitted", () => {
    const { clock, circuit, heard } = setUp();
    let given = 0;
    circuit.admit({ onAbort: () => given++ });
    circuit.force("open", { forMs: 60_000, reason: "test" });
    clock.advance(STALL_MS - 1);
    expect(circuit.snapshot().inFlight.total).toBe(1);
    clock.advance(1);
    expect(circuit.snapshot()).toMatchObject({ inFlight: { total: 0 }, totals: { aborted: 1 } });
    expect([given, heard()]).toEqual([1, []]);
  });

  it("is left alone where the circuit has only been forced closed", () => {
    const { clock, circuit, heard } = setUp();
    permitOf(circuit);
    circuit.force("closed", HOLD);
    clock.advance(STALL_MS);
    expect(circuit.snapshot()).toMatchObject({ inFlight: { stalled: 1 }, totals: { aborted: 0 } });
    expect(heard()).toEqual([]);
  });

  it("is left alone in observe mode", () => {
    const { clock, circuit } = setUp({ mode: "observe" });
    permitOf(circuit);
    circuit.force("open", { forMs: 60_000, reason: "test" });
    clock.advance(STALL_MS);
    expect(circuit.snapshot()).toMatchObject({ inFlight: { stalled: 1 }, totals: { aborted: 0 } });
  });

  it("while forced closed says nothing to the meters", () => {
    const { clock, circuit, heard } = setUp();
    circuit.force("closed", { forMs: 60_000, reason: "test" });
    permitOf(circuit);
    clock.advance(STALL_MS);
    void circuit.state;
    expect(heard()).toEqual([]);
  });
});

describe("a permit that was dropped", () => {
  const lapse = (circuit: Circuit, clock: { advance(ms: number): void }) => {
    const permit = permitOf(circuit, { streaming: true });
    permit.progress();
    return () => clock.advance(LEASE_MS);
  };

  it("after a token, is taken back from the meters of a closed circuit", () => {
    const { clock, circuit, heard } = setUp();
    lapse(circuit, clock)();
    void circuit.state;
    expect(heard()).toEqual(["first token", "dropped"]);
    expect(circuit.snapshot().totals.expired).toBe(1);
  });

  it("after it has stalled, has voted already", () => {
    const { clock, circuit, heard } = setUp();
    permitOf(circuit);
    clock.advance(LEASE_MS);
    void circuit.state;
    expect(heard()).toEqual(["failed stalled"]);
    expect(circuit.snapshot().totals.expired).toBe(1);
  });

  it("of an older epoch has nothing to take back", () => {
    const { clock, circuit, heard } = setUp();
    const wait = lapse(circuit, clock);
    circuit.force("closed", { forMs: 1_000, reason: "test" });
    wait();
    expect(circuit.state).toBe("closed");
    expect(heard()).toEqual(["first token"]);
  });

  it("of a forced circuit has nothing to take back", () => {
    const { clock, circuit, heard } = setUp();
    circuit.force("closed", { forMs: 2 * LEASE_MS, reason: "test" });
    lapse(circuit, clock)();
    expect(circuit.state).toBe("forced-closed");
    expect(heard()).toEqual([]);
  });
});

describe("calls that outlive healthy ones", () => {
  /** A hundred and thirty calls of a second each, so that there is a baseline. */
  const warm = () => {
    const parts = setUp();
    for (let i = 0; i < 130; i++) {
      const permit = permitOf(parts.circuit);
      parts.clock.advance(1_000);
      permit.settle(OK);
    }
    expect(parts.circuit.snapshot().baseline.unary.wait).not.toBeNull();
    parts.heard();
    return parts;
  };

  it("are evidence at each milestone, before they end", () => {
    const { clock, circuit, heard } = warm();
    permitOf(circuit);
    clock.advance(10_000);
    void circuit.state;
    expect(heard()).toEqual(["outlived 1", "outlived 2", "outlived 3", "outlived 4"]);
  });

  it("of an older epoch are none", () => {
    const { clock, circuit, heard } = warm();
    permitOf(circuit);
    circuit.force("closed", { forMs: 100, reason: "test" });
    clock.advance(10_000);
    expect(circuit.state).toBe("closed");
    expect(heard()).toEqual([]);
  });

  it("while forced closed are none", () => {
    const { clock, circuit, heard } = warm();
    circuit.force("closed", { forMs: 60_000, reason: "test" });
    permitOf(circuit);
    clock.advance(10_000);
    void circuit.state;
    expect(heard()).toEqual([]);
  });
});

describe("a probe", () => {
  it("without a verdict within its lease has failed, and says so", () => {
    const { clock, circuit } = halfOpen({ probes: { leaseMs: 3_000 } });
    permitOf(circuit);
    clock.advance(3_000);
    expect(circuit.snapshot()).toMatchObject({
      state: "open",
      cause: "told to; since then a probe failed: no verdict within its lease",
      window: { byReason: { stalled: 1 } },
    });
  });

  it("past the stall deadline, before its lease is over, has failed", () => {
    const { clock, circuit } = halfOpen({ probes: { leaseMs: 60_000 } });
    permitOf(circuit);
    clock.advance(STALL_MS);
    expect(circuit.snapshot()).toMatchObject({
      state: "open",
      cause: "told to; since then a probe failed: no sign of life",
    });
  });

  it("tells those it keeps out when it ends: at its lease, its deadline, or a cool-down, whichever is soonest", () => {
    for (const [leaseMs, retryAfterMs] of [
      [3_000, 2_000],
      [60_000, 5_000],
    ] as const) {
      const { clock, circuit } = halfOpen({ probes: { leaseMs } });
      permitOf(circuit);
      clock.advance(1_000);
      expect(circuit.admit()).toMatchObject({
        ok: false,
        failure: {
          reason: "probing",
          retryAfterMs,
          message:
            "openai/gpt-5 is half-open and a probe is out (it opened because told to). Nothing was sent.",
        },
      });
    }
    const { clock, circuit } = halfOpen({ probes: { leaseMs: 60_000 } });
    permitOf(circuit);
    clock.advance(STALL_MS - 1_500);
    expect(circuit.admit()).toMatchObject({ ok: false, failure: { retryAfterMs: 1_500 } });
  });

  it("waits for a place where calls from before the opening hold them all", () => {
    const { clock, circuit } = setUp({ maxConcurrent: 1 });
    const holder = permitOf(circuit, { streaming: true });
    holder.progress();
    circuit.force("open", { forMs: 1_000, reason: "test" });
    clock.advance(1_000);
    expect(circuit.state).toBe("half-open");
    expect(circuit.admit()).toMatchObject({ ok: false, failure: { reason: "saturated" } });
    holder.settle(OK);
    expect(circuit.admit().ok).toBe(true);
  });
});

describe("results of calls from before an opening", () => {
  it("may ask for a longer opening, while it is open", () => {
    const { circuit, tripAt } = setUp();
    const late = permitOf(circuit);
    const gone = permitOf(circuit);
    const fine = permitOf(circuit);
    tripAt(1);
    fail(circuit);
    gone.settle({ ...NEUTRAL });
    fine.settle(OK);
    expect(circuit.snapshot().endsInMs).toBe(5_000);
    late.settle({ verdict: "failure", reason: "throttled", retryAfterMs: 60_000 });
    expect(circuit.snapshot().endsInMs).toBeGreaterThanOrEqual(60_000);
  });

  it("ask for nothing once it is half-open", () => {
    const { clock, circuit, tripAt } = setUp();
    const late = permitOf(circuit);
    tripAt(1);
    fail(circuit);
    clock.advance(5_000);
    expect(circuit.state).toBe("half-open");
    late.settle({ verdict: "failure", reason: "throttled", retryAfterMs: 60_000 });
    fail(circuit);
    expect(circuit.snapshot().endsInMs).toBe(10_000);
  });

  it("that were only let through by observe ask for nothing", () => {
    const { circuit, tripAt } = setUp({ mode: "observe" });
    tripAt(1);
    fail(circuit);
    permitOf(circuit).settle({ verdict: "failure", reason: "throttled", retryAfterMs: 60_000 });
    expect(circuit.snapshot().endsInMs).toBe(5_000);
  });
});

describe("what is counted", () => {
  it("successes, failures and neutrals apart; only successes tell how long an answer takes", () => {
    const { clock, circuit } = setUp();
    for (const [verdict, ms] of [
      [OK, 100],
      [FAILED, 5_000],
      [NEUTRAL, 7_000],
    ] as const) {
      const permit = permitOf(circuit);
      clock.advance(ms);
      permit.settle(verdict);
    }
    const { window } = circuit.snapshot();
    expect(window).toMatchObject({ calls: 3, successes: 1, failures: 1, neutral: 1, failureRate: 0.5 });
    expect(window.total.p99Ms).toBeLessThan(110);
  });

  it("neutral calls are no demand: they keep no provider's circuit active", () => {
    const { clock, circuit } = setUp();
    succeed(circuit);
    clock.advance(599_999);
    permitOf(circuit).settle(NEUTRAL);
    expect(circuit.active).toBe(true);
    clock.advance(1);
    expect(circuit.active).toBe(false);
  });

  it("a forced-closed circuit that is released is on no probation", () => {
    const { circuit } = setUp();
    circuit.force("closed", HOLD);
    circuit.release();
    expect(circuit.snapshot()).toMatchObject({ state: "closed", limit: { waiting: null, cause: null } });
  });

  it("a half-open circuit is idle only when nobody has probed it for a quarter of an hour", () => {
    const { clock, circuit } = halfOpen();
    clock.advance(LEASE_MS - 1);
    expect(circuit.idle).toBe(false);
    clock.advance(1);
    expect(circuit.idle).toBe(true);
    const open = setUp({ coolDown: { initialMs: 2 * LEASE_MS, maxMs: 2 * LEASE_MS } });
    open.tripAt(1);
    fail(open.circuit);
    open.clock.advance(LEASE_MS);
    expect([open.circuit.state, open.circuit.idle]).toEqual(["open", false]);
  });
});
