// @ts-nocheck
import { describe, expect, it } from "vitest";
import { createEventWatcher, Seen } from "./index.js";

const ends = (items: readonly unknown[]) => {
  const watcher = createEventWatcher();
  let seen = 0;
  for (const item of items) seen |= watcher.push(item);
  return { token: (seen & Seen.token) !== 0, end: watcher.finish().kind };
};

describe("objects that are nobody's format", () => {
  it.each<[string, unknown[]]>([
    [
      "an application's chunks with done: false",
      [
        { text: "a", done: false },
        { text: "b", done: false },
      ],
    ],
    [
      "the AI SDK's tool calls, version 4",
      [
        { type: "step-start" },
        { type: "tool-call-streaming-start", toolCallId: "1" },
        { type: "tool-call-delta", argsTextDelta: "x" },
        { type: "finish", finishReason: "tool-calls" },
      ],
    ],
    ["the AI SDK's text", [{ type: "start" }, { type: "text-delta", text: "a" }, { type: "finish" }]],
    ["choices of an application's own", [{ choices: ["a", "b"] }, { choices: [{ label: "a" }] }]],
    ["candidates of an application's own", [{ candidates: [{ name: "a" }] }, { candidates: [] }]],
    ["events of an agent", [{ type: "content-ready" }, { type: "message_stop_requested" }]],
    ["text", ["a", "b"]],
  ])("%s: a token each, and a clean end is success", (_what, items) => {
    expect(ends(items)).toEqual({ token: true, end: "opaque" });
    expect(ends(items.slice(0, 1))).toEqual({ token: true, end: "opaque" });
  });

  it("an error is one all the same", () => {
    expect(ends([{ text: "a", done: false }, { error: { message: "No." } }]).end).toBe("error");
    expect(ends([{ type: "error", error: new Error("No.") }]).end).toBe("error");
  });
});

describe("objects of an SDK that broke off", () => {
  it.each<[string, unknown[]]>([
    ["chat", [{ object: "chat.completion.chunk", choices: [] }]],
    ["chat without object", [{ choices: [{ delta: { content: "a" } }] }]],
    ["legacy completions", [{ object: "text_completion", choices: [{ text: "a" }] }]],
    ["responses", [{ type: "response.created" }]],
    ["messages", [{ type: "message_start", message: {} }]],
    ["messages, later", [{ type: "content_block_delta", delta: { type: "text_delta", text: "a" } }]],
    ["gemini", [{ candidates: [{ content: { parts: [{ text: "a" }] } }] }]],
    ["cohere", [{ type: "message-start", delta: { message: { role: "assistant" } } }]],
    ["ollama", [{ model: "m", created_at: "2025-11-23", message: { content: "a" }, done: false }]],
  ])("%s", (_format, items) => {
    expect(ends(items).end).toBe("truncated");
  });

  it("Azure's first chunk is no token, and the next one tells the format", () => {
    const azure = { choices: [], prompt_filter_results: [] };
    expect(ends([azure]).token).toBe(false);
    expect(ends([azure, { choices: [{ delta: { content: "a" } }] }])).toEqual({
      token: true,
      end: "truncated",
    });
  });
});

it("an iterable without any item is empty, whatever it would have been", () => {
  expect(ends([])).toEqual({ token: false, end: "empty" });
});
