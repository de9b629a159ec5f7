import type { FaultKind } from "@recloser/mock-llm";
import { describe, expect, it } from "vitest";
import { anthropic, chat, gatewayFor, mockFor, openai, post, question, settled } from "../testing/gateway.js";
import { teller, twoProviders } from "../testing/two-providers.js";

const hold = { forMs: 60_000, reason: "a test" };
const failing: readonly FaultKind[] = [
  "error-500",
  "error-502",
  "error-503",
  "error-504",
  "overloaded",
  "throttled",
  "throttled-bare",
  "quota",
  "reset",
  "malformed",
  "empty",
];
const refusing: readonly FaultKind[] = ["bad-request", "unauthorized", "context-length", "content-filter"];

describe("a call that fails before its caller has seen any of it", () => {
  it.each(failing.flatMap((kind) => [false, true].map((stream) => [kind, stream] as const)))(
    "%s, streaming %s: the next target answers, and says so",
    async (kind, stream) => {
      const { a, b, gateway } = await twoProviders();
      a.setBehaviour({ faults: [{ kind }] });
      const answer = await chat(gateway, "m", stream);
      expect(answer.status).toBe(200);
      expect(teller(answer)).toEqual(["b", "spare", "2"]);
      expect(answer.headers.get("x-recloser-circuit")).toBe("b/spare");
      const text = await answer.text();
      // The provider's own word on its model, untouched.
      expect(text).toContain('"model":"spare"');
      expect([a.attemptsTotal(), b.attemptsTotal()]).toEqual([1, 1]);
      expect(b.attempts()[0]).toMatchObject({ model: "spare", stream, end: "complete" });
    },
  );

  it.each(["stream-error", "cut@0", "reset@0"])("%s before the first token", async (fault) => {
    const { a, b, gateway } = await twoProviders();
    const [kind, tokens = "0"] = fault.split("@");
    a.setBehaviour({ faults: [{ kind: kind as FaultKind, afterTokens: Number(tokens) }] });
    const stream = await openai(gateway).chat.completions.create({
      model: "m",
      messages: question,
      stream: true,
    });
    let text = "";
    for await (const event of stream) text += event.choices[0]?.delta.content ?? "";
    expect(text).not.toBe("");
    expect([a.attemptsTotal(), b.attemptsTotal()]).toEqual([1, 1]);
  });

  it("a connection that is refused", async () => {
    const b = await mockFor();
    const gateway = await gatewayFor(undefined, {
      providers: [
        { name: "a", upstream: "http://127.0.0.1:1", path: "/" },
        { name: "b", upstream: b.url, auth: "none" },
      ],
      routes: [{ fallbacks: [{ provider: "b" }] }],
    });
    expect(teller(await chat(gateway, "m"))).toEqual(["b", "m", "2"]);
  });

  it.each(refusing)("%s is passed on untouched, and asked of nobody else", async (kind) => {
    const { a, b, gateway } = await twoProviders({}, { retries: { attempts: 3 } });
    a.setBehaviour({ faults: [{ kind }] });
    for (const stream of [false, true]) {
      const body = { model: "m", stream, messages: question };
      const direct = await post(a, "/v1/chat/completions", body);
      const before = a.attemptsTotal();
      const answer = await post(gateway, "/v1/chat/completions", body);
      expect(answer.status).toBe(direct.status);
      const shape = (text: string) => text.replace(/chatcmpl-\w+|req_\w+|\d{9,}/g, "…");
      expect(shape(await answer.text())).toBe(shape(await direct.text()));
      expect([a.attemptsTotal() - before, b.attemptsTotal()]).toEqual([1, 0]);
    }
  });

  it("tokens that have been passed on stay: no second answer is put behind them", async () => {
    const { a, b, gateway } = await twoProviders();
    a.setBehaviour({ faults: [{ kind: "cut", afterTokens: 3 }], perTokenMs: 60 });
    const stream = await anthropic(gateway).messages.create({
      model: "m",
      max_tokens: 9,
      messages: question,
      stream: true,
    });
    await expect(
      (async () => {
        for await (const _ of stream);
      })(),
    ).rejects.toThrow();
    expect([a.attemptsTotal(), b.attemptsTotal()]).toEqual([1, 0]);
  });

  it("the fallback's own failure reaches the caller, and names it", async () => {
    const { a, b, gateway } = await twoProviders();
    a.setBehaviour({ faults: [{ kind: "error-500" }] });
    b.setBehaviour({ faults: [{ kind: "overloaded" }] });
    const answer = await chat(gateway, "m");
    expect([answer.status, ...teller(answer)]).toEqual([503, "b", "spare", "2"]);
    expect(await answer.text()).toContain("server_is_overloaded");
  });

  it("a fallback that refuses the gateway's key is not the caller's to mend", async () => {
    const { a, b, gateway } = await twoProviders();
    a.setBehaviour({ faults: [{ kind: "error-500" }] });
    b.setBehaviour({ faults: [{ kind: "unauthorized" }] });
    const answer = await chat(gateway, "m");
    expect([answer.status, ...teller(answer)]).toEqual([500, "a", "m", "2"]);
  });

  it("several fallbacks, in their order", async () => {
    const { a, b, gateway } = await twoProviders({
      fallbacks: [{ model: "second" }, { provider: "b", model: "third" }, { provider: "b", model: "fourth" }],
    });
    a.setBehaviour({ faults: [{ kind: "error-500" }] });
    b.setBehaviour({ faults: [{ kind: "error-500", model: "third" }] });
    expect(teller(await chat(gateway, "m"))).toEqual(["b", "fourth", "4"]);
    expect(a.attempts().map(({ model }) => model)).toEqual(["m", "second"]);
    expect(b.attempts().map(({ model }) => model)).toEqual(["third", "fourth"]);
  });

  it("a gateway further on that rejected the call has sent nothing: the next target is asked", async () => {
    const { a, gateway: inner } = await twoProviders({ fallbacks: [], delivery: "complete" });
    inner.circuits.get("a/m").force("open", hold);
    const b = await mockFor();
    const outer = await gatewayFor(undefined, {
      providers: [
        { name: "in", upstream: inner.url, path: "/" },
        { name: "b", upstream: b.url, auth: "none" },
      ],
      routes: [{ provider: "in", fallbacks: [{ provider: "b" }] }],
    });
    expect(teller(await chat(outer, "m"))).toEqual(["b", "m", "2"]);
    expect(a.attemptsTotal()).toBe(0);
  });
});

