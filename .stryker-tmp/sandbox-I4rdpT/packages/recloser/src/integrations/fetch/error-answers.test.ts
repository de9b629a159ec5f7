// @ts-nocheck
import { describe, expect, it } from "vitest";
import { fakeClock } from "../../testing/fake-clock.js";
import { circuitFetch, failureOf } from "./index.js";
import { Body, chatRequest, json, never, URL_CHAT, watchedCircuit } from "./testing/upstream.js";

describe("answers that are errors", () => {
  it.each([
    [500, { error: { message: "x", type: "server_error" } }, {}, "failure server-error"],
    [529, { type: "error", error: { type: "overloaded_error" } }, {}, "failure overloaded"],
    [429, { error: { code: "rate_limit_exceeded" } }, { "retry-after": "7" }, "failure throttled"],
    [429, { error: { code: "insufficient_quota" } }, {}, "failure quota"],
    [400, { error: { code: "context_length_exceeded" } }, {}, "neutral context-length"],
    [401, { error: { code: "invalid_api_key" } }, {}, "neutral auth"],
  ])("%i %j is %s", async (status, body, headers, verdict) => {
    const { circuit, said, inFlight } = watchedCircuit();
    const guarded = circuitFetch(circuit, { fetch: async () => json(status, body, headers) });
    const response = await guarded(URL_CHAT, chatRequest());
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual(body);
    expect(said()).toEqual([verdict]);
    expect(inFlight()).toBe(0);
    expect(failureOf(response)?.reason).toBe(verdict.split(" ")[1]);
  });

  it("the wait that the provider asks for is in the failure", async () => {
    const { circuit } = watchedCircuit();
    const guarded = circuitFetch(circuit, { fetch: async () => json(429, {}, { "retry-after": "7" }) });
    const response = await guarded(URL_CHAT, chatRequest());
    await response.text();
    expect(failureOf({ headers: response.headers })?.retryAfterMs).toBe(7000);
  });

  it("a body that nobody reads is judged all the same", async () => {
    const { circuit, settled, said } = watchedCircuit();
    const guarded = circuitFetch(circuit, {
      fetch: async () => json(429, { error: { code: "insufficient_quota" } }),
    });
    await guarded(URL_CHAT, chatRequest());
    await settled(1);
    expect(said()).toEqual(["failure quota"]);
  });

  it("a body that is cancelled at once, as SDKs do before they retry, is still read for its code", async () => {
    const { circuit, settled, said } = watchedCircuit();
    const body = new Body();
    const guarded = circuitFetch(circuit, { fetch: async () => new Response(body.stream, { status: 429 }) });
    const response = await guarded(URL_CHAT, chatRequest());
    await response.body?.cancel();
    expect(said()).toEqual([]);
    body.write('{"error":{"code":"insufficient_quota"}}');
    body.close();
    await settled(1);
    expect(said()).toEqual(["failure quota"]);
  });

  it("a body that does not come is not waited for", async () => {
    const clock = fakeClock();
    const { circuit, said, inFlight } = watchedCircuit({ clock });
    const body = new Body();
    const guarded = circuitFetch(circuit, { fetch: async () => new Response(body.stream, { status: 503 }) });
    const response = await guarded(URL_CHAT, chatRequest());
    clock.advance(2000);
    expect(said()).toEqual(["failure overloaded"]);
    expect(inFlight()).toBe(0);
    body.write("late");
    body.close();
    expect(await response.text()).toBe("late");
    expect(clock.timers).toBe(0);
  });

  it("one that is cancelled and does not come is let go then", async () => {
    const clock = fakeClock();
    const { circuit, said } = watchedCircuit({ clock });
    const body = new Body();
    const guarded = circuitFetch(circuit, { fetch: async () => new Response(body.stream, { status: 500 }) });
    await (await guarded(URL_CHAT, chatRequest())).body?.cancel();
    clock.advance(2000);
    expect(said()).toEqual(["failure server-error"]);
    expect(body.cancelled).toBeDefined();
    expect(clock.timers).toBe(0);
  });

  it("a huge body is passed on whole and judged by its beginning", async () => {
    const { circuit, settled, said } = watchedCircuit({ clock: fakeClock() });
    const text = `{"error":{"code":"server_is_overloaded"},"pad":"${"x".repeat(300_000)}"}`;
    const guarded = circuitFetch(circuit, { fetch: async () => new Response(text, { status: 503 }) });
    const response = await guarded(URL_CHAT, chatRequest());
    await settled(1);
    expect(await response.text()).toBe(text);
    expect(said()).toEqual(["failure overloaded"]);
  });

  it("no timer outlives a call, whichever way it ends", async () => {
    const clock = fakeClock();
    const { circuit, said } = watchedCircuit({ clock, timeoutMs: 1000 });
    const read = circuitFetch(circuit, { fetch: async () => json(500, {}) });
    await (await read(URL_CHAT, chatRequest())).text();
    expect(clock.timers).toBe(0);
    const body = new Body();
    const hung = circuitFetch(circuit, { fetch: async () => new Response(body.stream, { status: 500 }) });
    const response = await hung(URL_CHAT, chatRequest());
    clock.advance(1000);
    await expect(response.text()).rejects.toThrow("within its limit");
    expect(said()).toEqual(["failure server-error", "failure timeout"]);
    expect(clock.timers).toBe(0);
  });

  it("a rejection by a breaker further on is no evidence, and is recovered as what it is", async () => {
    const { circuit, said } = watchedCircuit();
    const inner = watchedCircuit().circuit;
    inner.force("open", { forMs: 5000, reason: "test" });
    const guarded = circuitFetch(circuit, { fetch: circuitFetch(inner, { fetch: never }) });
    const response = await guarded(URL_CHAT, chatRequest());
    await response.text();
    expect(said()).toEqual(["neutral cancelled"]);
    expect(failureOf(response)).toMatchObject({ kind: "rejected", reason: "forced-open" });
  });

  it("the user's own classify is asked first", async () => {
    const subjects: unknown[] = [];
    const { circuit, said } = watchedCircuit({
      classify(subject) {
        subjects.push(subject);
        return { verdict: "neutral", reason: "invalid-request" };
      },
    });
    const guarded = circuitFetch(circuit, { fetch: async () => json(500, { mine: true }) });
    await (await guarded(URL_CHAT, chatRequest())).text();
    expect(said()).toEqual(["neutral invalid-request"]);
    expect(subjects).toMatchObject([{ status: 500, body: '{"mine":true}' }]);
  });
});
