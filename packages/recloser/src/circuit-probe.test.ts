import { describe, expect, it, vi } from "vitest";
import type { CallContext } from "./call.js";
import { Circuit } from "./circuit.js";
import { consecutive } from "./detect/consecutive.js";
import type { CircuitOptions } from "./options.js";
import { http } from "./testing/calls.js";
import { type FakeClock, fakeClock } from "./testing/fake-clock.js";
import { settle } from "./testing/sources.js";
import { FAILED, fail, OK, permitOf } from "./testing/verdicts.js";

/** A probe of the user's whose runs are ended by hand. */
interface OwnProbe {
  readonly fn: (context: CallContext) => Promise<unknown>;
  readonly runs: { readonly context: CallContext; readonly end: (error?: unknown) => Promise<void> }[];
}

function ownProbe(): OwnProbe {
  const runs: OwnProbe["runs"] = [];
  const fn = (context: CallContext): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const end = async (error?: unknown): Promise<void> => {
        if (error === undefined) resolve("pong");
        else reject(error);
        await settle();
      };
      runs.push({ context, end });
    });
  return { fn, runs };
}

/** Half-open after three failures, with a probe of the user's. */
function setUp(options: CircuitOptions = {}): {
  readonly clock: FakeClock;
  readonly circuit: Circuit;
  readonly probe: OwnProbe;
} {
  const clock = fakeClock();
  const probe = ownProbe();
  const circuit = new Circuit("openai/gpt-5", {
    clock,
    random: () => 0.5,
    detector: consecutive(3),
    stallDeadlineMs: { unary: 60_000, streaming: 60_000 },
    probes: { successes: 2 },
    probe: probe.fn,
    ...options,
  });
  for (let i = 0; i < 3; i++) permitOf(circuit).settle(FAILED);
  clock.advance(5_000);
  return { clock, circuit, probe };
}

/** What a caller is told. */
const asked = (circuit: Circuit): string => {
  const admission = circuit.admit();
  return admission.ok ? "admitted" : admission.failure.reason;
};

