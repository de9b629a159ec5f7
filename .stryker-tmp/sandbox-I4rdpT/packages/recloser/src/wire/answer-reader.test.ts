// @ts-nocheck
import { describe, expect, it } from "vitest";
import type { Verdict } from "../outcome/verdict.js";
import { type AnswerHead, createAnswerReader, errorAnswer, rejectionFacts, Seen } from "./index.js";

const encoder = new TextEncoder();
const token = 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n';
const finished = 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n';
const usage = 'data: {"choices":[],"usage":{"completion_tokens":7}}\n\n';
const done = "data: [DONE]\n\n";
const failed = 'data: {"error":{"type":"overloaded_error"}}\n\n';
const events = { "content-type": "text/event-stream" };
const json = { "content-type": "application/json" };

function read(head: Partial<AnswerHead>, ...chunks: readonly string[]) {
  const reader = createAnswerReader({ status: 200, headers: {}, ...head });
  const seen = chunks.map((chunk) => reader.push(encoder.encode(chunk)));
  const early = reader.verdict;
  return { reader, seen, early, ending: reader.finish() };
}

const short = (verdict: Verdict | undefined) =>
  verdict && (verdict.verdict === "success" ? "success" : `${verdict.verdict} ${verdict.reason}`);

describe("what an answer is read as", () => {
  it.each([
    [200, "text/event-stream", false, "stream", true],
    [200, "application/x-ndjson", false, "stream", true],
    [200, undefined, true, "stream", true],
    [200, "text/plain", true, "stream", true],
    [200, "audio/mpeg", true, "stream", false],
    [200, undefined, false, "whole", false],
    [200, "application/json", true, "whole", false],
    [200, "text/html", true, "whole", false],
    [204, undefined, true, "whole", false],
    [500, "text/event-stream", true, "error", false],
    [302, undefined, false, "error", false],
  ] as const)("%s %s, streaming %s: %s", (status, type, streaming, kind, writable) => {
    const headers = { "content-type": type };
    const reader = createAnswerReader({ status, headers, streaming, format: "chat" });
    expect([reader.kind, reader.events]).toEqual([kind, writable]);
  });

  it("an opaque stream of no known type carries events once the bytes have shown them", () => {
    const reader = createAnswerReader({ status: 200, headers: {}, streaming: true });
    expect(reader.events).toBe(false);
    reader.push(encoder.encode(token));
    expect([reader.events, reader.format]).toEqual([true, "chat"]);
  });
});

describe("streams", () => {
  it.each([
    ["its terminal marker", [token, finished, usage, done], "success", "success", true],
    ["no marker", [token, finished], undefined, "failure truncated", false],
    ["nothing", [], undefined, "failure truncated", false],
    ["an error", [token, failed], "failure overloaded", "failure overloaded", true],
    [
      "an error that nothing ends",
      ['data: {"error":{"type":"server_error"}}'],
      undefined,
      "failure stream-error",
      true,
    ],
  ] as const)("%s", (_, chunks, early, verdict, whole) => {
    const got = read({ headers: events, format: "chat" }, ...chunks);
    expect([short(got.early), short(got.ending.verdict), got.ending.whole]).toEqual([early, verdict, whole]);
  });

  it("the verdict carries the usage, and stays what it was", () => {
    const { early, ending, seen } = read({ headers: events, format: "chat" }, token, usage, done, failed);
    expect(early).toEqual({ verdict: "success", outputTokens: 7 });
    expect(ending).toEqual({ verdict: early, whole: true });
    expect(seen.map((bits) => (bits & Seen.error) !== 0)).toEqual([false, false, false, false]);
  });

  it("finishIsEnd", () => {
    const head = { headers: events, format: "chat", finishIsEnd: true } as const;
    expect(read(head, token, finished).ending).toEqual({ verdict: { verdict: "success" }, whole: true });
  });

  it("an encoded one is opaque: every byte is a token, a proper end is success", () => {
    const head = { headers: events, format: "chat", decode: () => undefined } as const;
    const { reader, seen, ending } = read(head, "\u001f\u008b", done);
    expect(seen.every((bits) => (bits & Seen.token) !== 0)).toBe(true);
    expect([reader.events, short(ending.verdict), ending.whole]).toEqual([false, "success", true]);
  });
});

