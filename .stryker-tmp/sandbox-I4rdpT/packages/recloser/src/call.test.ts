// @ts-nocheck
import { describe, expect, it, vi } from "vitest";
import type { CallOptions } from "./call.js";
import { Circuit } from "./circuit.js";
import { consecutive } from "./detect/consecutive.js";
import { CircuitError } from "./outcome/circuit-error.js";
import { failureOf, hang, http, setUp } from "./testing/calls.js";
import { fakeClock } from "./testing/fake-clock.js";
import { FAILED, fail, permitOf } from "./testing/verdicts.js";

describe("what call gives back", () => {
  it("a value", async () => {
    const { circuit, window } = setUp();
    const outcome = await circuit.call(async ({ attempt }) => `answer ${attempt}`);
    expect(outcome).toEqual({ ok: true, degraded: false, value: "answer 1" });
    expect(window()).toMatchObject({ successes: 1, failures: 0 });
  });

  it("a value of a fn that returns no promise, even undefined", async () => {
    const { circuit } = setUp();
    expect(await circuit.call(() => 42)).toMatchObject({ ok: true, value: 42 });
    expect(await circuit.call(() => undefined)).toEqual({ ok: true, degraded: false, value: undefined });
  });

  it("failed, with reason, hint and what was thrown", async () => {
    const { circuit, window } = setUp();
    const error = http(503, { headers: { "retry-after": "7" } });
    const failure = failureOf(await circuit.call(() => Promise.reject(error)));
    expect(failure).toMatchObject({
      kind: "failed",
      reason: "overloaded",
      retryAfterMs: 7_000,
      attempts: 1,
      elapsedMs: 0,
    });
    expect(failure).toMatchObject({ circuit: "openai/gpt-5", state: "closed" });
    expect(failure.cause).toBe(error);
    expect(window()).toMatchObject({ successes: 0, failures: 1 });
  });

  it("failed, for a fn that throws before it returns a promise", async () => {
    const { circuit, window } = setUp();
    const outcome = await circuit.call(() => {
      throw http(500);
    });
    expect(failureOf(outcome)).toMatchObject({ kind: "failed", reason: "server-error" });
    expect(window().failures).toBe(1);
  });

  it("refused, which is no evidence", async () => {
    const { circuit, window } = setUp();
    for (let i = 0; i < 1_000; i++) {
      const failure = failureOf(await circuit.call(() => Promise.reject(http(i % 2 === 0 ? 400 : 401))));
      expect(failure).toMatchObject({ kind: "refused", reason: i % 2 === 0 ? "invalid-request" : "auth" });
    }
    expect(window()).toMatchObject({ failures: 0, neutral: 1_000 });
    expect(circuit.state).toBe("closed");
  });

  it("rejected, when the circuit is open: fn is not called", async () => {
    const { circuit } = setUp();
    fail(circuit, 5);
    const fn = vi.fn(async () => 1);
    const failure = failureOf(await circuit.call(fn));
    expect(fn).not.toHaveBeenCalled();
    expect(failure).toMatchObject({ kind: "rejected", reason: "open", retryAfterMs: 5_000, attempts: 0 });
    expect(failure.message).toBe(
      "openai/gpt-5 is open because 5 failures in a row, last: server-error. Nothing was sent.",
    );
  });

  it("plain data that survives JSON and holds nothing of the cause", async () => {
    const { circuit } = setUp();
    const secret = "sk-secret prompt";
    const failure = failureOf(
      await circuit.call(() => Promise.reject(http(500, { message: secret, body: secret }))),
    );
    expect(JSON.stringify(failure)).not.toContain(secret);
    expect(JSON.parse(JSON.stringify(failure))).toMatchObject({ kind: "failed", reason: "server-error" });
    expect(Object.keys(failure)).not.toContain("cause");
  });
});

