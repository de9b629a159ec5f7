// @ts-nocheck
import type { WireFormat } from "../wire/formats.js";
import {
  chatChunk,
  data,
  EVENTS,
  geminiChunk,
  LINES,
  lines,
  messagesHead,
  named,
  ollamaLine,
  outputDelta,
  response,
  responsesHead,
  textDelta,
} from "./stream-events.js";

/** A stream that turns into an error after `tokens` tokens. */
export interface FailedStream {
  readonly name: string;
  readonly format: WireFormat;
  readonly path: string;
  readonly contentType: string;
  readonly text: string;
  readonly tokens: number;
  /** Something that the error's payload holds. */
  readonly payloadHas: string;
}

type Origin = Pick<FailedStream, "format" | "path" | "contentType">;

const chat: Origin = { format: "chat", path: "/v1/chat/completions", contentType: EVENTS };
const responses: Origin = { format: "responses", path: "/v1/responses", contentType: EVENTS };
const messages: Origin = { format: "messages", path: "/v1/messages", contentType: EVENTS };
const gemini: Origin = {
  format: "gemini",
  path: "/v1beta/models/m:streamGenerateContent?alt=sse",
  contentType: EVENTS,
};
const cohere: Origin = { format: "cohere", path: "/v2/chat", contentType: EVENTS };
const ollama: Origin = { format: "ollama", path: "/api/chat", contentType: LINES };

const failed = (stream: Origin, name: string, text: string, payloadHas: string): FailedStream => ({
  name,
  format: stream.format,
  path: stream.path,
  contentType: stream.contentType,
  text,
  tokens: 2,
  payloadHas,
});

const chatTwo = data(
  chatChunk({ role: "assistant", content: "" }),
  chatChunk({ content: "a" }),
  chatChunk({ content: "b" }),
);
const responsesTwo = named(...responsesHead, outputDelta("a", 4), outputDelta("b", 5));
const geminiTwo = data(geminiChunk([{ text: "a" }]), geminiChunk([{ text: "b" }]));
const cohereTwo = named(
  { type: "message-start", id: "29f1" },
  ...["a", "b"].map((text) => ({
    type: "content-delta",
    index: 0,
    delta: { message: { content: { text } } },
  })),
);

/** Two tokens, and then an error, in each provider's own shape. */
export const failedStreams: readonly FailedStream[] = [
  failed(
    chat,
    "OpenAI Chat",
    chatTwo +
      data({ error: { message: "The server had an error", type: "server_error", param: null, code: null } }),
    "server_error",
  ),
  failed(
    chat,
    "OpenRouter, finish_reason error",
    chatTwo +
      data({
        ...chatChunk({ content: "" }, "error"),
        error: { code: "server_error", message: "Provider disconnected unexpectedly" },
      }),
    "server_error",
  ),
  failed(chat, "a finish_reason error alone", chatTwo + data(chatChunk({ content: "" }, "error")), "error"),
  failed(
    chat,
    "vLLM",
    `${chatTwo}data: {"error":{"message":"x","type":"BadRequestError","code":400}}\n\n`,
    "BadRequest",
  ),
  failed(chat, "vLLM, older", `${chatTwo}data: {"object":"error","message":"x","code":500}\n\n`, "500"),
  failed(
    chat,
    "Groq",
    chatTwo + data({ ...chatChunk({}), x_groq: { error: "over_capacity" } }),
    "over_capacity",
  ),
  failed(
    chat,
    "xAI, error is a string",
    chatTwo + data({ code: "internal", error: "Service unavailable" }),
    "internal",
  ),
  failed(chat, "bare JSON, no data field", `${chatTwo}{"error":{"message":"x","code":"gone"}}\n`, "gone"),
  failed(
    chat,
    "an error event that is no JSON",
    `${chatTwo}event: error\ndata: upstream gone\n\n`,
    "upstream gone",
  ),
  failed(
    responses,
    "OpenAI Responses, error",
    responsesTwo +
      named({ type: "error", code: "server_error", message: "x", param: null, sequence_number: 6 }),
    "server_error",
  ),
  failed(
    responses,
    "OpenAI Responses, error, nested",
    responsesTwo +
      named({
        type: "error",
        sequence_number: 6,
        error: { type: "server_error", code: "server_is_overloaded" },
      }),
    "server_is_overloaded",
  ),
  failed(
    responses,
    "OpenAI Responses, response.failed",
    responsesTwo +
      named({
        type: "response.failed",
        sequence_number: 6,
        response: response("failed", { error: { code: "rate_limit_exceeded", message: "x" } }),
      }),
    "rate_limit_exceeded",
  ),
  failed(
    messages,
    "Anthropic Messages",
    named(...messagesHead, textDelta("a"), textDelta("b")) +
      'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}\n\n',
    "overloaded_error",
  ),
  failed(
    gemini,
    "Gemini",
    geminiTwo + data({ error: { code: 503, message: "x", status: "UNAVAILABLE" } }),
    "UNAVAILABLE",
  ),
  failed(
    gemini,
    "Gemini, raw JSON",
    `${geminiTwo}{"error":{"code":503,"status":"UNAVAILABLE"}}\n`,
    "UNAVAILABLE",
  ),
  failed(
    cohere,
    "Cohere",
    cohereTwo + named({ type: "message-end", delta: { finish_reason: "ERROR", error: "x" } }),
    "ERROR",
  ),
  failed(
    ollama,
    "Ollama",
    lines(ollamaLine("a"), ollamaLine("b"), { error: "llama runner exited" }),
    "llama runner exited",
  ),
];
