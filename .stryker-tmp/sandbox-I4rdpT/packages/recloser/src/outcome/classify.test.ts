// @ts-nocheck
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classificationTable, classify, classifyStreamError, ruleFor } from "./classify.js";
import { factsOf } from "./facts.js";
import {
  anthropic,
  azureMessage,
  coded,
  fetchFailed,
  http,
  openai,
  samples,
  thrown,
} from "./testing/samples.js";

describe("the classification table", () => {
  it("has samples for every row, and ids that are unique", () => {
    const ids = classificationTable.map((row) => row.id);
    expect(Object.keys(samples)).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  for (const row of classificationTable) {
    const cases = samples[row.id] ?? [];
    it(`${row.id}: ${row.when}`, () => {
      expect(cases.length).toBeGreaterThan(0);
      for (const subject of cases) {
        expect([ruleFor(factsOf(subject)).row.id, subject]).toEqual([row.id, subject]);
        const verdict = classify(subject);
        expect(verdict.verdict).toBe(row.verdict);
        if (verdict.verdict !== "success") expect(verdict.reason).toBe(row.reason);
      }
    });
  }
});

describe("details", () => {
  it.each([
    [openai(503, "server_is_overloaded"), "503 server_is_overloaded"],
    [anthropic(529, "overloaded_error"), "529 overloaded_error"],
    [coded("ECONNREFUSED"), "ECONNREFUSED"],
    [fetchFailed("UND_ERR_HEADERS_TIMEOUT"), "UND_ERR_HEADERS"],
    [http(408, { error: { code: "Timeout" } }), "408"],
    [http(500, { error: { code: "sk secret in free text" } }), "500"],
    [azureMessage("x"), "429"],
    [new Error("a prompt"), undefined],
  ])("%j → %s", (subject, detail) => {
    const verdict = classify(subject);
    expect("detail" in verdict ? verdict.detail : undefined).toBe(detail);
  });

  it.each([
    [{ error: { message: "No.", type: "server_error", code: null } }, "server_error"],
    [{ type: "error", error: { type: "overloaded_error" } }, "overloaded_error"],
    [{ error: { code: 502, message: "No." } }, "502"],
    [{ error: { code: 503, status: "UNAVAILABLE" } }, "503 UNAVAILABLE"],
    [{ error: "something went wrong" }, undefined],
  ])("of an error inside a 200 show no 200: %j → %s", (body, detail) => {
    for (const verdict of [classifyStreamError(body), classify({ status: 200, body })])
      expect("detail" in verdict ? verdict.detail : undefined).toBe(detail);
  });

  it("never shows the provider's words, nor words that SDKs retry on", () => {
    const code = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[\w.:-]*[Tt]ime[d_]?[Oo]ut[\w.:-]*$/),
      fc.constantFrom("timtimeoutedout", "TimedOutTimeOut", "timeout_timeout"),
    );
    fc.assert(
      fc.property(code, code, fc.option(fc.integer({ min: 400, max: 599 })), (a, b, status) => {
        const message = "secret words";
        for (const verdict of [
          classify({ status, body: { error: { code: a, type: b, message } } }),
          classify(thrown(a, message, { code: b })),
        ]) {
          const detail = "detail" in verdict ? (verdict.detail ?? "") : "";
          expect(detail).toMatch(/^([\w.:-]{1,64}( [\w.:-]{1,64})?)?$/);
          expect(detail).not.toMatch(/timed? ?out|secret words/i);
        }
      }),
    );
  });
});

describe("classifyStreamError", () => {
  const cohere = (finish_reason: string) => ({ type: "message-end", delta: { finish_reason } });
  const failed = (code: string) => ({
    type: "response.failed",
    response: { status: "failed", error: { code, message: "No." } },
  });
  it.each([
    ["OpenAI chat", { error: { message: "No.", type: "server_error", code: null } }, "stream-error"],
    ["Responses, flat", { type: "error", code: "server_error", message: "No." }, "stream-error"],
    ["Responses, nested", { type: "error", error: { code: "rate_limit_exceeded" } }, "throttled"],
    ["Responses, failed", failed("server_error"), "stream-error"],
    ["Responses, failed", failed("vector_store_timeout"), "stream-error"],
    ["Responses, failed", failed("rate_limit_exceeded"), "throttled"],
    ["Responses, failed", failed("invalid_prompt"), "content-filter"],
    ["Responses, failed", failed("bio_policy"), "content-filter"],
    ["Responses, failed", failed("data_residency_mismatch"), "invalid-request"],
    ["Responses, failed", failed("failed_to_download_image"), "invalid-request"],
    ["Anthropic", { type: "error", error: { type: "overloaded_error" } }, "overloaded"],
    ["Anthropic", { type: "error", error: { type: "api_error" } }, "stream-error"],
    ["Anthropic", { type: "error", error: { type: "timeout_error" } }, "stream-error"],
    ["A9: Anthropic", { type: "error", error: { type: "invalid_request_error" } }, "invalid-request"],
    ["A9: OpenAI", { error: { type: "invalid_request_error", code: 500 } }, "invalid-request"],
    ["Gemini", { error: { code: 503, status: "UNAVAILABLE" } }, "overloaded"],
    ["Gemini", { error: { code: 500, status: "INTERNAL" } }, "stream-error"],
    ["Gemini, as an array", [{ error: { code: 429, status: "RESOURCE_EXHAUSTED" } }], "throttled"],
    ["Interactions", { event_type: "error", error: { code: "not_found" } }, "invalid-request"],
    ["Ollama", { error: "something went wrong" }, "stream-error"],
    ["OpenRouter", { error: { code: "server_error" }, choices: [{}] }, "stream-error"],
    ["OpenRouter", { error: { code: 402, message: "No." } }, "quota"],
    ["Cohere", cohere("ERROR"), "stream-error"],
    ["Cohere", cohere("TIMEOUT"), "stream-error"],
    ["Cohere", cohere("ERROR_TOXIC"), "content-filter"],
    ["JSON text", '{"type":"error","error":{"type":"overloaded_error"}}', "overloaded"],
    ["no JSON", "data: oops", "stream-error"],
    ["nothing", undefined, "stream-error"],
  ])("%s: %j → %s", (_, payload, reason) => {
    expect(classifyStreamError(payload)).toMatchObject({ reason });
  });
});
