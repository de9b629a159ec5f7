// @ts-nocheck
import { describe, expect, it } from "vitest";
import { consecutive } from "./detect/consecutive.js";
import type { CircuitOptions } from "./options.js";
import { CircuitError } from "./outcome/circuit-error.js";
import { errorOf, failureIn, setUp as setUpCalls } from "./testing/calls.js";
import { collect, END, ERROR, from, itemsOf, ROLE, settle, source, TOKEN } from "./testing/sources.js";
import { fail } from "./testing/verdicts.js";

const setUp = (options: CircuitOptions = {}) =>
  setUpCalls({ detector: consecutive(3), stallDeadlineMs: { unary: 60_000, streaming: 60_000 }, ...options });

describe("stream", () => {
  it("E1: settles when the stream ends, not when it starts", async () => {
    const { circuit, window } = setUp();
    const settled: unknown[] = [];
    circuit.on("settled", ({ verdict }) => settled.push(verdict));
    const tap = source<object>();
    const items = itemsOf(await circuit.stream(() => tap.iterable));
    expect(window().calls).toBe(0);
    tap.send(TOKEN);
    expect(await items.next()).toEqual({ done: false, value: TOKEN });
    expect(settled).toEqual([]);
    expect(circuit.snapshot().inFlight).toMatchObject({ total: 1, waiting: 0 });
    tap.send({ ...END, usage: { completion_tokens: 17 } });
    tap.end();
    expect(await collect(items)).toHaveLength(1);
    expect(settled).toEqual([{ verdict: "success", outputTokens: 17 }]);
    expect(circuit.snapshot().inFlight.total).toBe(0);
  });

  it("gives the items as they are, in order, one asked for at a time", async () => {
    const { circuit, window } = setUp();
    const sent = [ROLE, TOKEN, TOKEN, END];
    expect(await collect(itemsOf(await circuit.stream(() => from(...sent))))).toEqual(sent);
    expect(await collect(itemsOf(await circuit.stream(async () => from("any", "thing"))))).toEqual([
      "any",
      "thing",
    ]);
    expect(window()).toMatchObject({ successes: 2, failures: 0 });
    const tap = source<object>();
    const items = itemsOf(await circuit.stream(() => tap.iterable));
    for (let i = 0; i < 3; i++) tap.send(TOKEN);
    await settle();
    expect(tap.next).toHaveBeenCalledTimes(1);
    await items.next();
    expect(tap.next).toHaveBeenCalledTimes(1);
  });

  it("fails, is rejected and degrades before it starts as a call does", async () => {
    const { circuit } = setUp();
    const failed = await circuit.stream(() => Promise.reject(Object.assign(new Error(), { status: 500 })));
    expect(failed).toMatchObject({ ok: false, failure: { kind: "failed", reason: "server-error" } });
    await expect(circuit.stream(() => undefined as never)).rejects.toThrow(TypeError);
    fail(circuit, 2);
    expect(await circuit.stream(() => from(1))).toMatchObject({ ok: false, failure: { kind: "rejected" } });
    const degraded = await circuit.stream(() => from("A"), { fallback: () => from("B") });
    expect(degraded).toMatchObject({ degraded: true });
    expect(await collect(itemsOf(degraded))).toEqual(["B"]);
    expect(circuit.snapshot().inFlight.total).toBe(0);
  });

  it("E2: an error event after a 200 is a failure, and closes the source", async () => {
    const { circuit, window } = setUp();
    const tap = source<object>();
    const items = itemsOf(await circuit.stream(() => tap.iterable));
    tap.send(TOKEN);
    tap.send(ERROR);
    await items.next();
    const error = await errorOf(items.next());
    expect(failureIn(error)).toMatchObject({ kind: "failed" });
    expect(window()).toMatchObject({ failures: 1, successes: 0 });
    expect(tap.returned).toHaveBeenCalled();
    expect(await items.next()).toEqual({ done: true, value: undefined });
  });

  it("E3: an end without the terminal marker is a failure, never a clean end", async () => {
    const { circuit, window } = setUp();
    const error = await errorOf(collect(itemsOf(await circuit.stream(() => from(ROLE, TOKEN, TOKEN)))));
    expect(failureIn(error)).toMatchObject({ kind: "failed", reason: "truncated" });
    expect(window().byReason).toEqual({ truncated: 1 });
  });

  it("a source that breaks is a failure with its cause", async () => {
    const { circuit, window } = setUp();
    const reset = Object.assign(new Error("terminated"), { code: "ECONNRESET" });
    const tap = source<object>();
    const items = itemsOf(await circuit.stream(() => tap.iterable));
    tap.send(TOKEN);
    tap.break(reset);
    await items.next();
    const error = CircuitError.find(await errorOf(items.next()));
    expect(error?.failure).toMatchObject({ kind: "failed", reason: "connection" });
    expect(error?.failure.cause).toBe(reset);
    expect(window().byReason).toEqual({ connection: 1 });
  });

  it("an iterator that throws instead of rejecting is a failure too", async () => {
    const { circuit, window } = setUp();
    let n = 0;
    const iterable: AsyncIterable<object> = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          if (n++ === 0) return Promise.resolve({ done: false, value: TOKEN });
          throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
        },
      }),
    };
    const error = await errorOf(collect(itemsOf(await circuit.stream(() => iterable))));
    expect(failureIn(error)).toMatchObject({ reason: "connection" });
    expect(window()).toMatchObject({ failures: 1, successes: 0 });
  });

  it("a mistake in the source is thrown through and is no evidence", async () => {
    const { circuit, window } = setUp();
    const bug = new ReferenceError("oops is not defined");
    async function* faulty() {
      yield TOKEN;
      throw bug;
    }
    expect(await errorOf(collect(itemsOf(await circuit.stream(faulty))))).toBe(bug);
    expect(window()).toMatchObject({ failures: 0, neutral: 1 });
  });
});

