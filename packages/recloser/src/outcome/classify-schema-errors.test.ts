import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText } from "ai";
import { describe, expect, it } from "vitest";
import { classify } from "./classify.js";

/** What the AI SDK throws when an answer is not what its schema had expected. */
async function thrownFor(provider: "openai" | "anthropic", body: string): Promise<unknown> {
  const fetch = async () => new Response(body, { headers: { "content-type": "application/json" } });
  const model =
    provider === "openai"
      ? createOpenAI({ apiKey: "k", fetch })("gpt-5")
      : createAnthropic({ apiKey: "k", fetch })("claude");
  try {
    await generateText({ model, prompt: "x", maxRetries: 0 });
  } catch (error) {
    return error;
  }
  throw new Error("It was taken for an answer.");
}

const OVERLOADED = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}';

describe("A10: a 200 that the AI SDK's schema refuses", () => {
  it.each([
    ["openai", '{"error":{"message":"x","type":"server_error","code":null}}', "failure", "stream-error"],
    ["openai", '{"error":{"message":"x","code":"invalid_prompt"}}', "neutral", "content-filter"],
    ["anthropic", OVERLOADED, "failure", "overloaded"],
    ["openai", "<html>502</html>", "failure", "malformed"],
  ] as const)("%s: %s is a %s, %s", async (provider, body, verdict, reason) => {
    expect(classify(await thrownFor(provider, body))).toMatchObject({ verdict, reason });
  });
});
