// @ts-nocheck
import { describe, expect, it } from "vitest";
import { formatOfEvent } from "./formats.js";
import { formatOf, type WireFormat } from "./index.js";
import { parseData, readEvent, type StreamSignal } from "./signals.js";

const token = { kind: "token" };
const alive = { kind: "alive" };

describe("readEvent", () => {
  const rows: readonly [WireFormat, string, unknown, object][] = [
    ["chat", "a role alone", { choices: [{ delta: { role: "assistant", content: "" } }] }, alive],
    ["chat", "no choices", { choices: [], prompt_filter_results: [] }, alive],
    ["chat", "content", { choices: [{ delta: { content: "x" } }] }, token],
    ["chat", "content in parts", { choices: [{ delta: { content: [{ type: "thinking" }] } }] }, token],
    ["chat", "reasoning_content", { choices: [{ delta: { reasoning_content: "x" } }] }, token],
    ["chat", "reasoning", { choices: [{ delta: { reasoning: "x", content: null } }] }, token],
    ["chat", "tool calls", { choices: [{ delta: { tool_calls: [{ index: 0 }] } }] }, token],
    ["chat", "an empty list of tool calls", { choices: [{ delta: { content: "", tool_calls: [] } }] }, alive],
    ["chat", "a refusal", { choices: [{ delta: { refusal: "No" } }] }, token],
    [
      "chat",
      "a finish reason",
      { choices: [{ delta: {}, finish_reason: "length" }] },
      { kind: "finish", token: false },
    ],
    [
      "chat",
      "content and a finish reason at once",
      { choices: [{ delta: { content: "x" }, finish_reason: "stop" }], usage: { completion_tokens: 3 } },
      { kind: "finish", token: true, outputTokens: 3 },
    ],
    ["chat", "usage", { choices: [], usage: { completion_tokens: 3 } }, { kind: "alive", outputTokens: 3 }],
    [
      "chat",
      "Groq's usage",
      { choices: [], x_groq: { usage: { completion_tokens: 3 } } },
      { kind: "alive", outputTokens: 3 },
    ],
    ["chat", "an error that is null", { choices: [{ delta: { content: "x" } }], error: null }, token],
    ["chat", "the marker", "[DONE]", { kind: "end", token: false }],
    ["responses", "the marker of another format", "[DONE]", alive],
    ["responses", "response.created", { type: "response.created", response: { error: null } }, alive],
    ["responses", "any delta", { type: "response.function_call_arguments.delta", delta: "{" }, token],
    ["responses", "an empty delta", { type: "response.output_text.delta", delta: "" }, alive],
    [
      "responses",
      "response.incomplete",
      { type: "response.incomplete", response: { usage: { output_tokens: 2 } } },
      { kind: "end", token: false, outputTokens: 2 },
    ],
    ["messages", "message_start", { type: "message_start", message: { usage: { output_tokens: 1 } } }, alive],
    ["messages", "a content block", { type: "content_block_start", content_block: {} }, alive],
    ["messages", "a signature", { type: "content_block_delta", delta: { type: "signature_delta" } }, alive],
    [
      "messages",
      "tool input",
      { type: "content_block_delta", delta: { type: "input_json_delta", partial_json: "" } },
      token,
    ],
    [
      "messages",
      "message_delta",
      { type: "message_delta", delta: { stop_reason: "refusal" }, usage: { output_tokens: 8 } },
      { kind: "finish", token: false, outputTokens: 8 },
    ],
    ["messages", "message_stop", { type: "message_stop" }, { kind: "end", token: false }],
    ["gemini", "no parts", { candidates: [{ content: { role: "model" } }] }, alive],
    [
      "gemini",
      "empty text",
      { candidates: [{ content: { parts: [{ text: "", thoughtSignature: "x" }] } }] },
      alive,
    ],
    [
      "gemini",
      "a signature alone",
      { candidates: [{ content: { parts: [{ thoughtSignature: "x" }] } }] },
      alive,
    ],
    [
      "gemini",
      "a function call",
      { candidates: [{ content: { parts: [{ functionCall: { name: "f" } }] } }] },
      token,
    ],
    ["gemini", "a safety stop", { candidates: [{ finishReason: "SAFETY" }] }, { kind: "end", token: false }],
    [
      "gemini",
      "a reason that is none",
      { candidates: [{ finishReason: "FINISH_REASON_UNSPECIFIED" }] },
      alive,
    ],
    ["cohere", "a tool plan", { type: "tool-plan-delta", delta: { message: { tool_plan: "I" } } }, token],
    ["cohere", "a tool call's start", { type: "tool-call-start" }, alive],
    [
      "cohere",
      "the end",
      { type: "message-end", delta: { finish_reason: "MAX_TOKENS" } },
      { kind: "end", token: false },
    ],
    ["ollama", "thinking", { message: { content: "", thinking: "Hm" }, done: false }, token],
    ["ollama", "an empty line", { message: { content: "" }, done: false }, alive],
    [
      "ollama",
      "the last words",
      { response: "x", done: true, eval_count: 4 },
      { kind: "end", token: true, outputTokens: 4 },
    ],
  ];

  it.each(rows)("%s: %s", (format, _what, event, expected) => {
    expect(readEvent(event, "", format)).toEqual(expected);
    if (formatOfEvent(event) === format) expect(readEvent(event)).toEqual(expected);
  });

  const errors: readonly [string, unknown, string][] = [
    ["OpenAI", { error: { message: "x", code: null } }, ""],
    ["Responses, flat", { type: "error", code: "server_error" }, ""],
    [
      "Responses, failed",
      { type: "response.failed", response: { error: { code: "server_error" } } },
      "response.failed",
    ],
    ["Anthropic", { type: "error", error: { type: "overloaded_error" } }, "error"],
    ["an event named error", { detail: "gone" }, "error"],
    ["Gemini Interactions", { event_type: "error", error: { code: "not_found" } }, ""],
    ["Ollama", { error: "x" }, ""],
    ["Cohere", { type: "message-end", delta: { finish_reason: "TIMEOUT" } }, "message-end"],
    ["Mistral", { object: "error", message: "x" }, ""],
  ];

  it.each(errors)("an error of %s is an error in every format and holds the event", (_who, event, name) => {
    expect(readEvent(event, name)).toEqual({ kind: "error", payload: event });
  });

  it("reads anything at all", () => {
    for (const format of ["chat", "responses", "messages", "gemini", "cohere", "ollama"] as const) {
      for (const event of [
        undefined,
        null,
        0,
        "",
        "x",
        true,
        [],
        [1],
        {},
        { choices: {} },
        { choices: [null, 1] },
      ]) {
        const expected: StreamSignal = { kind: "alive" };
        expect(readEvent(event, "", format)).toEqual(expected);
      }
    }
    expect(readEvent({ step: 1 })).toEqual(token);
  });
});

