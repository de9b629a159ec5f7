// @ts-nocheck
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Answer, readAnswer } from "./index.js";

const JSON_TYPE = "application/json; charset=utf-8";
const read = (body: unknown, more: Partial<Answer> = {}) =>
  readAnswer({ status: 200, contentType: JSON_TYPE, body: JSON.stringify(body), ...more });

describe("answers", () => {
  const answers: readonly [string, unknown, Answer["format"], number | undefined][] = [
    [
      "chat",
      {
        object: "chat.completion",
        choices: [{ message: { content: null, refusal: "No" }, finish_reason: "stop" }],
        usage: { completion_tokens: 9 },
      },
      "chat",
      9,
    ],
    ["chat, filtered", { choices: [{ message: {}, finish_reason: "content_filter" }] }, "chat", undefined],
    [
      "responses",
      { object: "response", status: "completed", error: null, output: [], usage: { output_tokens: 4 } },
      "responses",
      4,
    ],
    [
      "responses, incomplete",
      { object: "response", status: "incomplete", error: null, output: [] },
      "responses",
      undefined,
    ],
    [
      "messages",
      { type: "message", content: [], usage: { input_tokens: 1, output_tokens: 6 } },
      "messages",
      6,
    ],
    [
      "gemini",
      {
        candidates: [{ finishReason: "STOP" }],
        usageMetadata: { candidatesTokenCount: 5, thoughtsTokenCount: 2 },
      },
      "gemini",
      7,
    ],
    ["gemini, blocked", { promptFeedback: { blockReason: "SAFETY" } }, "gemini", undefined],
    [
      "gemini, a list of chunks",
      [{ candidates: [] }, { candidates: [], usageMetadata: { candidatesTokenCount: 5 } }],
      "gemini",
      5,
    ],
    [
      "cohere",
      {
        id: "1",
        message: { role: "assistant", content: [] },
        finish_reason: "COMPLETE",
        usage: { tokens: { output_tokens: 3 } },
      },
      "cohere",
      3,
    ],
    ["ollama", { model: "m", message: { content: "x" }, done: true, eval_count: 8 }, "ollama", 8],
    [
      "embeddings",
      { object: "list", data: [{ embedding: [0.1] }], usage: { prompt_tokens: 8 } },
      undefined,
      undefined,
    ],
    ["something else without an error", { ok: true }, undefined, undefined],
  ];

  it.each(answers)("%s", (_name, body, format, outputTokens) => {
    const expected = outputTokens === undefined ? { kind: "complete" } : { kind: "complete", outputTokens };
    expect(read(body, { format })).toEqual(expected);
    expect(read(body, { format, contentType: undefined })).toEqual(expected);
    expect(read(body, { format, body: new TextEncoder().encode(`\uFEFF${JSON.stringify(body)}`) })).toEqual(
      expected,
    );
  });

  it("leaves alone what is not JSON and not expected to be", () => {
    expect(read(0, { contentType: "audio/mpeg", body: new Uint8Array([1, 2]) })).toEqual({
      kind: "complete",
    });
    expect(read(0, { contentType: "text/plain", body: "1\n00:00 --> 00:01\n" })).toEqual({
      kind: "complete",
    });
    expect(read(0, { status: 204, body: "" })).toEqual({ kind: "complete" });
  });
});

describe("A10: a 200 that is no success", () => {
  const errors: readonly [string, unknown][] = [
    ["OpenRouter", { error: { code: 502, message: "Provider returned error" }, user_id: "u" }],
    ["OpenRouter, in a choice", { choices: [{ finish_reason: "error", message: { content: "" } }] }],
    [
      "Responses, failed",
      { object: "response", status: "failed", error: { code: "server_error" }, output: [] },
    ],
    ["Responses, failed without a reason", { object: "response", status: "failed", error: null, output: [] }],
    ["Anthropic", { type: "error", error: { type: "overloaded_error" } }],
    ["Ollama", { error: "model runner has stopped" }],
    ["vLLM, older", { object: "error", message: "x", code: 500 }],
  ];
  it.each(errors)("an error body: %s", (_name, body) => {
    expect(read(body, { format: "chat" })).toEqual({ kind: "error", payload: body });
    expect(read(body)).toEqual({ kind: "error", payload: body });
  });

  it("an error in Gemini's list of chunks", () => {
    const error = { error: { code: 503, status: "UNAVAILABLE" } };
    expect(read([{ candidates: [] }, error])).toEqual({ kind: "error", payload: error });
  });

  it("HTML, nothing, half a JSON, something else", () => {
    const html = { kind: "malformed", detail: "html" };
    expect(read(0, { contentType: "text/html", body: "<html></html>" })).toEqual(html);
    expect(read(0, { contentType: "text/html", body: "Sorry", format: "chat" })).toEqual(html);
    expect(read(0, { body: "\n<!DOCTYPE html><p>502</p>" })).toEqual(html);
    expect(read(0, { body: "" })).toEqual({ kind: "malformed", detail: "empty body" });
    expect(read(0, { body: '{"choices":[{"mess' })).toEqual({ kind: "malformed", detail: "broken json" });
    for (const body of [{ status: "ok" }, { choices: [] }, "hi", null, []]) {
      expect(read(body, { format: "chat" }), JSON.stringify(body)).toEqual({
        kind: "malformed",
        detail: "not an answer",
      });
    }
  });

  it("an error status keeps its payload", () => {
    expect(read({ error: { code: "x" } }, { status: 503 })).toEqual({
      kind: "error",
      payload: { error: { code: "x" } },
    });
    expect(read(0, { status: 502, body: "<html>" })).toEqual({ kind: "error", payload: "<html>" });
    expect(read(0, { status: 500, body: "" })).toEqual({ kind: "error", payload: "" });
  });

  it("never throws", () => {
    const format = fc.constantFrom("chat", "gemini", "responses", undefined);
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.uint8Array(), fc.json()),
        format,
        fc.constantFrom(JSON_TYPE, "", null),
        (body, known, contentType) => {
          expect(readAnswer({ status: 200, body, format: known, contentType }).kind).toBeTypeOf("string");
        },
      ),
    );
  });
});