describe("a mistake in fn", () => {
  it("is thrown through as it is, and is no evidence", async () => {
    const { circuit, window } = setUp();
    const bug = new TypeError("x.y is not a function");
    await expect(circuit.call(() => Promise.reject(bug))).rejects.toBe(bug);
    await expect(
      circuit.call(() => {
        throw bug;
      }),
    ).rejects.toBe(bug);
    expect(window()).toMatchObject({ failures: 0, neutral: 2 });
    expect(circuit.snapshot().inFlight.total).toBe(0);
  });

  it("is one, but fetch's TypeError is the network", async () => {
    const { circuit } = setUp();
    const error = new TypeError("fetch failed", {
      cause: Object.assign(new Error(), { code: "ECONNREFUSED" }),
    });
    expect(failureOf(await circuit.call(() => Promise.reject(error)))).toMatchObject({
      reason: "connection",
    });
  });

  it("A7: another circuit's rejection, thrown inside fn, is no evidence for this one", async () => {
    const { circuit, window } = setUp();
    const { circuit: other } = setUp();
    fail(other, 5);
    for (let i = 0; i < 10; i++) {
      const failure = failureOf(await circuit.call(() => other.callOrThrow(async () => 1)));
      expect(failure.kind).not.toBe("failed");
    }
    expect(window().failures).toBe(0);
    expect(circuit.state).toBe("closed");
  });
});

describe("bad input", () => {
  const bad: readonly (readonly [string, unknown, unknown, RegExp])[] = [
    ["fn", 42, undefined, /^fn is 42; give a function\.$/],
    ["options", () => 1, 5, /call options is 5; give an object/],
    ["an unknown option", () => 1, { timeout: 5 }, /no option "timeout"; it has signal, timeoutMs/],
    ["timeoutMs 0", () => 1, { timeoutMs: 0 }, /^timeoutMs is 0; give a number of at least 1/],
    ["timeoutMs NaN", () => 1, { timeoutMs: Number.NaN }, /^timeoutMs is NaN/],
    ["stallTimeoutMs as text", () => 1, { stallTimeoutMs: "1s" }, /^stallTimeoutMs is "1s"/],
    ["fallback", () => 1, { fallback: "sorry" }, /^fallback is "sorry"; give a function/],
    ["signal", () => 1, { signal: {} }, /^signal is an object; give an AbortSignal\.$/],
    ["a signal that is null", () => 1, { signal: null }, /^signal is null; give an AbortSignal\.$/],
  ];
  it.each(bad)("%s is said in one sentence, and no permit is lost", async (_what, fn, options, message) => {
    const { circuit } = setUp();
    await expect(async () => circuit.call(fn as () => 1, options as CallOptions<number>)).rejects.toThrow(
      message,
    );
    await expect(async () =>
      circuit.callOrThrow(fn as () => 1, options as CallOptions<number>),
    ).rejects.toThrow(message);
    expect(circuit.snapshot().totals.admitted).toBe(0);
  });
});

