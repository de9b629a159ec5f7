// @ts-nocheck
import { once } from "node:events";
import { createServer } from "node:net";
import * as Anthropic from "@anthropic-ai/sdk";
import * as OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { CircuitError } from "./circuit-error.js";
import { classify } from "./classify.js";

const headers = new Headers({ "retry-after": "7" });
const openai = (status: number, code: string | null, type = "x", message = "Some words.") =>
  OpenAI.APIError.generate(status, { error: { message, type, param: null, code } }, undefined, headers);
const anthropic = (status: number, type: string, error_code?: string) =>
  Anthropic.APIError.generate(
    status,
    {
      type: "error",
      error: { type, message: "Some words.", ...(error_code && { details: { error_code } }) },
    },
    undefined,
    headers,
  );
const lastOf = (error: unknown) =>
  Object.assign(new Error("Failed after 3 attempts."), {
    name: "AI_RetryError",
    reason: "maxRetriesExceeded",
    errors: [openai(429, "rate_limit_exceeded"), error],
    lastError: error,
  });

describe("errors as the SDKs throw them", () => {
  it.each([
    [openai(429, "rate_limit_exceeded"), "throttled", "429 rate_limit_exceeded"],
    [openai(429, "insufficient_quota", "insufficient_quota"), "quota", "429 insufficient_quota"],
    [openai(503, "server_is_overloaded"), "overloaded", "503 server_is_overloaded"],
    [openai(500, null, "server_error"), "server-error", "500 server_error"],
    [openai(400, "context_length_exceeded"), "context-length", "400 context_length_exceeded"],
    [openai(401, "invalid_api_key"), "auth", "401 invalid_api_key"],
    [openai(404, "model_not_found"), "invalid-request", "404 model_not_found"],
    [anthropic(529, "overloaded_error"), "overloaded", "529 overloaded_error"],
    [anthropic(500, "api_error"), "server-error", "500 api_error"],
    [anthropic(504, "timeout_error"), "server-error", "504"],
    [anthropic(429, "rate_limit_error"), "throttled", "429 rate_limit_error"],
    [
      anthropic(429, "rate_limit_error", "enforced_spend_limit_reached"),
      "quota",
      "429 enforced_spend_limit_reached",
    ],
    [anthropic(402, "billing_error"), "quota", "402 billing_error"],
    [anthropic(413, "request_too_large"), "invalid-request", "413 request_too_large"],
    [
      new OpenAI.APIConnectionError({ message: undefined, cause: new Error("x") }),
      "connection",
      "APIConnectionError",
    ],
    [new Anthropic.APIConnectionError({ cause: new Error("x") }), "connection", "APIConnectionError"],
    [new OpenAI.APIConnectionTimeoutError(), "timeout", "APIConnectionError"],
    [new Anthropic.APIConnectionTimeoutError(), "timeout", "APIConnectionError"],
    [new OpenAI.APIUserAbortError(), "cancelled", "APIUserAbortError"],
    [new Anthropic.APIUserAbortError(), "cancelled", "APIUserAbortError"],
    [lastOf(openai(500, null, "server_error")), "server-error", "500 server_error"],
  ])("%s → %s", (error, reason, detail) => {
    expect(classify(error)).toMatchObject({ reason, detail });
  });

  it("error events inside a stream, which carry no status", () => {
    const chat = new OpenAI.APIError(
      undefined,
      { message: "x", type: "server_error", code: null },
      undefined,
      headers,
    );
    expect(classify(chat)).toMatchObject({ reason: "stream-error", detail: "server_error" });
    const body = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    expect(classify(new Anthropic.APIError(undefined, body, undefined, headers))).toMatchObject({
      reason: "overloaded",
      detail: "overloaded_error",
    });
  });

  it("@google/genai keeps the body in its message", () => {
    const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "37s" }];
    const body = { error: { code: 429, message: "Quota.", status: "RESOURCE_EXHAUSTED", details } };
    const error = Object.assign(new Error(JSON.stringify(body)), { name: "ApiError", status: 429 });
    expect(classify(error)).toEqual({
      verdict: "failure",
      reason: "throttled",
      retryAfterMs: 37_000,
      detail: "429 RESOURCE_EXHAUSTED",
    });
  });

  it("a CircuitError of an inner circuit: its rejection is neutral, its failure is what caused it", () => {
    const facts = { message: "x", circuit: "x", state: "open", attempts: 1, elapsedMs: 1 } as const;
    const rejected = new CircuitError({ ...facts, kind: "rejected", reason: "open" });
    expect(classify(rejected)).toMatchObject({ verdict: "neutral" });
    const cause = anthropic(529, "overloaded_error");
    const failed = new CircuitError({ ...facts, kind: "failed", reason: "overloaded", cause });
    expect(classify(new Error("wrapped", { cause: failed }))).toMatchObject({ reason: "overloaded" });
    const cancelled = new CircuitError({ ...facts, kind: "cancelled", reason: "cancelled" });
    expect(classify(cancelled)).toMatchObject({ verdict: "neutral", reason: "cancelled" });
  });
});