describe("a probe of the user's own", () => {
  it("runs when a call arrives after the cool-down, and not before or by itself", async () => {
    const { clock, circuit, probe } = setUp();
    expect(circuit.state).toBe("half-open");
    circuit.snapshot();
    clock.advance(60_000);
    await settle();
    expect([probe.runs.length, clock.timers]).toEqual([0, 0]);
    expect(asked(circuit)).toBe("probing");
    // Whoever asked has had its answer by then.
    expect(probe.runs).toHaveLength(0);
    await settle();
    expect(probe.runs).toHaveLength(1);
  });

  it("is the only thing that is sent while it runs: callers are rejected, with a time to come back", async () => {
    const { clock, circuit, probe } = setUp();
    const fn = vi.fn(async () => 1);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => circuit.call(fn)));
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ ok: false, failure: { reason: "probing", retryAfterMs: 5_000 } });
    clock.advance(4_000);
    await circuit.call(fn);
    expect(fn).not.toHaveBeenCalled();
    expect(probe.runs).toHaveLength(1);
    expect(circuit.snapshot()).toMatchObject({
      inFlight: { total: 1 },
      totals: { rejected: { probing: 21 } },
    });
  });

  it("closes the circuit when two in a row succeed, each upon demand", async () => {
    const { circuit, probe } = setUp();
    expect(asked(circuit)).toBe("probing");
    await settle();
    await probe.runs[0]?.end();
    expect(circuit.state).toBe("half-open");
    expect(probe.runs).toHaveLength(1);
    expect(asked(circuit)).toBe("probing");
    await settle();
    await probe.runs[1]?.end();
    expect(circuit.state).toBe("closed");
    expect(asked(circuit)).toBe("admitted");
    expect(probe.runs).toHaveLength(2);
  });

  it.each([
    ["rejects", (): Promise<never> => Promise.reject(http(503))],
    [
      "throws",
      (): never => {
        throw http(503);
      },
    ],
  ])("opens it again, for longer, when it %s", async (_how, probe) => {
    const { circuit } = setUp({ probe });
    expect(asked(circuit)).toBe("probing");
    await settle();
    expect(circuit.snapshot()).toMatchObject({ state: "open", endsInMs: 7_500 });
    expect(circuit.snapshot().cause).toMatch(/since then a probe failed: 503/);
  });

  it("is heard when it asks for time, or hits a rate limit", async () => {
    const { circuit, probe } = setUp();
    asked(circuit);
    await settle();
    await probe.runs[0]?.end(http(429, { headers: { "retry-after": "60" } }));
    expect(asked(circuit)).toBe("throttled");
    expect(circuit.snapshot().endsInMs).toBeGreaterThanOrEqual(60_000);
  });

  it("opens it again when it hangs past its lease, is told so by its signal, and is not heard afterwards", async () => {
    const { clock, circuit, probe } = setUp({ probes: { leaseMs: 10_000 } });
    asked(circuit);
    await settle();
    const signal = probe.runs[0]?.context.signal;
    clock.advance(9_999);
    expect([circuit.state, signal?.aborted]).toEqual(["half-open", false]);
    clock.advance(1);
    expect([circuit.state, signal?.aborted]).toEqual(["open", true]);
    await probe.runs[0]?.end();
    expect(circuit.snapshot()).toMatchObject({
      state: "open",
      totals: { aborted: 1 },
      inFlight: { total: 0 },
    });
    clock.advance(7_500);
    expect(asked(circuit)).toBe("probing");
    await settle();
    expect(probe.runs).toHaveLength(2);
  });

  it("opens it again at the stall deadline, without a lease", async () => {
    const { clock, circuit } = setUp();
    asked(circuit);
    await settle();
    clock.advance(60_000);
    expect(circuit.state).toBe("open");
  });

  it("is under the limits of a call", async () => {
    const { clock, circuit, probe } = setUp({ timeoutMs: 20_000 });
    asked(circuit);
    await settle();
    clock.advance(20_000);
    expect(probe.runs[0]?.context.signal.aborted).toBe(true);
    expect(circuit.state).toBe("open");
    expect(clock.timers).toBe(0);
  });

  it("gets a signal that is not aborted, and may say that a token has come", async () => {
    const { circuit, probe } = setUp();
    asked(circuit);
    await settle();
    expect(probe.runs[0]?.context).toMatchObject({ attempt: 1 });
    expect(probe.runs[0]?.context.signal.aborted).toBe(false);
    probe.runs[0]?.context.progress();
    asked(circuit);
    await settle();
    probe.runs[1]?.context.progress();
    expect(circuit.state).toBe("closed");
    await probe.runs[0]?.end(http(500));
    await probe.runs[1]?.end(http(500));
    expect(circuit.state).toBe("closed");
    expect(circuit.snapshot().inFlight.total).toBe(0);
  });

  it("has failed when it has a bug, or throws what says nothing: nothing unhandled, and the cool-down grows", async () => {
    const bugs: unknown[] = [];
    const onBug = (error: unknown): void => {
      bugs.push(error);
    };
    process.on("unhandledRejection", onBug);
    let runs = 0;
    const probe = (): never => {
      runs++;
      throw new TypeError("undefined is not a function");
    };
    const { circuit } = setUp({ probe });
    asked(circuit);
    await settle();
    expect(circuit.snapshot()).toMatchObject({ state: "open", endsInMs: 7_500, inFlight: { total: 0 } });
    expect(circuit.snapshot().cause).toContain("a probe failed: TypeError");
    await settle();
    expect([runs, bugs]).toEqual([1, []]);
    process.off("unhandledRejection", onBug);
  });

  it("that gives no promise has succeeded", async () => {
    const { circuit } = setUp({ probe: () => true, probes: { successes: 1 } });
    asked(circuit);
    await settle();
    expect(circuit.state).toBe("closed");
  });

  it("that uses the very circuit is rejected by it, and decides nothing", async () => {
    const reasons: string[] = [];
    const { circuit } = setUp({
      probe: async () => {
        const outcome = await circuit.call(async () => 1);
        if (!outcome.ok) reasons.push(outcome.failure.reason);
        throw http(503);
      },
    });
    asked(circuit);
    await settle();
    expect([reasons, circuit.state]).toEqual([["probing"], "open"]);
  });

  it("loses its vote when an operator takes the circuit over meanwhile", async () => {
    const { circuit, probe } = setUp({ probes: { successes: 1 } });
    asked(circuit);
    await settle();
    circuit.force("open", { forMs: 60_000, reason: "maintenance" });
    await probe.runs[0]?.end();
    expect(circuit.state).toBe("forced-open");
    circuit.release();
    expect(asked(circuit)).toBe("probing");
    await settle();
    await probe.runs[1]?.end();
    expect(circuit.state).toBe("closed");
  });

  it("runs after a restart too", async () => {
    const { clock, circuit } = setUp();
    const again = ownProbe();
    const other = new Circuit("openai/gpt-5", { clock, detector: consecutive(3), probe: again.fn });
    expect(other.restore(JSON.parse(JSON.stringify(circuit.snapshot())))).toBe(true);
    expect(asked(other)).toBe("probing");
    await settle();
    expect(again.runs).toHaveLength(1);
  });

  it("does not count against maxConcurrent, and calls that are in flight do not keep it waiting", async () => {
    const clock = fakeClock();
    const probe = ownProbe();
    const circuit = new Circuit("x", {
      clock,
      random: () => 0.5,
      detector: consecutive(1),
      maxConcurrent: 2,
      probe: probe.fn,
      probes: { successes: 1 },
    });
    permitOf(circuit);
    fail(circuit, 1);
    clock.advance(5_000);
    asked(circuit);
    await settle();
    await probe.runs[0]?.end();
    expect(circuit.state).toBe("closed");
  });

  it("in observe mode runs beside the calls, which go on; only it decides", async () => {
    const { circuit, probe } = setUp({ mode: "observe" });
    const real = Array.from({ length: 5 }, () => permitOf(circuit));
    expect(real.map((permit) => permit.probe)).toEqual([false, false, false, false, false]);
    await settle();
    expect(probe.runs).toHaveLength(1);
    for (const permit of real) permit.settle(FAILED);
    expect(circuit.state).toBe("half-open");
    expect(circuit.snapshot().totals).toMatchObject({ rejected: {}, observed: { probing: 5 } });
    await probe.runs[0]?.end();
    permitOf(circuit).settle(OK);
    await settle();
    await probe.runs[1]?.end();
    expect(circuit.state).toBe("closed");
  });

  it("takes the place of background calls, too", async () => {
    const { circuit, probe } = setUp();
    const background = circuit.admit({ priority: "background" });
    expect(background).toMatchObject({ ok: false, failure: { reason: "probing" } });
    await settle();
    expect(probe.runs).toHaveLength(1);
    expect(asked(circuit)).toBe("probing");
  });
});
