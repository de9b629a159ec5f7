import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { consecutive } from "./detect/consecutive.js";
import type { CircuitOptions } from "./options.js";
import { fakeClock } from "./testing/fake-clock.js";
import { verdict, wait } from "./testing/subject.js";
import { FAILED, fail, OK, permitOf, succeed } from "./testing/verdicts.js";

function setUp(options: CircuitOptions = {}) {
  const clock = fakeClock();
  const circuit = new Circuit("openai/gpt-5", {
    clock,
    random: () => 0.5,
    detector: consecutive(3),
    stallDeadlineMs: { streaming: 20_000, unary: 20_000 },
    ...options,
  });
  return { clock, circuit };
}

describe("maxConcurrent", () => {
  it("A7: a full circuit rejects the next call, and that is no evidence", () => {
    const { circuit } = setUp({ maxConcurrent: 2 });
    const permits = [permitOf(circuit), permitOf(circuit)];
    for (let i = 0; i < 1_000; i++) {
      const { ok, ...rest } = circuit.admit();
      expect({ ok, rest }).toMatchObject({
        ok: false,
        rest: { failure: { reason: "saturated", retryAfterMs: 1_000 } },
      });
    }
    expect(circuit.snapshot()).toMatchObject({
      state: "closed",
      window: { calls: 0 },
      totals: { rejected: { saturated: 1_000 } },
    });
    permits[0]?.settle(OK);
    expect(circuit.admit().ok).toBe(true);
  });

  it("counts dropped permits until their lease is over", () => {
    const { clock, circuit } = setUp({ maxConcurrent: 1, mode: "enforce" });
    const dropped = permitOf(circuit, { streaming: true });
    dropped.progress();
    clock.advance(899_999);
    expect(circuit.admit().ok).toBe(false);
    clock.advance(1);
    expect(circuit.admit().ok).toBe(true);
    expect(dropped.settle(OK)).toBe(false);
    expect(circuit.snapshot().totals).toMatchObject({ admitted: 2, expired: 1, settled: 0 });
  });
});

describe("observe", () => {
  it("H10: rejects nothing, aborts nothing, and reports what it would have done", () => {
    const { clock, circuit } = setUp({ mode: "observe", maxConcurrent: 5 });
    const heard: unknown[] = [];
    let aborted = 0;
    circuit.on("rejected", ({ failure, observed }) => heard.push([failure.kind, failure.reason, observed]));
    circuit.admit({ onAbort: () => aborted++ });
    clock.advance(20_000);
    fail(circuit, 2);
    expect(circuit.state).toBe("open");
    const during = Array.from({ length: 3 }, () => permitOf(circuit));
    expect(heard).toEqual(Array.from({ length: 3 }, () => ["rejected", "open", true]));
    clock.advance(5_000);
    permitOf(circuit);
    expect(permitOf(circuit).probe).toBe(false);
    expect(heard.at(-1)).toEqual(["rejected", "probing", true]);
    circuit.force("open", { forMs: 1_000, reason: "test" });
    expect(circuit.admit().ok).toBe(true);
    expect(aborted).toBe(0);
    for (const permit of during) expect(permit.settle(OK)).toBe(true);
    expect(circuit.snapshot()).toMatchObject({
      mode: "observe",
      totals: { rejected: {}, observed: { open: 3, probing: 1, "forced-open": 1 }, aborted: 0 },
    });
  });

  it("its shadow state is what enforce would decide on the calls that enforce would have made", () => {
    const events = fc.array(
      fc.oneof(
        fc.record({ do: fc.constant("call" as const), verdict, lastsMs: fc.constantFrom(0, 0, 100, 15_000) }),
        fc.record({ do: fc.constant("wait" as const), ms: wait }),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(events, fc.constantFrom(Infinity, 2), (all, maxConcurrent) => {
        const enforce = setUp({ maxConcurrent });
        const observe = setUp({ maxConcurrent, mode: "observe" });
        const transitions = [enforce, observe].map(({ circuit }) => {
          const seen: string[] = [];
          circuit.on("transition", ({ to, at }) => seen.push(`${to} ${at}`));
          return seen;
        });
        for (const { clock, circuit } of [enforce, observe]) {
          for (const one of all) {
            if (one.do === "wait") clock.advance(one.ms);
            else {
              const admission = circuit.admit();
              if (!admission.ok) continue;
              const { permit } = admission;
              clock.schedule(one.lastsMs, () => permit.settle(one.verdict));
            }
          }
        }
        // What has become due is noticed when somebody looks, and the two had not the same calls to look with.
        expect(observe.circuit.state).toBe(enforce.circuit.state);
        expect(transitions[1]).toEqual(transitions[0]);
        expect(observe.circuit.snapshot().totals.observed).toEqual(
          enforce.circuit.snapshot().totals.rejected,
        );
      }),
      { numRuns: 300 },
    );
  });

  it("takes no hint from a call that enforce would not have made", () => {
    const { clock, circuit } = setUp({ mode: "observe" });
    fail(circuit, 3);
    permitOf(circuit).settle({ ...FAILED, retryAfterMs: 60_000 });
    expect(circuit.snapshot().endsInMs).toBe(5_000);
    clock.advance(5_000);
    expect(circuit.state).toBe("half-open");
  });

  it("goes on seeing failures when more calls are made than maxConcurrent would have let through", () => {
    const { clock, circuit } = setUp({ mode: "observe", maxConcurrent: 2 });
    // Ten calls at a time, each a second long, overlapping: enforce would have let two of each ten through.
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 10; i++) {
        const permit = permitOf(circuit);
        clock.schedule(1_000 + i, () => permit.settle(FAILED));
      }
      clock.advance(1_005);
    }
    expect(circuit.snapshot().totals.opened).toBeGreaterThan(0);
  });
});

