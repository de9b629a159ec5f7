// @ts-nocheck
import { describe, expect, it, vi } from "vitest";
import { consecutive } from "./detect/consecutive.js";
import type { CircuitOptions } from "./options.js";
import { errorOf, failureIn, setUp as setUpCalls } from "./testing/calls.js";
import { collect, END, from, itemsOf, ROLE, settle, source, TOKEN } from "./testing/sources.js";

const setUp = (options: CircuitOptions = {}) =>
  setUpCalls({ detector: consecutive(3), stallDeadlineMs: { unary: 60_000, streaming: 60_000 }, ...options });

describe("limits of a stream", () => {
  it("E8: a reader that sleeps ten minutes between reads is no stall", async () => {
    const { clock, circuit, window } = setUp({ firstTokenTimeoutMs: 20_000, stallTimeoutMs: 15_000 });
    const tap = source<object>();
    const items = itemsOf(await circuit.stream(() => tap.iterable));
    for (let i = 0; i < 5; i++) {
      tap.send(TOKEN);
      expect(await items.next()).toEqual({ done: false, value: TOKEN });
      clock.advance(600_000);
    }
    tap.send(END);
    tap.end();
    await collect(items);
    expect(window()).toMatchObject({ failures: 0 });
    expect(circuit.snapshot().totals).toMatchObject({ settled: 1, opened: 0 });
    expect(clock.timers).toBe(0);
  });

  it("E8: nor is one that begins to read late", async () => {
    const { clock, circuit, window } = setUp({ firstTokenTimeoutMs: 20_000, stallTimeoutMs: 15_000 });
    const items = itemsOf(await circuit.stream(() => from(TOKEN, TOKEN, END)));
    await settle();
    clock.advance(600_000);
    expect(await collect(items)).toHaveLength(3);
    expect(window()).toMatchObject({ successes: 1, failures: 0 });
  });

  it("E8: the first token is timed by who sends it, not by who reads it", async () => {
    const { clock, circuit, window } = setUp({ stallDeadlineMs: { streaming: 30_000 } });
    const tap = source<object>();
    const items = itemsOf(await circuit.stream(() => tap.iterable));
    clock.advance(2_000);
    tap.send(TOKEN);
    await settle();
    expect(window().firstToken).toMatchObject({ count: 1 });
    clock.advance(50_000);
    expect(circuit.snapshot().inFlight).toMatchObject({ stalled: 0, total: 1 });
    await items.next();
    expect(window().failures).toBe(0);
  });

  it("a stall while somebody waits is one", async () => {
    const { clock, circuit, window } = setUp({ stallTimeoutMs: 20_000 });
    const tap = source<object>();
    const items = itemsOf(await circuit.stream(() => tap.iterable));
    tap.send(TOKEN);
    await items.next();
    clock.advance(300_000);
    const pending = errorOf(items.next());
    clock.advance(19_999);
    await settle();
    expect(window().calls).toBe(0);
    clock.advance(1);
    expect(failureIn(await pending)).toMatchObject({ kind: "failed", reason: "stalled" });
    expect(tap.returned).toHaveBeenCalled();
    expect(window().byReason).toEqual({ stalled: 1 });
    expect(clock.timers).toBe(0);
  });

  it("a token begins the wait anew", async () => {
    const { clock, circuit, window } = setUp({ firstTokenTimeoutMs: 20_000, stallTimeoutMs: 20_000 });
    const tap = source<object>();
    const items = itemsOf(await circuit.stream(() => tap.iterable));
    for (let i = 0; i < 5; i++) {
      const pending = items.next();
      clock.advance(15_000);
      tap.send(TOKEN);
      expect(await pending).toEqual({ done: false, value: TOKEN });
      clock.advance(15_000);
    }
    expect(window().failures).toBe(0);
  });

  it("a stall is found in time though a later limit was armed while the reader was away", async () => {
    const { clock, circuit } = setUp({ stallTimeoutMs: 20_000, timeoutMs: 3_600_000 });
    const tap = source<object>();
    const items = itemsOf(await circuit.stream(() => tap.iterable));
    tap.send(TOKEN);
    await items.next();
    clock.advance(60_000);
    const pending = errorOf(items.next());
    clock.advance(20_000);
    expect(failureIn(await pending)).toMatchObject({ reason: "stalled", elapsedMs: 80_000 });
  });

  it("E7: signs of life without a token do not put off the limit on the first one", async () => {
    const { clock, circuit } = setUp({ firstTokenTimeoutMs: 30_000 });
    const tap = source<object>();
    const items = itemsOf(await circuit.stream(() => tap.iterable));
    const reading = errorOf(collect(items));
    for (let i = 0; i < 3; i++) {
      clock.advance(9_000);
      tap.send(ROLE);
      await settle();
    }
    clock.advance(3_000);
    expect(failureIn(await reading)).toMatchObject({
      reason: "no-first-token",
      elapsedMs: 30_000,
    });
  });

  it("counts the wait for the stream itself towards the first token", async () => {
    const { clock, circuit } = setUp({ firstTokenTimeoutMs: 30_000 });
    const tap = source<object>();
    let start = (_: AsyncIterable<object>): void => {};
    const starting = circuit.stream(
      () =>
        new Promise<AsyncIterable<object>>((resolve) => {
          start = resolve;
        }),
    );
    clock.advance(20_000);
    start(tap.iterable);
    const reading = errorOf(itemsOf(await starting).next());
    clock.advance(10_000);
    expect(failureIn(await reading)).toMatchObject({
      reason: "no-first-token",
      elapsedMs: 30_000,
    });
  });

  it("closes a stream that arrives after its call has ended", async () => {
    const { clock, circuit } = setUp({ firstTokenTimeoutMs: 30_000 });
    const tap = source<object>();
    let start = (_: AsyncIterable<object>): void => {};
    const starting = circuit.stream(
      () =>
        new Promise<AsyncIterable<object>>((resolve) => {
          start = resolve;
        }),
    );
    clock.advance(30_000);
    expect(await starting).toMatchObject({ ok: false, failure: { reason: "no-first-token" } });
    start(tap.iterable);
    await settle();
    expect(tap.next).not.toHaveBeenCalled();
    expect(tap.returned).toHaveBeenCalledTimes(1);
  });

  it("a caller's abort ends a read that is waiting", async () => {
    const { circuit, window } = setUp();
    const controller = new AbortController();
    const tap = source<object>();
    const items = itemsOf(await circuit.stream(() => tap.iterable, { signal: controller.signal }));
    const pending = errorOf(items.next());
    controller.abort("stop");
    expect(failureIn(await pending)).toMatchObject({ kind: "cancelled" });
    expect(tap.returned).toHaveBeenCalled();
    expect(window()).toMatchObject({ failures: 0, neutral: 1 });
  });

  it("a stream that nobody reads gets no unhandled rejection, and its timer does not outlive it", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const { clock, circuit } = setUp({ firstTokenTimeoutMs: 20_000 });
    const [hangs, breaks] = [source<object>(), source<object>()];
    await circuit.stream(() => hangs.iterable);
    await circuit.stream(() => breaks.iterable);
    breaks.break(new Error("socket hang up"));
    clock.advance(20_000);
    await settle();
    expect(clock.timers).toBe(0);
    expect(circuit.snapshot().inFlight.total).toBe(0);
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});