describe("a reader that leaves early", () => {
  it("E10: after a token, the call was a success", async () => {
    const { circuit, window } = setUp();
    const tap = source<object>();
    const items = itemsOf(await circuit.stream(() => tap.iterable));
    tap.send(ROLE);
    tap.send(TOKEN);
    for await (const item of items) if (item === TOKEN) break;
    expect(window()).toMatchObject({ successes: 1, failures: 0, neutral: 0 });
    expect(tap.returned).toHaveBeenCalledTimes(1);
    expect(circuit.snapshot().inFlight.total).toBe(0);
  });

  it("E10: before a token, it says nothing", async () => {
    const { circuit, window } = setUp();
    const tap = source<object>();
    const items = itemsOf(await circuit.stream(() => tap.iterable));
    tap.send(ROLE);
    for await (const _ of items) break;
    expect(window()).toMatchObject({ successes: 0, failures: 0, neutral: 1 });
    expect(tap.returned).toHaveBeenCalledTimes(1);
  });

  it("leaves without reading anything: the source is closed and the permit is back", async () => {
    const { clock, circuit, window } = setUp({ timeoutMs: 30_000 });
    const tap = source<object>();
    const items = itemsOf(await circuit.stream(() => tap.iterable));
    await items.return?.();
    expect(tap.returned).toHaveBeenCalledTimes(1);
    expect(window()).toMatchObject({ neutral: 1 });
    expect(circuit.snapshot().inFlight.total).toBe(0);
    expect(clock.timers).toBe(0);
    expect(await items.next()).toEqual({ done: true, value: undefined });
  });

  it("does not wait for a source whose return never does", async () => {
    const { circuit } = setUp();
    const tap = source<object>();
    tap.returned.mockImplementation(() => new Promise(() => {}));
    const items = itemsOf(await circuit.stream(() => tap.iterable));
    tap.send(TOKEN);
    for await (const _ of items) break;
    expect(circuit.snapshot().inFlight.total).toBe(0);
  });

  it("does not wait for an item that never comes, when it leaves while one is asked for", async () => {
    const { circuit, window } = setUp();
    const tap = source<object>();
    const items = itemsOf(await circuit.stream(() => tap.iterable));
    tap.send(TOKEN);
    await items.next();
    const pending = items.next();
    await items.return?.();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(window()).toMatchObject({ successes: 1 });
    expect(circuit.snapshot().inFlight.total).toBe(0);
  });

  it("survives a source whose return throws", async () => {
    const { clock, circuit } = setUp({ firstTokenTimeoutMs: 20_000 });
    const tap = source<object>();
    tap.returned.mockImplementation(() => {
      throw new Error("no");
    });
    const items = itemsOf(await circuit.stream(() => tap.iterable));
    const pending = errorOf(items.next());
    clock.advance(20_000);
    expect(CircuitError.isInstance(await pending)).toBe(true);
  });
});

describe("streams side by side", () => {
  it("on two circuits, and on one, do not touch each other", async () => {
    const one = setUp();
    const other = setUp();
    const [a, b, c] = [source<object>(), source<object>(), source<object>()];
    const [first, second, third] = [
      itemsOf(await one.circuit.stream(() => a.iterable)),
      itemsOf(await one.circuit.stream(() => b.iterable)),
      itemsOf(await other.circuit.stream(() => c.iterable)),
    ];
    a.send(ERROR);
    expect(CircuitError.isInstance(await errorOf(first.next()))).toBe(true);
    for (const tap of [b, c]) {
      tap.send(TOKEN);
      tap.send(END);
      tap.end();
    }
    expect(await collect(second)).toEqual([TOKEN, END]);
    expect(await collect(third)).toEqual([TOKEN, END]);
    expect(one.window()).toMatchObject({ successes: 1, failures: 1 });
    expect(other.window()).toMatchObject({ successes: 1, failures: 0 });
  });

  it("that have stalled are given up when the circuit opens; those that flow are not", async () => {
    const { clock, circuit } = setUp({ stallDeadlineMs: { streaming: 20_000 } });
    const [stuck, flows] = [source<object>(), source<object>()];
    let signal: AbortSignal | undefined;
    const hanging = itemsOf(
      await circuit.stream((context) => {
        signal = context.signal;
        return stuck.iterable;
      }),
    );
    const flowing = itemsOf(await circuit.stream(() => flows.iterable));
    flows.send(TOKEN);
    await flowing.next();
    const pending = errorOf(hanging.next());
    clock.advance(20_000);
    fail(circuit, 2);
    expect(circuit.state).toBe("open");
    expect(failureIn(await pending)).toMatchObject({
      kind: "failed",
      reason: "stalled",
      state: "open",
    });
    expect(signal?.aborted).toBe(true);
    expect(stuck.returned).toHaveBeenCalled();
    flows.send(END);
    flows.end();
    expect(await collect(flowing)).toEqual([END]);
  });

  it("a probe's verdict comes with its first token, read or not", async () => {
    const { clock, circuit } = setUp({ probes: { successes: 1 } });
    fail(circuit, 3);
    clock.advance(5_000);
    const tap = source<object>();
    await circuit.stream(() => tap.iterable);
    expect(circuit.state).toBe("half-open");
    tap.send(TOKEN);
    await settle();
    expect(circuit.state).toBe("closed");
  });
});
