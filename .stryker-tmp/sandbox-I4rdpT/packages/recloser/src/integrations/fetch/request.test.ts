// @ts-nocheck
import { describe, expect, it } from "vitest";
import { circuitName } from "../../wire/names.js";
import { type FetchRequest, requestOf, signalOf } from "./request.js";

const post = (body: unknown): RequestInit => ({ method: "POST", body: JSON.stringify(body) });

const nameOf = ({ provider, model }: FetchRequest) => circuitName(provider, model);

describe("what a request is for", () => {
  it.each([
    ["https://api.openai.com/v1/chat/completions", { model: "gpt-5", stream: true }, "openai/gpt-5", true],
    ["https://api.openai.com/v1/responses", { model: "gpt-5" }, "openai/gpt-5", false],
    ["https://api.openai.com/v1/embeddings", { model: "embed", input: "x" }, "openai/embed", false],
    ["https://api.anthropic.com/v1/messages", { model: "claude", stream: false }, "anthropic/claude", false],
    [
      "https://generativelanguage.googleapis.com/v1beta/models/gemini-pro:streamGenerateContent?alt=sse&key=k",
      {},
      "gemini/gemini-pro",
      true,
    ],
    [
      "https://generativelanguage.googleapis.com/v1beta/models/gemini-pro:generateContent",
      {},
      "gemini/gemini-pro",
      false,
    ],
    [
      "https://res.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=1",
      { stream: true },
      "res-openai-azure-com/my%20gpt",
      true,
    ],
    [
      "https://bedrock-runtime.eu-west-1.amazonaws.com/model/anthropic.claude-v2%3A1/invoke-with-response-stream",
      {},
      "bedrock-runtime-eu-west-1-amazonaws-com/anthropic.claude-v2:1",
      true,
    ],
    ["http://127.0.0.1:11434/api/chat", { model: "llama3" }, "127.0.0.1-11434/llama3", true],
    ["http://localhost:11434/api/chat", { model: "llama3", stream: false }, "localhost-11434/llama3", false],
    ["http://[::1]:8000/v1/completions", { model: "m" }, "ip6-1-8000/m", false],
    ["http://vllm:8000/v1/chat/completions", { model: "" }, "vllm", false],
  ])("%s %j is %s", async (url, body, name, streaming) => {
    const request = await requestOf(url, post(body), undefined);
    expect(nameOf(request)).toBe(name);
    expect(request.streaming).toBe(streaming);
  });

  it("reads the body of a Request and leaves it unread", async () => {
    const request = new Request("https://api.mistral.ai/v1/chat/completions", {
      ...post({ model: "mistral-large", stream: true }),
      headers: { "content-type": "application/json" },
    });
    const facts = await requestOf(request, undefined, undefined);
    expect(nameOf(facts)).toBe("mistral/mistral-large");
    expect(facts.streaming).toBe(true);
    expect(request.bodyUsed).toBe(false);
    expect(await request.json()).toEqual({ model: "mistral-large", stream: true });
  });

  it("reads a body of bytes", async () => {
    const body = new TextEncoder().encode('{"model":"m"}');
    const init = { method: "POST", body, headers: { "content-type": "application/json" } };
    expect((await requestOf("https://api.openai.com/v1/responses", init, "mine")).model).toBe("m");
  });

  it("takes the signal that fetch would take", () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const request = new Request("https://x.test", { signal: first.signal });
    expect(signalOf("https://x.test", undefined)).toBeUndefined();
    expect(signalOf(request, undefined)).toBe(request.signal);
    expect(signalOf(request, { signal: second.signal })).toBe(second.signal);
    expect(signalOf(request, { signal: null })).toBeUndefined();
  });
});