describe("answers in one piece", () => {
  const answer = '{"choices":[{"message":{"content":"a"}}],"usage":{"completion_tokens":3}}';

  it.each([
    ["an answer", answer, { verdict: "success", outputTokens: 3 }],
    [
      "A10: an error",
      '{"error":{"type":"server_error"}}',
      { reason: "stream-error", detail: "server_error" },
    ],
    ["A9: the caller's fault", '{"error":{"type":"invalid_request_error"}}', { reason: "invalid-request" }],
    ["A10: nothing", "", { reason: "malformed", detail: "empty body" }],
    ["A10: a part of one", answer.slice(0, 20), { reason: "malformed", detail: "broken json" }],
  ])("%s", (_, body, verdict) => {
    const { early, ending } = read({ headers: json, format: "chat" }, body.slice(0, 9), body.slice(9));
    expect(early).toBeUndefined();
    expect(ending).toMatchObject({ verdict, whole: true });
  });

  it("one that is too long to be read succeeds by its end", () => {
    const { ending } = read({ headers: json, format: "chat" }, "x".repeat(600_000), "x".repeat(600_000));
    expect(ending).toEqual({ verdict: { verdict: "success" }, whole: true });
  });

  it("is decoded first, and succeeds where it cannot be", () => {
    const upper = (body: Uint8Array) => encoder.encode(new TextDecoder().decode(body).toLowerCase());
    expect(read({ headers: json, decode: upper }, answer.toUpperCase()).ending.verdict).toMatchObject({
      outputTokens: 3,
    });
    expect(read({ headers: json, decode: () => undefined }, "?").ending.verdict).toEqual({
      verdict: "success",
    });
  });

  it("each piece is a token where tokens were asked for", () => {
    for (const streaming of [true, false]) {
      const { seen } = read({ headers: json, streaming }, answer);
      expect(seen).toEqual([streaming ? Seen.alive | Seen.token : Seen.alive]);
    }
  });

  it("no body is an answer where the status says so", () => {
    expect(read({ status: 204, format: "chat", streaming: true }).ending.verdict).toEqual({
      verdict: "success",
    });
  });

  it("does not keep bytes that somebody else may change: Node's Buffer gives views", () => {
    const reader = createAnswerReader({ status: 200, headers: json, format: "chat" });
    for (const part of [answer.slice(0, 30), answer.slice(30)]) {
      const chunk = Buffer.from(part);
      reader.push(chunk);
      chunk.fill(0);
    }
    expect(reader.finish().verdict).toEqual({ verdict: "success", outputTokens: 3 });
  });
});

describe("error statuses", () => {
  it("are judged by status, headers and body", () => {
    const body = '{"error":{"code":"insufficient_quota"}}';
    expect(read({ status: 429, headers: { "retry-after": "7" } }, body).ending.verdict).toMatchObject({
      reason: "quota",
      retryAfterMs: 7000,
    });
    expect(short(read({ status: 302 }).ending.verdict)).toBe("neutral invalid-request");
  });

  it("by a judgement of one's own, with the same facts", () => {
    const asked: unknown[] = [];
    const classify = (answer: unknown): Verdict => {
      asked.push(answer);
      return { verdict: "neutral", reason: "auth" };
    };
    const headers = { "x-a": "1" };
    expect(short(read({ status: 500, headers, classify }, "no").ending.verdict)).toBe("neutral auth");
    expect(asked).toEqual([{ status: 500, headers, body: "no" }]);
  });

  it("once enough of the body has come", () => {
    const { early, ending } = read({ status: 503 }, "x".repeat(70_000));
    expect(short(early)).toBe("failure overloaded");
    expect(ending.verdict).toBe(early);
  });

  it("a rejection by a breaker further on is no news about the provider, in any format", () => {
    const failure = {
      kind: "rejected",
      reason: "open",
      message: "p/m is open.",
      circuit: "p/m",
      state: "open",
      attempts: 0,
      elapsedMs: 0,
    } as const;
    for (const format of ["chat", "responses", "messages", "gemini", "cohere", "ollama"] as const) {
      const { status, headers, body } = errorAnswer(format, rejectionFacts(failure));
      expect(short(read({ status, headers, format }, body).ending.verdict)).toBe("neutral cancelled");
    }
  });
});