describe("traps", () => {
  it("A2: an AbortError that reaches the table is the other side's", () => {
    expect(classify(new DOMException("This operation was aborted", "AbortError"))).toMatchObject({
      verdict: "failure",
      reason: "connection",
    });
  });

  it("A5: a 429 is throttling, neither a success nor a fault", () => {
    expect(classify({ status: 429 })).toMatchObject({ verdict: "failure", reason: "throttled" });
  });

  it("A8: a caller's own mistakes are neutral", () => {
    for (let status = 400; status < 500; status++) {
      if ([402, 408, 429, 498].includes(status)) continue;
      expect(classify({ status }).verdict).toBe("neutral");
    }
  });

  it("A9: the code inside decides before the status outside", () => {
    const body = { error: { type: "invalid_request_error", message: "x" } };
    for (const status of [200, 500, 502, 503]) expect(classify({ status, body }).verdict).toBe("neutral");
  });

  it("A10: a 200 with an error, a web page or nothing in it is no success", () => {
    for (const body of [{ error: "x" }, '{"error":{}}', "<html>", "", " \n"]) {
      expect(classify({ status: 200, body }).verdict).toBe("failure");
    }
    expect(classify({ status: 200, body: { id: "x", error: null } })).toEqual({ verdict: "success" });
    const chatty = {
      type: "message",
      status: "completed",
      reason: "insufficient_quota",
      message: "timed out",
    };
    expect(classify({ status: 200, body: chatty })).toEqual({ verdict: "success" });
  });

  it("A11: quota is told from rate by its code, whatever the type says", () => {
    expect(classify({ status: 429, body: { error: { code: "credit_balance_exhausted" } } })).toMatchObject({
      reason: "quota",
    });
    expect(classify({ status: 429, body: { error: { code: "rate_limit_exceeded" } } })).toMatchObject({
      reason: "throttled",
    });
  });

  it("A12: words of quota for a limit per minute are a rate", () => {
    const error = { code: "insufficient_quota", message: "Quota exceeded: 100000 tokens per minute" };
    expect(classify({ status: 429, body: { error } })).toMatchObject({ reason: "throttled" });
  });

  it("A15: a refused port, a reset after accept and a failed look-up count", async () => {
    const resetting = createServer((socket) => socket.resetAndDestroy()).listen(0, "127.0.0.1");
    await once(resetting, "listening");
    const address = resetting.address();
    const port = typeof address === "object" ? address?.port : 0;
    const attempt = () => fetch(`http://127.0.0.1:${port}/`).catch((reason: unknown) => reason);
    expect(classify(await attempt())).toMatchObject({ reason: "connection" });
    resetting.close();
    await once(resetting, "close");
    expect(classify(await attempt())).toMatchObject({ reason: "connection", detail: "ECONNREFUSED" });
    const lookup = Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND", syscall: "getaddrinfo" });
    expect(classify(new TypeError("fetch failed", { cause: lookup }))).toMatchObject({
      reason: "connection",
    });
  });

  it("H5: every status from 500 to 599 is a failure", () => {
    for (let status = 500; status <= 599; status++) {
      const overloaded = status === 503 || status === 529;
      expect(classify({ status })).toEqual({
        verdict: "failure",
        reason: overloaded ? "overloaded" : "server-error",
        detail: `${status}`,
      });
    }
  });
});
