// @ts-nocheck
import type { WireFormat } from "../wire/formats.js";
import {
  chatChunk,
  chatUsage,
  data,
  EVENTS,
  geminiChunk,
  LINES,
  lines,
  messagesHead,
  messagesTail,
  named,
  ollamaLine,
  outputDelta,
  responsesHead,
  responsesTail,
  textDelta,
  words,
} from "./stream-events.js";

/** A whole streamed answer, as its provider documents it. */
export interface RecordedStream {
  readonly name: string;
  readonly format: WireFormat;
  readonly path: string;
  readonly contentType: string;
  readonly text: string;
  /** The end of the terminal marker, as it stands in `text`. */
  readonly terminal: string;
  readonly outputTokens?: number;
  /** Events that carry content. */
  readonly tokens: number;
}

const chat: RecordedStream = {
  name: "chat",
  format: "chat",
  path: "/v1/chat/completions",
  contentType: EVENTS,
  text: `${data(
    chatChunk({ role: "assistant", content: "", refusal: null }),
    ...words.map((content) => chatChunk({ content })),
    chatChunk({}, "stop"),
    chatUsage,
  )}data: [DONE]\n\n`,
  terminal: "data: [DONE]",
  outputTokens: 4,
  tokens: 4,
};

const chatTools: RecordedStream = {
  ...chat,
  name: "chat, tool calls, azure filter first",
  path: "/openai/deployments/gpt-5/chat/completions?api-version=2025-04-01-preview",
  text: `${data(
    {
      choices: [],
      created: 0,
      id: "",
      model: "",
      object: "",
      prompt_filter_results: [{ prompt_index: 0 }],
    },
    chatChunk({
      role: "assistant",
      content: null,
      tool_calls: [
        { index: 0, id: "call_1", type: "function", function: { name: "weather", arguments: "" } },
      ],
    }),
    chatChunk({ tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] }),
    chatChunk({ tool_calls: [{ index: 0, function: { arguments: '"Köln"}' } }] }),
    chatChunk({}, "tool_calls"),
  )}data: [DONE]\n\n`,
  tokens: 3,
} as const;

const openRouter: RecordedStream = {
  ...chat,
  name: "chat, OpenRouter with comments, CRLF",
  path: "/api/v1/chat/completions",
  text: (
    ": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n" +
    data(
      chatChunk({ role: "assistant", content: "", reasoning: "Let me think" }),
      chatChunk({ content: "Hi" }),
      chatChunk({ content: "" }, "length", { usage: { completion_tokens: 7 } }),
    ) +
    "data: [DONE]\n\n"
  ).replaceAll("\n", "\r\n"),
  outputTokens: 7,
  tokens: 2,
};

const responses: RecordedStream = {
  name: "responses",
  format: "responses",
  path: "/v1/responses",
  contentType: EVENTS,
  text: named(
    ...responsesHead,
    ...words.map((word, i) => outputDelta(word, 4 + i)),
    ...responsesTail("response.completed", "completed"),
  ),
  terminal: '"total_tokens":20}}}',
  outputTokens: 9,
  tokens: 4,
};

const responsesIncomplete: RecordedStream = {
  ...responses,
  name: "responses, incomplete",
  text: named(
    ...responsesHead,
    {
      type: "response.reasoning_summary_text.delta",
      sequence_number: 4,
      item_id: "rs_1",
      summary_index: 0,
      delta: "Hm",
    },
    ...responsesTail("response.incomplete", "incomplete"),
  ),
  tokens: 1,
};

const messages: RecordedStream = {
  name: "messages",
  format: "messages",
  path: "/v1/messages",
  contentType: EVENTS,
  text: named(...messagesHead, ...words.map(textDelta), ...messagesTail),
  terminal: 'data: {"type":"message_stop"}',
  outputTokens: 15,
  tokens: 4,
};

const messagesThinking: RecordedStream = {
  ...messages,
  name: "messages, thinking and tool use",
  text: named(
    ...messagesHead,
    { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "First" } },
    { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: ", then" } },
    { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "EqQBCgIYAhIM" } },
    { type: "content_block_stop", index: 0 },
    {
      type: "content_block_start",
      index: 1,
      content_block: { type: "tool_use", id: "toolu_01", name: "f", input: {} },
    },
    { type: "content_block_delta", index: 1, delta: { type: "input_json_delta", partial_json: '{"a":1}' } },
    ...messagesTail,
  ),
  tokens: 3,
};

