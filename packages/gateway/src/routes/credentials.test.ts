import { describe, expect, it } from "vitest";
import { parseConfig } from "../config/load.js";
import { credentialOf, hashOf, withCredential } from "./credentials.js";

const request = (headers: string[], path = "/v1/x") => ({
  method: "POST",
  path,
  headers,
  body: Buffer.alloc(0),
});
const of = (...headers: string[]) => credentialOf(request(headers));

describe("credentialOf", () => {
  it("tells accounts apart by any header that names one, and by Gemini's query", () => {
    const all = [
      of("Authorization", "Bearer a"),
      of("Authorization", "Bearer b"),
      of("x-api-key", "a"),
      of("Authorization", "Bearer a", "OpenAI-Project", "p1"),
      credentialOf(request([], "/v1beta/models/m:generateContent?alt=sse&key=a")),
      credentialOf(request([], "/v1beta/models/m:generateContent?%6Bey=b")),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(all).not.toContain(undefined);
    expect(of("content-type", "x")).toBeUndefined();
  });

  it("a signature that changes with each request is no other account", () => {
    const signed = (signature: string) =>
      of(
        "Authorization",
        `AWS4-HMAC-SHA256 Credential=AKIA1/20250101/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=${signature}`,
      );
    expect(signed("a1")).toBe(signed("b2"));
  });

  it("its hash depends on the key, and is no longer than it needs to be", () => {
    expect(hashOf("a", "one key")).toMatch(/^[0-9a-f]{8}$/);
    expect(hashOf("a", "one key")).toBe(hashOf("a", "one key"));
    expect(hashOf("a", "one key")).not.toBe(hashOf("a", "another key"));
    expect(hashOf("a", undefined)).toBe(hashOf("a", undefined));
  });
});

describe("withCredential", () => {
  const caller = request(
    ["Authorization", "Bearer theirs", "X-Api-Key", "theirs", "Accept", "x"],
    "/m?key=theirs&alt=sse",
  );
  const provider = (upstream: string, more: object = {}) => {
    const [one] = parseConfig({ providers: [{ upstream, ...more }] }).providers;
    if (one === undefined) throw new Error("no provider");
    return one;
  };

  it("without a key of the gateway's nothing changes", () => {
    expect(withCredential(caller, provider("https://api.openai.com"), "chat")).toBe(caller);
  });

  it.each([
    ["https://api.openai.com", "chat", ["authorization", "Bearer mine"]],
    ["https://api.anthropic.com", undefined, ["x-api-key", "mine"]],
    ["http://proxy:1", "messages", ["x-api-key", "mine"]],
    ["https://x.openai.azure.com", "chat", ["api-key", "mine"]],
    ["https://generativelanguage.googleapis.com", "gemini", ["x-goog-api-key", "mine"]],
    ["https://generativelanguage.googleapis.com", "chat", ["x-goog-api-key", "mine"]],
    ["https://aiplatform.googleapis.com", "gemini", ["authorization", "Bearer mine"]],
    ["http://proxy:1", "gemini", ["x-goog-api-key", "mine"]],
    ["http://proxy:1", "responses", ["authorization", "Bearer mine"]],
  ] as const)("auto: %s, format %s", (upstream, format, header) => {
    const sent = withCredential(caller, provider(upstream, { apiKey: "mine" }), format);
    expect(sent.headers).toEqual(["Accept", "x", ...header]);
    expect(sent.path).toBe("/m?alt=sse");
  });

  it("as the operator says, or none at all", () => {
    const own = provider("http://a", { apiKey: "mine", auth: "api-key" });
    expect(withCredential(caller, own, "chat").headers).toEqual(["Accept", "x", "api-key", "mine"]);
    const none = withCredential(caller, provider("http://a", { auth: "none" }), "chat");
    expect([none.headers, none.path]).toEqual([["Accept", "x"], "/m?alt=sse"]);
  });
});