describe("a circuit that is open", () => {
  it("leads straight to the next target", async () => {
    const { a, gateway } = await twoProviders();
    gateway.circuits.get("a/m").force("open", hold);
    expect(teller(await chat(gateway, "m"))).toEqual(["b", "spare", "1"]);
    expect(a.attemptsTotal()).toBe(0);
  });

  it("F9: all open: one rejection, with the earliest time of all", async () => {
    const { gateway } = await twoProviders();
    gateway.circuits.get("a/m").force("open", { forMs: 60_000, reason: "a test" });
    gateway.circuits.get("b/spare").force("open", { forMs: 5_000, reason: "a test" });
    const answer = await chat(gateway, "m");
    expect([answer.status, answer.headers.get("x-recloser-circuit")]).toEqual([503, "a/m"]);
    expect(Number(answer.headers.get("retry-after-ms"))).toBeLessThanOrEqual(5_000);
    expect(answer.headers.get("x-recloser-attempts")).toBe("0");
  });

  it("the caller gets the first target's failure where the second is open", async () => {
    const { a, gateway } = await twoProviders();
    gateway.circuits.get("b/spare").force("open", hold);
    a.setBehaviour({ faults: [{ kind: "error-500" }] });
    expect(teller(await chat(gateway, "m"))).toEqual(["a", "m", "1"]);
  });
});

describe("the route's limits", () => {
  it("E4: no first token in time: the next target is asked, the first one's connection closed", async () => {
    const { a, gateway } = await twoProviders({ firstTokenTimeoutMs: 50 });
    a.setBehaviour({ faults: [{ kind: "hang" }] });
    const verdict = settled(gateway, "a/m");
    const answer = await chat(gateway, "m", true);
    expect(teller(answer)).toEqual(["b", "spare", "2"]);
    expect(await answer.text()).toContain("[DONE]");
    expect(await verdict).toBe("no-first-token");
    await expect.poll(() => a.attempts()[0]?.end).toBe("client-gone");
  });

  it("keep-alives are no first token", async () => {
    const { a, gateway } = await twoProviders({ firstTokenTimeoutMs: 100 });
    a.setBehaviour({ firstTokenMs: 600_000, keepAliveMs: 5 });
    const answer = await post(gateway, "/v1/messages", {
      model: "m",
      max_tokens: 9,
      stream: true,
      messages: question,
    });
    expect(teller(answer)).toEqual(["b", "spare", "2"]);
    // Nothing of the first answer is left in front of it.
    expect((await answer.text()).match(/event: message_start/g)).toHaveLength(1);
  });

  it("the whole attempt, for a caller that does not stream", async () => {
    const { a, gateway } = await twoProviders({ attemptTimeoutMs: 50 });
    a.setBehaviour({ faults: [{ kind: "hang" }] });
    const verdict = settled(gateway, "a/m");
    expect(teller(await chat(gateway, "m"))).toEqual(["b", "spare", "2"]);
    expect(await verdict).toBe("timeout");
  });

  it("neither cuts off the last target, nor an answer that its caller sees", async () => {
    const { a, b, gateway } = await twoProviders({ attemptTimeoutMs: 500, firstTokenTimeoutMs: 500 });
    a.setBehaviour({ faults: [{ kind: "error-500" }] });
    b.setBehaviour({ firstTokenMs: 800 });
    expect(await (await chat(gateway, "m", true)).text()).toContain("[DONE]");
    a.setBehaviour({ perTokenMs: 100, tokens: 8 });
    const slow = await chat(gateway, "m", true);
    expect(teller(slow)).toEqual(["a", "m", "1"]);
    expect(await slow.text()).toContain("[DONE]");
  });

  it("the limit on the whole call ends it, wherever it is", async () => {
    const { a, b, gateway } = await twoProviders({}, { limits: { timeoutMs: 80 } });
    a.setBehaviour({ faults: [{ kind: "hang" }] });
    const answer = await chat(gateway, "m");
    expect([answer.status, ...teller(answer)]).toEqual([504, "a", "m", "1"]);
    expect(b.attemptsTotal()).toBe(0);
  });

  it("A17: a hanging call that its circuit gives up goes on to the next target", async () => {
    const { a, gateway } = await twoProviders({}, { circuit: { stallDeadlineMs: { unary: 400 } } });
    a.setBehaviour({ faults: [{ kind: "hang" }] });
    const answers = await Promise.all([1, 2, 3, 4].map(() => chat(gateway, "m")));
    expect(answers.map((answer) => teller(answer)[0])).toEqual(["b", "b", "b", "b"]);
    expect(gateway.circuits.get("a/m").state).toBe("open");
    expect(gateway.circuits.get("a/m").snapshot().inFlight.total).toBe(0);
  });
});
