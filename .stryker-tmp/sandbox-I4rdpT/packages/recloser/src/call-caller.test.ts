// @ts-nocheck
import { describe, expect, it, vi } from "vitest";
import { failureOf, hang, http, setUp } from "./testing/calls.js";

describe("the caller gives up", () => {
  const reasons: readonly (readonly [string, unknown])[] = [
    ["nothing", undefined],
    ["a string", "user pressed stop"],
    ["an Error", new Error("stop")],
    ["a DOMException", new DOMException("stop", "AbortError")],
    ["null", null],
  ];

  it.each(reasons)("A1: an abort with %s is neutral, and the permit comes back", async (_what, reason) => {
    const { clock, circuit, window } = setUp();
    const controller = new AbortController();
    let inner: AbortSignal | undefined;
    const pending = circuit.call(
      ({ signal }) => {
        inner = signal;
        return hang();
      },
      { signal: controller.signal },
    );
    clock.advance(400_000);
    controller.abort(reason);
    expect(failureOf(await pending)).toMatchObject({ kind: "cancelled", reason: "cancelled" });
    expect(inner?.aborted).toBe(true);
    expect(inner?.reason).toBe(controller.signal.reason);
    expect(window()).toMatchObject({ failures: 0, successes: 0, neutral: 1 });
    expect(circuit.snapshot().inFlight.total).toBe(0);
  });

  it.each(reasons)("A1: an abort with %s is neutral when fn throws that first", async (_what, reason) => {
    const { circuit, window } = setUp();
    const controller = new AbortController();
    const outcome = await circuit.call(
      () => {
        controller.abort(reason);
        throw controller.signal.reason;
      },
      { signal: controller.signal },
    );
    expect(failureOf(outcome).kind).toBe("cancelled");
    expect(window()).toMatchObject({ failures: 0, neutral: 1 });
  });

  it("does not start a call whose signal is aborted already", async () => {
    const { circuit } = setUp();
    const fn = vi.fn(async () => 1);
    const failure = failureOf(await circuit.call(fn, { signal: AbortSignal.abort("no") }));
    expect(failure).toMatchObject({ kind: "cancelled", attempts: 0 });
    expect(fn).not.toHaveBeenCalled();
    expect(circuit.snapshot().totals.admitted).toBe(0);
  });

  it("A2: the provider's AbortError, with the caller's signal untouched, is a failure", async () => {
    const { circuit, window } = setUp();
    const { signal } = new AbortController();
    const outcome = await circuit.call(() => Promise.reject(new DOMException("aborted", "AbortError")), {
      signal,
    });
    expect(failureOf(outcome).kind).toBe("failed");
    expect(window().failures).toBe(1);
  });

  it("A6: five callers with a budget of one second open nothing", async () => {
    const { clock, circuit, window } = setUp();
    for (let i = 0; i < 5; i++) {
      const pending = circuit.call(hang, { timeoutMs: 1_000 });
      clock.advance(1_000);
      expect(failureOf(await pending)).toMatchObject({ kind: "cancelled", reason: "deadline" });
    }
    const timeout = new DOMException("The operation was aborted due to timeout", "TimeoutError");
    for (let i = 0; i < 5; i++) {
      const controller = new AbortController();
      const pending = circuit.call(hang, { signal: controller.signal });
      clock.advance(1_000);
      controller.abort(timeout);
      expect(failureOf(await pending)).toMatchObject({ kind: "cancelled", reason: "deadline" });
    }
    for (let i = 0; i < 5; i++) {
      const pending = circuit.call(async () => {
        clock.advance(1_000);
        // As the openai client throws it: its errors have a `status`, which is undefined here.
        throw Object.assign(new Error("Request timed out."), {
          name: "APIConnectionTimeoutError",
          status: undefined,
        });
      });
      expect(failureOf(await pending)).toMatchObject({ kind: "cancelled", reason: "deadline" });
    }
    expect(window()).toMatchObject({ failures: 0, neutral: 15 });
    expect(circuit.state).toBe("closed");
  });

  it("A6: waits as long as the patience do count, whoever ends them", async () => {
    const timeout = new DOMException("The operation was aborted due to timeout", "TimeoutError");
    const sdk = Object.assign(new Error("Request timed out."), {
      name: "APIConnectionTimeoutError",
      status: undefined,
    });
    const { clock, circuit, window } = setUp();
    const own = circuit.call(hang, { timeoutMs: 15_000 });
    clock.advance(15_000);
    expect(failureOf(await own)).toMatchObject({ kind: "failed", reason: "timeout" });
    const controller = new AbortController();
    const signalled = circuit.call(hang, { signal: controller.signal });
    clock.advance(15_000);
    controller.abort(timeout);
    expect(failureOf(await signalled)).toMatchObject({ kind: "failed", reason: "timeout" });
    const theirs = circuit.call(async () => {
      clock.advance(15_000);
      throw sdk;
    });
    expect(failureOf(await theirs)).toMatchObject({ kind: "failed", reason: "timeout" });
    expect(window().failures).toBe(3);
  });

  it("a 408 that the provider answered is its own, however quick", async () => {
    const { circuit } = setUp();
    expect(failureOf(await circuit.call(() => Promise.reject(http(408))))).toMatchObject({
      kind: "failed",
      reason: "timeout",
    });
  });

  it("E10: the caller's own deadline is no failure while tokens flow", async () => {
    const { clock, circuit, window } = setUp();
    const controller = new AbortController();
    let progress = (): void => {};
    const pending = circuit.call(
      (context) => {
        progress = context.progress;
        return hang();
      },
      { streaming: true, signal: controller.signal },
    );
    for (let i = 0; i < 60; i++) {
      clock.advance(1_000);
      progress();
    }
    controller.abort(new DOMException("time is up", "TimeoutError"));
    expect(failureOf(await pending)).toMatchObject({ kind: "cancelled", reason: "deadline" });
    expect(window().failures).toBe(0);
  });

  it("D4: leaves no listener on a long-lived signal", async () => {
    const { clock, circuit } = setUp({ timeoutMs: 20_000 });
    const controller = new AbortController();
    const { signal } = controller;
    const add = vi.spyOn(signal, "addEventListener");
    const remove = vi.spyOn(signal, "removeEventListener");
    let listening = 0;
    add.mockImplementation((...args) => {
      listening++;
      EventTarget.prototype.addEventListener.apply(signal, args);
    });
    remove.mockImplementation((...args) => {
      listening--;
      EventTarget.prototype.removeEventListener.apply(signal, args);
    });
    for (let i = 0; i < 2_000; i++) {
      const ways = [
        async () => 1,
        () => Promise.reject(http(400)),
        () => Promise.reject(new TypeError("bug")),
      ];
      await circuit.call(ways[i % 3] ?? hang, { signal }).catch(() => {});
    }
    const hanging = circuit.call(hang, { signal });
    expect(listening).toBe(1);
    clock.advance(20_000);
    await hanging;
    expect(listening).toBe(0);
  });
});
