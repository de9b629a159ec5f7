import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redact } from "./redact.js";

const letters = (length: number) =>
  fc.string({
    unit: fc.constantFrom(..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
    minLength: length,
    maxLength: length + 20,
  });

describe("what looks like a secret is not shown", () => {
  it.each([
    ["OpenAI's", (key: string) => `invalid key sk-${key} given`],
    ["a project's", (key: string) => `sk-proj-${key}`],
    ["Anthropic's", (key: string) => `sk-ant-api03-${key}`],
    ["Google's, in a query", (key: string) => `GET /v1beta/models?key=${key}&alt=sse failed`],
    ["a bearer token", (key: string) => `authorization: Bearer ${key}`],
    ["a header", (key: string) => `x-api-key: ${key}`],
    ["JSON", (key: string) => `{"api_key": "${key}"}`],
    ["a password in an address", (key: string) => `connect http://user:${key}@proxy:3128 refused`],
    ["a cookie", (key: string) => `Cookie: ${key}; path=/`],
  ])("%s", (_name, text) => {
    fc.assert(
      fc.property(letters(24), (key) => {
        expect(redact(text(key))).not.toContain(key);
      }),
    );
  });
});

it("leaves what an engineer needs", () => {
  const plain = [
    "503 server_is_overloaded",
    "429 RESOURCE_EXHAUSTED",
    "7 of 8 calls failed within 2.6 s, last: 503 server_is_overloaded; since then 6 probes in a row failed",
    "ECONNREFUSED 127.0.0.1:8089",
    "openai/gpt-5-mini-2026-01-31 context_length_exceeded",
  ];

  expect(plain.map(redact)).toEqual(plain);
});

it("is one line of bounded length, whatever comes", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 3_000, unit: "binary" }), (text) => {
      const clean = redact(text);
      expect(clean.length).toBeLessThanOrEqual(300);
      expect(clean).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    }),
  );
});
