/** The events that the recorded streams are made of, in the shapes that the providers document. */
// @ts-nocheck


export const EVENTS = "text/event-stream; charset=utf-8";
export const LINES = "application/x-ndjson";

export const data = (...events: readonly unknown[]) =>
  events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");

/** Events that carry their type as the event's name too: Responses, Messages, Cohere. */
export const named = (...events: readonly { readonly type: string; readonly [field: string]: unknown }[]) =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");

export const lines = (...events: readonly unknown[]) =>
  events.map((event) => `${JSON.stringify(event)}\n`).join("");

export const chatChunk = (delta: unknown, finishReason: string | null = null, more: object = {}) => ({
  id: "chatcmpl-C0ffee1",
  object: "chat.completion.chunk",
  created: 1763900000,
  model: "gpt-5-mini-2025-08-07",
  service_tier: "default",
  system_fingerprint: null,
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
  usage: null,
  obfuscation: "x8Jd0q",
  ...more,
});

export const chatUsage = {
  ...chatChunk({}),
  choices: [],
  usage: {
    prompt_tokens: 9,
    completion_tokens: 4,
    total_tokens: 13,
    completion_tokens_details: { reasoning_tokens: 0 },
  },
};

export const words = ["Grüße", ", ", "世界", " 👋"] as const;

export const response = (status: string, more: object = {}) => ({
  id: "resp_0a1b",
  object: "response",
  created_at: 1763900000,
  status,
  error: null,
  incomplete_details: null,
  instructions: null,
  model: "gpt-5",
  output: [],
  usage: null,
  ...more,
});

export const outputDelta = (delta: string, index: number) => ({
  type: "response.output_text.delta",
  sequence_number: index,
  item_id: "msg_0a1b",
  output_index: 0,
  content_index: 0,
  delta,
  logprobs: [],
  obfuscation: "yU2k",
});

export const responsesHead = [
  { type: "response.created", sequence_number: 0, response: response("in_progress") },
  { type: "response.in_progress", sequence_number: 1, response: response("in_progress") },
  {
    type: "response.output_item.added",
    sequence_number: 2,
    output_index: 0,
    item: { id: "msg_0a1b", type: "message", status: "in_progress", content: [], role: "assistant" },
  },
  {
    type: "response.content_part.added",
    sequence_number: 3,
    item_id: "msg_0a1b",
    output_index: 0,
    content_index: 0,
    part: { type: "output_text", annotations: [], logprobs: [], text: "" },
  },
] as const;

export const responsesTail = (type: string, status: string) => [
  { type: "response.output_text.done", sequence_number: 8, item_id: "msg_0a1b", text: words.join("") },
  {
    type,
    sequence_number: 9,
    response: response(status, {
      output: [{ type: "message", content: [{ type: "output_text", text: words.join("") }] }],
      usage: {
        input_tokens: 11,
        output_tokens: 9,
        output_tokens_details: { reasoning_tokens: 5 },
        total_tokens: 20,
      },
    }),
  },
];

export const messagesHead = [
  {
    type: "message_start",
    message: {
      id: "msg_01",
      type: "message",
      role: "assistant",
      content: [],
      model: "claude-sonnet-4-5",
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 25, output_tokens: 1 },
    },
  },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "ping" },
] as const;

export const textDelta = (text: string) => ({
  type: "content_block_delta",
  index: 0,
  delta: { type: "text_delta", text },
});

export const messagesTail = [
  { type: "content_block_stop", index: 0 },
  {
    type: "message_delta",
    delta: { stop_reason: "end_turn", stop_sequence: null },
    usage: { output_tokens: 15 },
  },
  { type: "message_stop" },
] as const;

export const geminiChunk = (parts: readonly unknown[], more: object = {}, usage: object = {}) => ({
  candidates: [{ content: { parts, role: "model" }, index: 0, ...more }],
  usageMetadata: { promptTokenCount: 8, totalTokenCount: 20, ...usage },
  modelVersion: "gemini-2.5-flash",
  responseId: "abc",
});

export const ollamaLine = (content: string) => ({
  model: "llama3.2",
  created_at: "2025-11-23T08:52:19.385406455Z",
  message: { role: "assistant", content },
  done: false,
});

/** Healthy answers in every format, each ended by its terminal marker. */
