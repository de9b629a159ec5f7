// @ts-nocheck
import { describe, expect, it, vi } from "vitest";
import { CircuitError } from "../../outcome/circuit-error.js";
import { fakeClock } from "../../testing/fake-clock.js";
import { circuitFetch, failureOf } from "./index.js";
import {
  Body,
  CHAT_END,
  chatChunk,
  chatRequest,
  events,
  streaming,
  thrownBy,
  URL_CHAT,
  watchedCircuit,
} from "./testing/upstream.js";

describe("limits on streams", () => {
  it("no first token: keep-alives and roles do not count as one", async () => {
    const clock = fakeClock();
    const { body, response, said } = await streaming({ clock, firstTokenTimeoutMs: 20_000 });
    const read = thrownBy(response.text());
    for (let i = 0; i < 3; i++) {
      clock.advance(6000);
      body.write(": keep-alive\n\n");
      const pulls = body.pulls;
      await vi.waitFor(() => expect(body.pulls).toBe(pulls + 1));
    }
    expect(said()).toEqual([]);
    clock.advance(2000);
    const error = await read;
    expect(error).toBeInstanceOf(CircuitError);
    expect(String(error)).not.toMatch(/timed? ?out/i);
    expect(failureOf(error)).toMatchObject({ reason: "no-first-token", elapsedMs: 20_000 });
    expect(body.cancelled).toBeDefined();
    expect(clock.timers).toBe(0);
  });

  it("stalled: silence while the reader waits, pings or not", async () => {
    const clock = fakeClock();
    const { body, response, said, circuit } = await streaming({ clock, stallTimeoutMs: 15_000 });
    const read = thrownBy(response.text());
    body.write(chatChunk("a"));
    await vi.waitFor(() => expect(circuit.snapshot().inFlight.waiting).toBe(0));
    for (let i = 0; i < 2; i++) {
      await vi.waitFor(() => expect(body.pulls).toBe(2 + i));
      clock.advance(7000);
      body.write(": ping\n\n");
    }
    await vi.waitFor(() => expect(body.pulls).toBe(4));
    expect(said()).toEqual([]);
    clock.advance(1000);
    expect(failureOf(await read)?.reason).toBe("stalled");
    expect(said()).toEqual(["failure stalled"]);
    expect(clock.timers).toBe(0);
  });

  it("E8: a reader that sleeps ten minutes between reads is no stall, and no timeout", async () => {
    const clock = fakeClock();
    const limits = { clock, firstTokenTimeoutMs: 20_000, stallTimeoutMs: 15_000, timeoutMs: 60_000 };
    const { body, response, said, inFlight, circuit } = await streaming(limits);
    const reader = response.body?.getReader();
    body.write(chatChunk("a"));
    await vi.waitFor(() => expect(circuit.snapshot().inFlight.waiting).toBe(0));
    await reader?.read();
    for (const part of [chatChunk("b"), chatChunk("c"), CHAT_END]) {
      clock.advance(600_000);
      body.write(part);
      await reader?.read();
    }
    body.close();
    expect((await reader?.read())?.done).toBe(true);
    expect(said()).toEqual(["success"]);
    expect(inFlight()).toBe(0);
    expect(clock.timers).toBe(0);
  });

  it("E8: after the sleep, the provider's own silence counts again", async () => {
    const clock = fakeClock();
    const { body, response, said, circuit } = await streaming({
      clock,
      stallTimeoutMs: 15_000,
      timeoutMs: 900_000,
    });
    const reader = response.body?.getReader();
    body.write(chatChunk("a"));
    await vi.waitFor(() => expect(circuit.snapshot().inFlight.waiting).toBe(0));
    clock.advance(600_000);
    await reader?.read();
    const next = thrownBy(reader?.read() ?? Promise.resolve());
    clock.advance(14_999);
    expect(said()).toEqual([]);
    clock.advance(1);
    expect(failureOf(await next)?.reason).toBe("stalled");
    expect(body.cancelled).toBeDefined();
  });

  it("the whole call: a stream that drips is ended, while its reader waits", async () => {
    const clock = fakeClock();
    const { body, response, said, circuit } = await streaming({ clock, timeoutMs: 30_000 });
    const read = thrownBy(response.text());
    body.write(chatChunk("a"));
    await vi.waitFor(() => expect(circuit.snapshot().inFlight.waiting).toBe(0));
    await vi.waitFor(() => expect(body.pulls).toBe(2));
    clock.advance(30_000);
    expect(failureOf(await read)?.reason).toBe("timeout");
    expect(said()).toEqual(["failure timeout"]);
  });

  it("A17: a stream without a token is given up when the circuit opens, one with tokens is left alone", async () => {
    const clock = fakeClock();
    const watched = watchedCircuit({ clock, stallDeadlineMs: { streaming: 15_000 } });
    const bodies = Array.from({ length: 4 }, () => new Body());
    let next = 0;
    const guarded = circuitFetch(watched.circuit, {
      fetch: async () => events(bodies[next++]?.stream ?? null),
    });
    const responses = await Promise.all(bodies.map(() => guarded(URL_CHAT, chatRequest(true))));
    bodies[0]?.write(chatChunk("a"));
    await vi.waitFor(() => expect(watched.circuit.snapshot().inFlight.waiting).toBe(3));
    clock.advance(15_000);
    expect(watched.circuit.state).toBe("open");
    for (const response of responses.slice(1)) {
      expect(failureOf(await thrownBy(response.text()))?.reason).toBe("stalled");
    }
    expect(bodies.slice(1).every((body) => body.cancelled !== undefined)).toBe(true);
    bodies[0]?.write(CHAT_END);
    bodies[0]?.close();
    expect(await responses[0]?.text()).toContain("[DONE]");
    expect(watched.inFlight()).toBe(0);
  });

  it("A1: a client's deadline is over once a stream has begun; an abort then is its user's", async () => {
    const clock = fakeClock();
    const controller = new AbortController();
    const headers = { "content-type": "application/json", "x-stainless-timeout": "20" };
    const { response, said } = await streaming({ clock }, { signal: controller.signal, headers });
    clock.advance(30_000);
    controller.abort();
    await thrownBy(response.text());
    expect(said()).toEqual(["neutral cancelled"]);
  });
});
