// @ts-nocheck
import { describe, expect, it } from "vitest";
import type { CallContext } from "./call.js";
import { consecutive } from "./detect/consecutive.js";
import { CircuitError } from "./outcome/circuit-error.js";
import { failureOf, hang, http, setUp } from "./testing/calls.js";
import { fail } from "./testing/verdicts.js";

describe("deadlines, though fn ignores its signal", () => {
  it("ends at timeoutMs, as evidence when the circuit's own policy says so", async () => {
    const { clock, circuit, window } = setUp({ timeoutMs: 10_000 });
    let signal: AbortSignal | undefined;
    const pending = circuit.call((context) => {
      signal = context.signal;
      return hang();
    });
    clock.advance(9_999);
    expect(signal?.aborted).toBe(false);
    clock.advance(1);
    const failure = failureOf(await pending);
    expect(failure).toMatchObject({ kind: "failed", reason: "timeout", elapsedMs: 10_000 });
    expect(signal?.aborted).toBe(true);
    expect(CircuitError.find(signal?.reason)?.failure).toBe(failure);
    expect(window().byReason).toEqual({ timeout: 1 });
  });

  it("ends a streaming call without a first token", async () => {
    const { clock, circuit } = setUp({ firstTokenTimeoutMs: 20_000, timeoutMs: 60_000 });
    const pending = circuit.call(hang, { streaming: true });
    clock.advance(20_000);
    expect(failureOf(await pending)).toMatchObject({
      kind: "failed",
      reason: "no-first-token",
      elapsedMs: 20_000,
    });
  });

  it("does not ask a unary call for a first token", async () => {
    const { clock, circuit } = setUp({ firstTokenTimeoutMs: 20_000, timeoutMs: 60_000 });
    const pending = circuit.call(hang);
    clock.advance(60_000);
    expect(failureOf(await pending)).toMatchObject({ reason: "timeout", elapsedMs: 60_000 });
  });

  it("ends a call whose tokens have stopped, measured from the last one", async () => {
    const { clock, circuit } = setUp({ firstTokenTimeoutMs: 20_000, stallTimeoutMs: 16_000 });
    let progress = (): void => {};
    const pending = circuit.call(
      (context) => {
        progress = context.progress;
        return hang();
      },
      { streaming: true },
    );
    for (let i = 0; i < 10; i++) {
      clock.advance(15_000);
      progress();
    }
    clock.advance(15_999);
    expect(circuit.snapshot().inFlight.total).toBe(1);
    clock.advance(1);
    expect(failureOf(await pending)).toMatchObject({ kind: "failed", reason: "stalled", elapsedMs: 166_000 });
  });

  it("gives the call's own limit precedence over the circuit's", async () => {
    const { clock, circuit } = setUp({ timeoutMs: 10_000 });
    const pending = circuit.call(hang, { timeoutMs: 30_000 });
    clock.advance(29_999);
    expect(clock.timers).toBe(1);
    clock.advance(1);
    expect(failureOf(await pending)).toMatchObject({ reason: "timeout", elapsedMs: 30_000 });
  });

  it("D1: holds one timer at most, and none after the call", async () => {
    const limits = { timeoutMs: 60_000, firstTokenTimeoutMs: 20_000, stallTimeoutMs: 10_000 };
    const { clock, circuit } = setUp(limits);
    const ends: (() => void)[] = [];
    const start = () =>
      circuit.call(
        ({ progress }) => {
          progress();
          progress();
          return new Promise<void>((resolve, reject) => {
            ends.push(ends.length % 2 === 0 ? resolve : () => reject(http(500)));
          });
        },
        { streaming: true },
      );
    const calls = [start(), start(), start()];
    expect(clock.timers).toBe(3);
    for (const end of ends) end();
    await Promise.all(calls);
    expect(clock.timers).toBe(0);
    await circuit.call(() => 1);
    await circuit.call(() => Promise.reject(new TypeError("bug"))).catch(() => {});
    expect(clock.timers).toBe(0);
    const free = setUp();
    void free.circuit.call(hang);
    expect(free.clock.timers).toBe(0);
  });

  it("D3: one of two concurrent calls times out, the other completes", async () => {
    const { clock, circuit } = setUp();
    const short = circuit.call(hang, { timeoutMs: 20_000 });
    let answer = (_: string): void => {};
    const signals: AbortSignal[] = [];
    const long = circuit.call(({ signal }) => {
      signals.push(signal);
      return new Promise<string>((resolve) => {
        answer = resolve;
      });
    });
    clock.advance(20_000);
    expect(failureOf(await short).reason).toBe("timeout");
    expect(signals[0]?.aborted).toBe(false);
    answer("yes");
    expect(await long).toMatchObject({ ok: true, value: "yes" });
  });

  it("ignores what comes after the end: an answer, an error, tokens", async () => {
    const { clock, circuit, window } = setUp({ timeoutMs: 20_000 });
    const contexts: CallContext[] = [];
    const ends: { readonly resolve: (value: string) => void; readonly reject: (error: Error) => void }[] = [];
    const start = () =>
      circuit.call((context) => {
        contexts.push(context);
        return new Promise<string>((resolve, reject) => ends.push({ resolve, reject }));
      });
    const calls = [start(), start()];
    clock.advance(20_000);
    for (const outcome of await Promise.all(calls)) expect(outcome.ok).toBe(false);
    ends[0]?.resolve("late");
    ends[1]?.reject(new TypeError("late bug"));
    for (const context of contexts) {
      context.progress();
      expect(context.signal.aborted).toBe(true);
    }
    await Promise.resolve();
    expect(window()).toMatchObject({ calls: 2, failures: 2 });
    expect(clock.timers).toBe(0);
  });
});

describe("calls given up on opening", () => {
  it("aborts those past their stall deadline and ends their outcomes, and leaves young ones alone", async () => {
    const { clock, circuit, window } = setUp({
      stallDeadlineMs: { unary: 30_000 },
      detector: consecutive(3),
    });
    const signals: AbortSignal[] = [];
    const answers: ((value: string) => void)[] = [];
    const start = () =>
      circuit.call(({ signal }) => {
        signals.push(signal);
        return new Promise<string>((resolve) => answers.push(resolve));
      });
    const old = [start(), start()];
    clock.advance(20_000);
    const young = start();
    clock.advance(10_000);
    expect(circuit.state).toBe("closed");
    expect(circuit.snapshot().inFlight).toMatchObject({ total: 3, stalled: 2, waiting: 1 });
    fail(circuit);
    expect(circuit.state).toBe("open");
    for (const outcome of await Promise.all(old)) {
      expect(failureOf(outcome)).toMatchObject({
        kind: "failed",
        reason: "stalled",
        state: "open",
        elapsedMs: 30_000,
      });
    }
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, false]);
    answers[2]?.("late but fine");
    expect(await young).toMatchObject({ ok: true, value: "late but fine" });
    expect(circuit.snapshot()).toMatchObject({ totals: { aborted: 2, admitted: 4 }, inFlight: { total: 0 } });
    expect(window().byReason.stalled).toBe(2);
  });

  it("gives the answer to a caller whose own late success found the circuit open", async () => {
    const { clock, circuit } = setUp({ stallDeadlineMs: { unary: 30_000 }, detector: consecutive(1) });
    let answer = (_: string): void => {};
    const pending = circuit.call(
      () =>
        new Promise<string>((resolve) => {
          answer = resolve;
        }),
    );
    clock.advance(40_000);
    answer("slow");
    expect(await pending).toMatchObject({ ok: true, value: "slow" });
    expect(circuit.state).toBe("half-open");
  });
});
