import { describe, expect, it } from "vitest";
import { isGeneration, readRequest } from "./index.js";

describe("what a request is for", () => {
  it.each([
    ["/v1/chat/completions", { model: "gpt-5", stream: true }, "gpt-5", true, "chat"],
    ["/v1/responses", { model: "gpt-5" }, "gpt-5", false, "responses"],
    ["/v1/messages", { model: "claude", stream: false }, "claude", false, "messages"],
    ["/v1beta/models/gemini-pro:streamGenerateContent?alt=sse&key=k", {}, "gemini-pro", true, "gemini"],
    ["/v1beta/models/gemini-pro:generateContent", {}, "gemini-pro", false, "gemini"],
    ["/v1beta/models/family:size:generateContent", {}, "family:size", false, "gemini"],
    [
      "/openai/deployments/my%20gpt/chat/completions?api-version=1",
      { stream: true },
      "my%20gpt",
      true,
      "chat",
    ],
    ["/model/anthropic.claude-v2%3A1/converse-stream", {}, "anthropic.claude-v2:1", true, undefined],
    ["/api/chat", { model: "llama3" }, "llama3", true, "ollama"],
    ["/api/chat", { model: "llama3", stream: false }, "llama3", false, "ollama"],
    ["https://res.openai.azure.com/openai/deployments/a/chat/completions?x=1", {}, "a", false, "chat"],
    ["/deployments/a/chat/completions/", {}, "a", false, "chat"],
    ["/aws/model/m/invoke", {}, "m", false, undefined],
    ["/v1/files", {}, undefined, false, undefined],
    ["/v1/embeddings", { model: "", input: "x" }, undefined, false, undefined],
  ])("%s %j", (path, body, model, streaming, format) => {
    expect(readRequest({ path, body: JSON.stringify(body) })).toEqual({ model, streaming, format });
  });

  it("bodies that are not JSON name no model", () => {
    for (const body of ["", "[1]", "nope", '{"model":', '{"model":"x', "\u0000\u0001", '"model"']) {
      expect(
        readRequest({ path: "/v1/chat/completions", body: new TextEncoder().encode(body) }).model,
      ).toBeUndefined();
    }
    expect(readRequest({ path: "/v1/chat/completions" })).toMatchObject({
      model: undefined,
      streaming: false,
    });
  });

  it("a model's name becomes safe and short", () => {
    const model = (name: string, maxModelLength?: number) =>
      readRequest({
        path: "/v1/responses",
        body: JSON.stringify({ model: name }),
        ...(maxModelLength === undefined ? {} : { maxModelLength }),
      }).model;
    expect(model("gpt\r\nx-evil: 1 é")).toBe("gpt%0D%0Ax-evil:%201%20%C3%A9");
    expect(model("x".repeat(500))).toHaveLength(128);
    expect(model("x".repeat(500), 8)).toHaveLength(8);
    expect(model("x".repeat(5_000))).toHaveLength(128);
    expect(model("  ")).toBeUndefined();
  });

  it("different models never share a name", () => {
    const body = (model: string) => JSON.stringify({ model });
    const names = ["模型", "通义", "a b", "a%20b", "a_b", `${"x".repeat(500)}1`, `${"x".repeat(500)}2`].map(
      (name) => readRequest({ path: "/v1/responses", body: body(name) }).model,
    );
    expect(names.slice(0, 5)).toEqual([
      "%E6%A8%A1%E5%9E%8B",
      "%E9%80%9A%E4%B9%89",
      "a%20b",
      "a%2520b",
      "a_b",
    ]);
    expect(names[5]).toMatch(/^x{119}-[\da-f]{8}$/);
    expect(new Set(names).size).toBe(names.length);
    // The same one on every call and in every process.
    expect(readRequest({ path: "/v1/responses", body: body("x".repeat(129)) }).model).toBe(
      `${"x".repeat(119)}-4ee8de87`,
    );
    // A cut leaves no half of an encoded byte, nor a character that a header may not hold.
    for (let longest = 8; longest < 40; longest++) {
      const name =
        readRequest({ path: "/", body: body("é模".repeat(40)), maxModelLength: longest }).model ?? "";
      expect(name.length).toBeLessThanOrEqual(longest);
      expect(name).toMatch(/^(?:%[\dA-F]{2}|[\w-])+$/);
    }
  });

  it("the accept header decides only where path and body do not", () => {
    const streaming = (body: object, accept: string) =>
      readRequest({ path: "/v1/things", body: JSON.stringify(body), accept }).streaming;
    expect(streaming({}, "text/event-stream")).toBe(true);
    expect(streaming({}, "application/x-ndjson")).toBe(true);
    expect(streaming({ stream: false }, "text/event-stream")).toBe(false);
    expect(streaming({}, "application/json")).toBe(false);
  });
});

describe("what asks a model for an answer", () => {
  const asks = (method: string, path: string, body: object = {}) =>
    isGeneration({ method, path, ...readRequest({ path, body: JSON.stringify(body) }) });

  it.each<[string, object]>([
    ["/v1/chat/completions", {}],
    ["/v1/embeddings", { model: "m" }],
    ["/v1beta/models/m:generateContent?key=k", {}],
    ["/files/v1/chat/completions", {}],
    ["https://x.test/v1/things", { model: "m" }],
  ])("POST %s %j", (path, body) => {
    expect(asks("POST", path, body)).toBe(true);
    expect(asks("GET", path, body)).toBe(false);
  });

  it.each<[string, object]>([
    ["/v1/files", {}],
    ["/v1/files", { model: "m" }],
    ["/v1/batches", { input_file_id: "f" }],
    ["/v1/messages/batches?beta=true", { model: "m", requests: [] }],
    ["/v1/uploads/u/parts", { model: "m" }],
    ["https://x.test/v1beta/models/m:batchGenerateContent?key=k", {}],
    ["/v1/things", {}],
  ])("not POST %s %j", (path, body) => {
    expect(asks("POST", path, body)).toBe(false);
  });
});