describe("parseData", () => {
  it("reads the text of an event's data", () => {
    const read = (name: string, data: string, format?: WireFormat) =>
      readEvent(parseData(name, data), name, format);
    expect(read("", "[DONE]")).toEqual({ kind: "end", token: false });
    expect(read("message_stop", '{"type":"message_stop"}')).toEqual({ kind: "end", token: false });
    expect(read("error", "gone")).toEqual({ kind: "error", payload: { error: "gone" } });
    expect(read("", '{"choi', "chat")).toEqual(alive);
    expect(read("", '{"choices":[{"delta":{"content":"[DONE]"}}]}')).toEqual(token);
  });
});

describe("formatOf", () => {
  const paths: readonly [string, WireFormat | undefined][] = [
    ["/v1/chat/completions", "chat"],
    ["https://api.openai.com/v1/chat/completions?x=/v1/messages", "chat"],
    ["/openai/deployments/gpt-5/chat/completions?api-version=1", "chat"],
    ["/v1/completions/", "chat"],
    ["/v1/responses", "responses"],
    ["/v1/responses/resp_1", undefined],
    ["/v1/messages", "messages"],
    ["/v1/messages?beta=true", "messages"],
    ["/v1/messages/count_tokens", undefined],
    ["/v1/threads/thread_1/messages", undefined],
    ["/v1/projects/p/locations/l/publishers/anthropic/models/claude-sonnet-4@1:streamRawPredict", "messages"],
    ["/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse", "gemini"],
    ["/v1beta/models/gemini-2.5-pro:generateContent", "gemini"],
    ["/v1beta/models/x:embedContent", undefined],
    ["/v2/chat", "cohere"],
    ["/api/chat", "ollama"],
    ["/api/generate", "ollama"],
    ["/v1/embeddings", undefined],
    ["/v1/audio/speech", undefined],
    ["", undefined],
  ];
  it.each(paths)("%s", (path, format) => {
    expect(formatOf({ path })).toBe(format);
    expect(formatOf({ path, contentType: "text/event-stream; charset=utf-8" })).toBe(format);
    expect(formatOf({ path, contentType: "application/vnd.amazon.eventstream" })).toBeUndefined();
  });
});
