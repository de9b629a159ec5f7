// @ts-nocheck
import { expect, it } from "vitest";
import { circuitName, providerName } from "./index.js";

it.each([
  ["https://api.openai.com", "openai"],
  ["https://api.anthropic.com", "anthropic"],
  ["https://generativelanguage.googleapis.com", "gemini"],
  ["https://openrouter.ai/api", "openrouter"],
  ["https://my-team.openai.azure.com", "my-team-openai-azure-com"],
  ["http://vllm:8000", "vllm"],
  ["http://127.0.0.1:9000", "127.0.0.1-9000"],
  ["http://localhost", "localhost"],
  ["http://[::1]:9000", "ip6-1-9000"],
  ["https://aiplatform.googleapis.com", "vertex"],
  ["http://[::]", "ip6"],
  ["http://[2001:db8::1]", "ip6-2001-db8--1"],
  ["http://.example", "unknown"],
  [`http://${"long.".repeat(40)}example`, `${"long-".repeat(11)}-dd6507d9`],
])("%s is called %s", (url, name) => {
  expect(providerName(new URL(url))).toBe(name);
});

it("a circuit is called after its provider and its model", () => {
  expect(circuitName("openai", "gpt-5")).toBe("openai/gpt-5");
  expect(circuitName("openai", undefined)).toBe("openai");
});