describe("forced states", () => {
  it("H10: forced open rejects everything until it expires, then probes", () => {
    const { clock, circuit } = setUp();
    circuit.force("open", { forMs: 60_000, reason: "provider asked us to" });
    const admission = circuit.admit();
    expect(admission).toMatchObject({
      ok: false,
      failure: {
        reason: "forced-open",
        retryAfterMs: 60_000,
        message:
          "openai/gpt-5 is forced-open because an operator forced it open for 60 s: provider asked us to. Nothing was sent.",
      },
    });
    clock.advance(59_999);
    expect(circuit.state).toBe("forced-open");
    clock.advance(1);
    expect(circuit.state).toBe("half-open");
    succeed(circuit, 2);
    expect(circuit.state).toBe("closed");
  });

  it("forced closed admits whatever happens, up to maxConcurrent, and ends with fresh evidence", () => {
    const { clock, circuit } = setUp({ maxConcurrent: 4 });
    fail(circuit, 3);
    circuit.force("closed", { forMs: 60_000, reason: "false alarm" });
    fail(circuit, 100);
    for (let i = 0; i < 4; i++) permitOf(circuit);
    expect(circuit.admit()).toMatchObject({ ok: false, failure: { reason: "saturated" } });
    clock.advance(60_000);
    expect(circuit.state).toBe("closed");
    fail(setUp().circuit, 2);
    expect(circuit.snapshot().meters[0]?.level).toBe(0);
  });

  it("forced closed gives up no call, nor does closing by an operator's word", () => {
    const { clock, circuit } = setUp();
    let aborted = 0;
    circuit.admit({ onAbort: () => aborted++ });
    circuit.force("closed", { forMs: 60_000, reason: "our models think for long" });
    clock.advance(30_000);
    circuit.admit({ onAbort: () => aborted++ });
    circuit.release();
    clock.advance(30_000);
    expect(circuit.state).toBe("closed");
    expect(circuit.snapshot().inFlight).toMatchObject({ total: 2, stalled: 2 });
    expect(aborted).toBe(0);
  });

  it("forced open gives up what has stalled", () => {
    const { clock, circuit } = setUp();
    let aborted = 0;
    circuit.admit({ onAbort: () => aborted++ });
    clock.advance(20_000);
    expect(circuit.state).toBe("closed");
    circuit.admit({ onAbort: () => aborted++ });
    circuit.force("open", { forMs: 60_000, reason: "test" });
    expect(aborted).toBe(1);
  });

  it("release ends it early, and does nothing else", () => {
    const { circuit } = setUp();
    circuit.force("open", { forMs: 60_000, reason: "test" });
    circuit.release();
    expect(circuit.state).toBe("half-open");
    circuit.release();
    expect(circuit.state).toBe("half-open");
    circuit.force("closed", { forMs: 60_000, reason: "test" });
    circuit.release();
    expect(circuit.snapshot()).toMatchObject({ state: "closed", cause: null, endsInMs: null });
  });

  it("the latest word counts", () => {
    const { clock, circuit } = setUp();
    circuit.force("open", { forMs: 60_000, reason: "one" });
    circuit.force("closed", { forMs: 10_000, reason: "two" });
    clock.advance(10_000);
    expect(circuit.state).toBe("closed");
  });

  it("says what is wrong with a wrong one, and changes nothing", () => {
    const { circuit } = setUp();
    const force = (to: unknown, options: unknown) => () =>
      circuit.force(to as "open", options as { forMs: number; reason: string });
    expect(force("half-open", { forMs: 1, reason: "x" })).toThrow(
      'force(to) is "half-open"; give one of "open", "closed", "observe".',
    );
    expect(force("open", { forMs: 0, reason: "x" })).toThrow(
      "force.forMs is 0; give a number of at least 1.",
    );
    expect(force("open", { forMs: Infinity, reason: "x" })).toThrow(
      "force.forMs is Infinity; give a number of at least 1.",
    );
    expect(force("open", { forMs: "1m", reason: "x" })).toThrow('force.forMs is "1m"');
    expect(force("open", { forMs: 1, reason: "" })).toThrow("force.reason is empty");
    expect(force("open", { forMs: 1, reason: 5 })).toThrow("force.reason is empty");
    expect(circuit.snapshot()).toMatchObject({ state: "closed", epoch: 0 });
  });
});
