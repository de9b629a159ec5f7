// @ts-nocheck
import { describe, expect, it, vi } from "vitest";
import { CircuitError } from "../../outcome/circuit-error.js";
import { fakeClock } from "../../testing/fake-clock.js";
import { circuitFetch, failureOf } from "./index.js";
import {
  Body,
  chatAnswer,
  chatRequest,
  json,
  never,
  thrownBy,
  URL_CHAT,
  watchedCircuit,
} from "./testing/upstream.js";

describe("requests that get no answer", () => {
  it.each([
    [
      "A15: refused",
      Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNREFUSED" } }),
      "connection",
    ],
    ["A2: an AbortError that nobody here caused", new DOMException("gone", "AbortError"), "connection"],
  ])("%s", async (_name, thrown, reason) => {
    const { circuit, said, inFlight } = watchedCircuit();
    const guarded = circuitFetch(circuit, { fetch: () => Promise.reject(thrown) });
    const error = await thrownBy(guarded(URL_CHAT, chatRequest()));
    expect(error).toBe(thrown);
    expect(failureOf(error)).toMatchObject({ kind: "failed", reason });
    expect(failureOf(new Error("wrapped", { cause: error }))).toMatchObject({ reason });
    expect(said()).toEqual([`failure ${reason}`]);
    expect(inFlight()).toBe(0);
  });

  it("a plain bug in the inner fetch is thrown through, and is no evidence", async () => {
    const { circuit, said } = watchedCircuit();
    const bug = new TypeError("x is not a function");
    const guarded = circuitFetch(circuit, {
      fetch() {
        throw bug;
      },
    });
    expect(await thrownBy(guarded(URL_CHAT, chatRequest()))).toBe(bug);
    expect(said()).toEqual(["neutral bug"]);
  });

  it("an inner fetch that returns no Response costs no permit", async () => {
    const { circuit, said, inFlight } = watchedCircuit();
    const guarded = circuitFetch(circuit, { fetch: async () => undefined as unknown as Response });
    await thrownBy(guarded(URL_CHAT, chatRequest()));
    expect(said()).toEqual(["neutral bug"]);
    expect(inFlight()).toBe(0);
  });

  it.each([
    ["nothing", undefined],
    ["a string", "stop it"],
    ["an Error", new Error("mine")],
    ["a DOMException", new DOMException("mine", "AbortError")],
  ])("A1: a caller's abort with %s is neutral, and the caller gets its own reason", async (_name, reason) => {
    const { circuit, said, inFlight } = watchedCircuit();
    const guarded = circuitFetch(circuit, { fetch: never });
    const controller = new AbortController();
    const pending = thrownBy(guarded(URL_CHAT, chatRequest(false, { signal: controller.signal })));
    await vi.waitFor(() => expect(inFlight()).toBe(1));
    controller.abort(reason);
    expect(await pending).toBe(controller.signal.reason);
    expect(said()).toEqual(["neutral cancelled"]);
    expect(inFlight()).toBe(0);
  });

  it("the signal of a Request counts as well, and reaches upstream", async () => {
    const { circuit, said, inFlight } = watchedCircuit();
    const controller = new AbortController();
    let upstreamSignal: AbortSignal | null | undefined;
    const guarded = circuitFetch(circuit, {
      fetch: (input, init) => {
        upstreamSignal = init?.signal;
        return never(input, init);
      },
    });
    const pending = thrownBy(
      guarded(new Request(URL_CHAT, chatRequest(false, { signal: controller.signal }))),
    );
    await vi.waitFor(() => expect(inFlight()).toBe(1));
    controller.abort();
    await pending;
    expect(upstreamSignal?.aborted).toBe(true);
    expect(said()).toEqual(["neutral cancelled"]);
  });

  it("an inner fetch that ignores its signal does not hold the caller", async () => {
    const { circuit, inFlight } = watchedCircuit();
    const guarded = circuitFetch(circuit, { fetch: () => new Promise(() => {}) });
    const controller = new AbortController();
    const pending = thrownBy(guarded(URL_CHAT, chatRequest(false, { signal: controller.signal })));
    await vi.waitFor(() => expect(inFlight()).toBe(1));
    controller.abort();
    expect(await pending).toBe(controller.signal.reason);
  });

  it("an answer that comes after all is let go", async () => {
    const { circuit, said, inFlight } = watchedCircuit();
    const body = new Body();
    let answer: ((response: Response) => void) | undefined;
    const guarded = circuitFetch(circuit, {
      fetch: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    const controller = new AbortController();
    const pending = thrownBy(guarded(URL_CHAT, chatRequest(false, { signal: controller.signal })));
    await vi.waitFor(() => expect(inFlight()).toBe(1));
    controller.abort();
    await pending;
    answer?.(new Response(body.stream));
    await vi.waitFor(() => expect(body.cancelled).toBeDefined());
    expect(said()).toEqual(["neutral cancelled"]);
  });

  it("a signal that is aborted already sends nothing and asks nobody", async () => {
    const { circuit } = watchedCircuit();
    const upstream = vi.fn(never);
    const signal = AbortSignal.abort("early");
    const guarded = circuitFetch(circuit, { fetch: upstream });
    expect(await thrownBy(guarded(URL_CHAT, chatRequest(false, { signal })))).toBe("early");
    expect(upstream).not.toHaveBeenCalled();
    expect(circuit.snapshot().totals.admitted).toBe(0);
  });

  it("D4: nothing stays on a long-lived signal", async () => {
    const { circuit } = watchedCircuit();
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    const answers = [
      () => json(200, chatAnswer),
      () => json(500, {}),
      () => new Response(null, { status: 204 }),
    ];
    for (const answer of answers) {
      const guarded = circuitFetch(circuit, { fetch: async () => answer() });
      await (await guarded(URL_CHAT, chatRequest(false, { signal }))).text();
    }
    const leaving = circuitFetch(circuit, { fetch: async () => new Response(new Body().stream) });
    await (await leaving(URL_CHAT, chatRequest(true, { signal }))).body?.cancel();
    const left = new Set(added.mock.calls.map(([, listener]) => listener));
    for (const [, listener] of removed.mock.calls) left.delete(listener);
    expect(added).toHaveBeenCalled();
    expect(left.size).toBe(0);
  });
});

describe("deadlines", () => {
  const started = async (
    options: Parameters<typeof watchedCircuit>[0],
    init: RequestInit = {},
  ): Promise<{ watched: ReturnType<typeof watchedCircuit>; pending: Promise<unknown> }> => {
    const watched = watchedCircuit(options);
    const pending = thrownBy(
      circuitFetch(watched.circuit, { fetch: never })(URL_CHAT, chatRequest(false, init)),
    );
    await vi.waitFor(() => expect(watched.inFlight()).toBe(1));
    return { watched, pending };
  };
  const stainless = (seconds: string, signal: AbortSignal): RequestInit => ({
    headers: { "content-type": "application/json", "x-stainless-timeout": seconds },
    signal,
  });

  it("the circuit's own limit ends the call with an error that no SDK retries as a timeout", async () => {
    const clock = fakeClock();
    const { watched, pending } = await started({ clock, timeoutMs: 20_000 });
    clock.advance(20_000);
    const error = await pending;
    expect(error).toBeInstanceOf(CircuitError);
    expect(String(error)).not.toMatch(/timed? ?out|abort/i);
    expect(failureOf(error)).toMatchObject({ kind: "failed", reason: "timeout" });
    expect(watched.said()).toEqual(["failure timeout"]);
    expect(clock.timers).toBe(0);
  });

  it("A6: an SDK's own deadline is evidence only when the wait was long enough", async () => {
    for (const [seconds, verdict] of [
      ["1", "neutral deadline"],
      ["20", "failure timeout"],
    ] as const) {
      const clock = fakeClock();
      const controller = new AbortController();
      const { watched, pending } = await started({ clock }, stainless(seconds, controller.signal));
      clock.advance(Number(seconds) * 1000);
      controller.abort();
      expect(await pending).toBe(controller.signal.reason);
      expect(watched.said()).toEqual([verdict]);
    }
  });

  it("A1: a user's abort before the SDK's deadline is a cancel, however long it took", async () => {
    const clock = fakeClock();
    const controller = new AbortController();
    const { watched, pending } = await started({ clock }, stainless("600", controller.signal));
    clock.advance(50_000);
    controller.abort();
    await pending;
    expect(watched.said()).toEqual(["neutral cancelled"]);
  });

  it("A6: a client that does not say what it waits: clientTimeoutMs says it", async () => {
    for (const [afterMs, verdict] of [
      [10_000, "neutral cancelled"],
      [19_950, "failure timeout"],
    ] as const) {
      const clock = fakeClock();
      const controller = new AbortController();
      const watched = watchedCircuit({ clock });
      const guarded = circuitFetch(watched.circuit, { fetch: never, clientTimeoutMs: 20_000 });
      const pending = thrownBy(guarded(URL_CHAT, chatRequest(false, { signal: controller.signal })));
      await vi.waitFor(() => expect(watched.inFlight()).toBe(1));
      clock.advance(afterMs);
      controller.abort();
      expect(await pending).toBe(controller.signal.reason);
      expect(watched.said()).toEqual([verdict]);
    }
  });

  it("A17: the circuit gives up a call that hangs, and the caller hears of it at once", async () => {
    const clock = fakeClock();
    const { watched, pending } = await started({ clock, stallDeadlineMs: { unary: 15_000 } });
    const { circuit } = watched;
    const others = [1, 2].map(() =>
      thrownBy(circuitFetch(circuit, { fetch: never })(URL_CHAT, chatRequest())),
    );
    await vi.waitFor(() => expect(watched.inFlight()).toBe(3));
    clock.advance(15_000);
    expect(circuit.state).toBe("open");
    for (const error of await Promise.all([pending, ...others])) {
      expect(error).toBeInstanceOf(CircuitError);
      expect(failureOf(error)).toMatchObject({ kind: "failed", reason: "stalled" });
    }
    expect(watched.inFlight()).toBe(0);
  });
});