describe("fallback", () => {
  it("degrades when the call failed or was rejected, and says why", async () => {
    const { circuit } = setUp();
    const failed = await circuit.call(() => Promise.reject(http(500)), {
      fallback: ({ reason }) => `plan B: ${reason}`,
    });
    expect(failed).toMatchObject({ ok: true, degraded: true, value: "plan B: server-error" });
    expect(failed).toMatchObject({ failure: { kind: "failed" } });
    fail(circuit, 4);
    const rejected = await circuit.call(async () => "A", { fallback: async () => "B" });
    expect(rejected).toMatchObject({
      ok: true,
      degraded: true,
      value: "B",
      failure: { kind: "rejected", reason: "open" },
    });
    expect(await circuit.callOrThrow(async () => "A", { fallback: () => "B" })).toBe("B");
  });

  it("is not asked for a refused or cancelled call, nor for a good one", async () => {
    const { circuit } = setUp();
    const fallback = vi.fn(() => 0);
    expect(failureOf(await circuit.call(() => Promise.reject(http(400)), { fallback })).kind).toBe("refused");
    expect(failureOf(await circuit.call(hang, { fallback, signal: AbortSignal.abort() })).kind).toBe(
      "cancelled",
    );
    expect(await circuit.call(() => 1, { fallback })).toMatchObject({ value: 1, degraded: false });
    expect(fallback).not.toHaveBeenCalled();
  });

  it("that fails gives back the failure that it was for", async () => {
    const { circuit } = setUp();
    const ways = [
      () => Promise.reject(http(503)),
      () => {
        throw http(503);
      },
    ];
    for (const fallback of ways) {
      const failure = failureOf(await circuit.call(() => Promise.reject(http(500)), { fallback }));
      expect(failure).toMatchObject({ kind: "failed", reason: "server-error" });
    }
  });

  it("with a mistake of its own throws it", async () => {
    const { circuit } = setUp();
    const bug = new ReferenceError("planB is not defined");
    const call = circuit.call<number>(() => Promise.reject(http(500)), {
      fallback: () => {
        throw bug;
      },
    });
    await expect(call).rejects.toBe(bug);
  });
});

describe("a classify of the user's", () => {
  it("decides first, falls back to the table, and is ignored when it throws", async () => {
    const { circuit } = setUp({
      classify: (subject) => {
        const { message } = subject as Error;
        if (message === "teapot") return { verdict: "failure", reason: "overloaded", detail: "teapot" };
        if (message === "broken") throw new Error("in classify");
        return undefined;
      },
    });
    const reasonFor = async (error: Error) =>
      failureOf(await circuit.call(() => Promise.reject(error))).reason;
    expect(await reasonFor(new Error("teapot"))).toBe("overloaded");
    expect(await reasonFor(Object.assign(new Error("broken"), { status: 400 }))).toBe("invalid-request");
    expect(await reasonFor(http(500))).toBe("server-error");
  });

  it("that calls a thrown thing a success counts it so, and throws it through", async () => {
    const { circuit, window } = setUp({ classify: () => ({ verdict: "success" }) });
    const signal = new Error("control flow");
    await expect(circuit.call(() => Promise.reject(signal))).rejects.toBe(signal);
    expect(window().successes).toBe(1);
  });
});

describe("callOrThrow", () => {
  it("returns the value, or throws a CircuitError with the failure", async () => {
    const { circuit } = setUp();
    expect(await circuit.callOrThrow(async () => 7)).toBe(7);
    const error = await circuit
      .callOrThrow(() => Promise.reject(http(500)))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CircuitError);
    expect(error).toMatchObject({
      name: "CircuitError",
      failure: { kind: "failed", reason: "server-error" },
    });
  });

  it("says no word that makes an SDK retry, whatever opened the circuit and whatever things are called", async () => {
    const clock = fakeClock();
    const circuit = new Circuit("acme/timeout-tester", {
      clock,
      detector: consecutive(1),
      timeoutMs: 20_000,
    });
    const timedOut = circuit.callOrThrow(hang);
    clock.advance(20_000);
    const errors = [await timedOut.catch((error: unknown) => error)];
    errors.push(await circuit.callOrThrow(hang).catch((error: unknown) => error));
    circuit.force("open", { forMs: 1_000, reason: "it timed out all day" });
    errors.push(await circuit.callOrThrow(hang).catch((error: unknown) => error));
    clock.advance(1_000);
    permitOf(circuit).settle({ ...FAILED, detail: "ETIMEDOUT" });
    errors.push(await circuit.callOrThrow(hang).catch((error: unknown) => error));
    for (const error of errors) {
      expect(error).toBeInstanceOf(CircuitError);
      expect((error as CircuitError).message).not.toMatch(/timed? ?out/i);
      expect((error as CircuitError).failure.message).not.toMatch(/timed? ?out/i);
    }
  });
});