const gemini: RecordedStream = {
  name: "gemini",
  format: "gemini",
  path: "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
  contentType: "text/event-stream",
  text: data(
    geminiChunk([{ text: "Thinking", thought: true }]),
    geminiChunk([{ text: words[0] }], {}, { candidatesTokenCount: 2, thoughtsTokenCount: 6 }),
    geminiChunk(
      [{ text: words[2] }],
      { finishReason: "STOP" },
      { candidatesTokenCount: 5, thoughtsTokenCount: 6 },
    ),
  ).replaceAll("\n\n", "\r\n\r\n"),
  terminal: '"responseId":"abc"}',
  outputTokens: 11,
  tokens: 3,
};

const geminiBlocked: RecordedStream = {
  ...gemini,
  name: "gemini, prompt blocked",
  text: data({
    promptFeedback: { blockReason: "SAFETY" },
    usageMetadata: { promptTokenCount: 8 },
    responseId: "abc",
  }),
  tokens: 0,
} as const;

const cohere: RecordedStream = {
  name: "cohere",
  format: "cohere",
  path: "/v2/chat",
  contentType: "text/event-stream",
  text: `${named(
    {
      type: "message-start",
      id: "29f1",
      delta: { message: { role: "assistant", content: [], tool_plan: "" } },
    },
    { type: "content-start", index: 0, delta: { message: { content: { type: "text", text: "" } } } },
    ...words.map((text) => ({ type: "content-delta", index: 0, delta: { message: { content: { text } } } })),
    { type: "content-end", index: 0 },
    {
      type: "message-end",
      delta: {
        finish_reason: "COMPLETE",
        usage: {
          billed_units: { input_tokens: 3, output_tokens: 6 },
          tokens: { input_tokens: 71, output_tokens: 6 },
        },
      },
    },
  )}data: [DONE]\n\n`,
  terminal: '"output_tokens":6}}}}',
  outputTokens: 6,
  tokens: 4,
};

const ollama: RecordedStream = {
  name: "ollama",
  format: "ollama",
  path: "/api/chat",
  contentType: LINES,
  text: lines(...words.map(ollamaLine), {
    ...ollamaLine(""),
    done: true,
    done_reason: "stop",
    total_duration: 4883583458,
    eval_count: 282,
  }),
  terminal: '"eval_count":282}',
  outputTokens: 282,
  tokens: 4,
};

const generate: RecordedStream = {
  ...ollama,
  name: "ollama, generate",
  path: "/api/generate",
  text: lines(
    { model: "m", response: "The", done: false },
    { model: "m", response: "!", done: true, eval_count: 282 },
  ),
  tokens: 2,
};

const completions: RecordedStream = {
  ...chat,
  name: "legacy completions",
  path: "/v1/completions",
  text: `${data(
    ...["a", "b"].map((text) => ({
      object: "text_completion",
      choices: [{ text, index: 0, finish_reason: null }],
    })),
    {
      object: "text_completion",
      choices: [{ text: "", index: 0, finish_reason: "length" }],
      usage: { completion_tokens: 4 },
    },
  )}data: [DONE]\n\n`,
  tokens: 2,
};

export const recordedStreams: readonly RecordedStream[] = [
  chat,
  withoutUsage(chatTools),
  openRouter,
  completions,
  responses,
  responsesIncomplete,
  messages,
  messagesThinking,
  gemini,
  withoutUsage(geminiBlocked),
  cohere,
  ollama,
  generate,
];

function withoutUsage({ outputTokens: _none, ...stream }: RecordedStream): RecordedStream {
  return stream;
}

/** How many bytes of a recorded stream must have arrived for its terminal marker to be whole. */
export function terminalByte(stream: RecordedStream): number {
  const at = stream.text.lastIndexOf(stream.terminal);
  if (at === -1) throw new Error(`the stream "${stream.name}" has no "${stream.terminal}"`);
  return new TextEncoder().encode(stream.text.slice(0, at + stream.terminal.length)).length;
}
