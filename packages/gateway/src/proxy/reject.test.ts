import { APIError as AnthropicError } from "@anthropic-ai/sdk";
import { APIError as OpenAIError } from "openai";
import { classify } from "recloser";
import { describe, expect, it } from "vitest";
import { anthropic, chat, gatewayFor, mockFor, openai, post, question } from "../testing/gateway.js";

async function caught(work: PromiseLike<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("it did not throw");
}

const hold = { forMs: 60_000, reason: "a test" };

describe("H3: a rejection is an answer that programs can read", () => {
  const calls = {
    chat: (gateway: { url: string }, stream: boolean) =>
      openai(gateway).chat.completions.create({ model: "m", messages: question, stream }),
    responses: (gateway: { url: string }, stream: boolean) =>
      openai(gateway).responses.create({ model: "m", input: "Is the line up?", stream }),
    messages: (gateway: { url: string }, stream: boolean) =>
      anthropic(gateway).messages.create({ model: "m", max_tokens: 10, messages: question, stream }),
  };

  it.each([
    ["chat", false],
    ["chat", true],
    ["responses", false],
    ["responses", true],
    ["messages", false],
    ["messages", true],
  ] as const)(
    "%s, streaming %s: one request, no retries, and the SDK's error says why",
    async (api, stream) => {
      const mock = await mockFor();
      const gateway = await gatewayFor(mock);
      gateway.circuits.get("p/m").force("open", hold);
      let requests = 0;
      gateway.circuits.on("rejected", () => requests++);

      const error = await caught(calls[api](gateway, stream));

      expect(requests).toBe(1);
      expect(mock.attemptsTotal()).toBe(0);
      if (!(error instanceof OpenAIError) && !(error instanceof AnthropicError)) throw error;
      expect(error.status).toBe(503);
      const headers = error.headers as Headers;
      expect(headers.get("x-recloser-circuit")).toBe("p/m");
      expect(headers.get("x-recloser-state")).toBe("forced-open");
      expect(headers.get("x-recloser-reason")).toBe("forced-open");
      expect(headers.get("x-should-retry")).toBe("false");
      expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(59);
      expect(Number(headers.get("retry-after"))).toBeLessThanOrEqual(60);
      expect(Number(headers.get("retry-after-ms"))).toBeGreaterThan(59_000);
      expect(error.message).toContain("an operator forced it open");
      expect(error.message).not.toMatch(/timed? ?out/i);
      if (error instanceof OpenAIError)
        expect([error.code, error.type]).toEqual(["circuit_open", "circuit_open"]);
      else
        expect(error.error).toMatchObject({
          type: "error",
          error: { type: "circuit_open", details: { error_code: "circuit_open" } },
        });
      // A breaker of the caller's own must not take our answer for its provider's failure.
      expect(classify(error).verdict).toBe("neutral");
    },
  );

  it("in Gemini's shape, and in OpenAI's where nobody knows", async () => {
    const gateway = await gatewayFor(await mockFor());
    gateway.circuits.get("p/m").force("open", hold);
    const gemini = await post(gateway, "/v1beta/models/m:generateContent", {});
    expect(await gemini.json()).toMatchObject({
      error: {
        code: 503,
        status: "UNAVAILABLE",
        details: [{ reason: "circuit_open" }],
        recloser: { circuit: "p/m", reason: "forced-open" },
      },
    });
    gateway.circuits.get("p/e").force("open", hold);
    const other = await post(gateway, "/v1/embeddings", { model: "e" });
    expect(await other.json()).toMatchObject({
      error: { code: "circuit_open", recloser: { circuit: "p/e" } },
    });
  });

  it("the status is the operator's choice", async () => {
    const gateway = await gatewayFor(await mockFor(), { rejectStatus: 424 });
    gateway.circuits.get("p/m").force("open", hold);
    const answer = await chat(gateway, "m");
    expect([answer.status, answer.headers.get("x-recloser-reason")]).toEqual([424, "forced-open"]);
  });

  it("a full circuit says saturated", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(mock, { circuit: { maxConcurrent: 1 } });
    const hanging = new AbortController();
    const first = caught(chat(gateway, "mock-fault:hang", false, { signal: hanging.signal }));
    await mock.waitForAttempts(1);
    const second = await chat(gateway, "mock-fault:hang");
    expect(second.status).toBe(503);
    expect(await second.json()).toMatchObject({
      error: { code: "circuit_saturated", recloser: { reason: "saturated" } },
    });
    expect(mock.attemptsTotal()).toBe(1);
    hanging.abort();
    await first;
  });

  it("observe rejects nothing", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(mock, { circuit: { mode: "observe" } });
    gateway.circuits.get("p/m").force("open", hold);
    expect((await chat(gateway, "m")).status).toBe(200);
    expect(mock.attemptsTotal()).toBe(1);
  });

  it("a path of no provider", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(undefined, {
      providers: [{ name: "p", upstream: mock.url, path: "/p" }],
    });
    const nowhere = await chat(gateway, "m");
    expect(nowhere.status).toBe(404);
    expect(await nowhere.json()).toMatchObject({
      error: { code: "no_provider", message: expect.stringContaining("/p/") },
    });
    expect((await post(gateway, "/p/v1/chat/completions", { model: "m", messages: question })).status).toBe(
      200,
    );
  });
});
