// @ts-nocheck
import { describe, expect, it, vi } from "vitest";
import type { CallContext } from "./call.js";
import { failureOf, hang, http, setUp } from "./testing/calls.js";
import { answers, finish, setUpRetries, until, untilWaiting } from "./testing/retries.js";

describe("a call with retries under a limit of time", () => {
  it("does not wait longer than it has", async () => {
    const { clock, circuit } = setUpRetries({ timeoutMs: 5_000 });
    const hinted = answers(http(503, { headers: { "retry-after": "5" } }), 200);
    expect(failureOf(await circuit.call(hinted.fn))).toMatchObject({ attempts: 1, retryAfterMs: 5_000 });
    const short = answers(503, 200);
    expect(failureOf(await circuit.call(short.fn, { timeoutMs: 250 }))).toMatchObject({ attempts: 1 });
    expect([hinted.sent, short.sent, clock.timers]).toEqual([1, 1, 0]);
    // Neither has cost a token of the three.
    for (let i = 0; i < 3; i++)
      expect((await finish(clock, circuit.call(answers(500, 200).fn))).ok).toBe(true);
  });

  it("gives a retry what is left; one cut short is no evidence, and what came before it is told", async () => {
    const { clock, circuit, window } = setUpRetries({ timeoutMs: 10_000 });
    const first = http(500);
    const signals: AbortSignal[] = [];
    const pending = circuit.call(({ attempt, signal }) => {
      signals.push(signal);
      return attempt === 1 ? Promise.reject(first) : hang();
    });
    await untilWaiting({ circuit, clock });
    clock.advance(250);
    await until(() => signals.length === 2);
    clock.advance(9_749);
    expect(signals[1]?.aborted).toBe(false);
    clock.advance(1);
    const failure = failureOf(await pending);
    expect(failure).toMatchObject({
      kind: "failed",
      reason: "server-error",
      attempts: 2,
      elapsedMs: 10_000,
    });
    expect(failure.cause).toBe(first);
    expect(signals[1]?.aborted).toBe(true);
    expect(window()).toMatchObject({ failures: 1, neutral: 1 });
  });

  it("a retry that waited long enough to say something says it", async () => {
    const { clock, circuit, window } = setUpRetries({ timeoutMs: 20_000 });
    const pending = circuit.call(({ attempt }) => (attempt === 1 ? Promise.reject(http(500)) : hang()));
    await untilWaiting({ circuit, clock });
    clock.advance(250);
    await until(() => circuit.snapshot().inFlight.total === 1);
    clock.advance(19_750);
    expect(failureOf(await pending)).toMatchObject({ reason: "timeout", attempts: 2, elapsedMs: 20_000 });
    expect(window().byReason).toEqual({ "server-error": 1, timeout: 1 });
  });

  it("sends nothing when its timer comes too late", async () => {
    let late = 0;
    const { clock } = setUp();
    const { circuit } = setUpRetries({
      timeoutMs: 5_000,
      clock: { now: () => clock.now() + late, schedule: clock.schedule },
    });
    const script = answers(500, 200);
    const pending = circuit.call(script.fn);
    await untilWaiting({ circuit, clock });
    late = 60_000;
    clock.advance(250);
    expect(failureOf(await pending)).toMatchObject({
      kind: "failed",
      reason: "server-error",
      attempts: 1,
      elapsedMs: 60_250,
    });
    expect(script.sent).toBe(1);
  });

  it("a clock that runs its timers at once is waited for no longer", async () => {
    const { circuit } = setUpRetries({
      clock: {
        now: () => 0,
        schedule: (_delayMs, fn) => {
          fn();
          return () => {};
        },
      },
    });
    const { signal } = new AbortController();
    expect(await circuit.call(answers(500, 200).fn, { signal })).toMatchObject({ ok: true });
  });
});

describe("a call with retries whose caller gives up while it waits", () => {
  it.each([
    ["cancelled", new Error("stop")],
    ["cancelled", "a string"],
    ["deadline", new DOMException("time is up", "TimeoutError")],
  ] as const)("is %s at once", async (reason, why) => {
    const { clock, circuit, window } = setUpRetries();
    const controller = new AbortController();
    const fallback = vi.fn(() => "nobody waits for it");
    const script = answers(500, 200);
    const pending = circuit.call(script.fn, { signal: controller.signal, fallback });
    await untilWaiting({ circuit, clock });
    clock.advance(100);
    controller.abort(why);
    const failure = failureOf(await pending);
    expect(failure).toMatchObject({ kind: "cancelled", reason, attempts: 1, elapsedMs: 100 });
    expect(failure.cause).toBe(why);
    expect([script.sent, clock.timers, fallback.mock.calls.length]).toEqual([1, 0, 0]);
    expect(window()).toMatchObject({ failures: 1, neutral: 0 });
  });

  it("gets the failure when it gives up as the attempt fails: there was one before", async () => {
    const { clock, circuit } = setUpRetries();
    const controller = new AbortController();
    const pending = circuit.call(() => Promise.reject(http(500)), { signal: controller.signal });
    circuit.on("settled", () => controller.abort());
    expect(failureOf(await pending)).toMatchObject({ kind: "failed", reason: "server-error", attempts: 1 });
    expect(clock.timers).toBe(0);
  });

  it("is cancelled in its second attempt as in its first", async () => {
    const { clock, circuit } = setUpRetries();
    const controller = new AbortController();
    let current: CallContext | undefined;
    const pending = circuit.call(
      (context) => {
        current = context;
        return context.attempt === 1 ? Promise.reject(http(500)) : hang();
      },
      { signal: controller.signal },
    );
    await untilWaiting({ circuit, clock });
    clock.advance(250);
    await until(() => current?.attempt === 2);
    clock.advance(1_000);
    controller.abort();
    expect(failureOf(await pending)).toMatchObject({ kind: "cancelled", attempts: 2, elapsedMs: 1_250 });
    expect(current?.signal.aborted).toBe(true);
  });

  it("D4: leaves no listener on a long-lived signal", async () => {
    const { clock, circuit } = setUpRetries({ retries: { attempts: 2, budget: 1 } });
    const { signal } = new AbortController();
    const add = vi.spyOn(signal, "addEventListener");
    const remove = vi.spyOn(signal, "removeEventListener");
    for (let i = 0; i < 100; i++) await finish(clock, circuit.call(answers(500, 200).fn, { signal }), 250);
    const added = add.mock.calls.map(([, listener]) => listener);
    expect(added).toHaveLength(300);
    expect(new Set(remove.mock.calls.map(([, listener]) => listener))).toEqual(new Set(added));
  });
});
