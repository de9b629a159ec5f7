import {
  type Call,
  countTokens,
  type Dialect,
  type Invalid,
  namedEvent,
  positive,
  type Stamp,
} from "./dialect.js";
import { openaiError, openaiHeaders, openaiInvalid, serverErrorMessage } from "./openai-errors.js";

function parse(body: Record<string, unknown>): Call | Invalid {
  const { model, input } = body;
  if (typeof model !== "string" || model === "") {
    return { message: "Missing required parameter: 'model'.", param: "model" };
  }
  if (typeof input !== "string" && !Array.isArray(input)) {
    return { message: "Missing required parameter: 'input'.", param: "input" };
  }
  return {
    model,
    stream: body.stream === true,
    includeUsage: true,
    maxTokens: positive(body.max_output_tokens),
    inputTokens: countTokens(input),
    body,
  };
}

interface Ending {
  status: "in_progress" | "completed" | "incomplete" | "failed";
  output: object[];
  tokens?: number;
  error?: { code: string; message: string };
}

function response(call: Call, stamp: Stamp, ending: Ending) {
  const { body } = call;
  const createdAt = Math.floor(stamp.wallMs / 1000);
  return {
    id: `resp_${stamp.id}`,
    object: "response",
    created_at: createdAt,
    status: ending.status,
    background: false,
    completed_at: ending.status === "completed" ? createdAt : null,
    error: ending.error ?? null,
    incomplete_details: ending.status === "incomplete" ? { reason: "max_output_tokens" } : null,
    instructions: body.instructions ?? null,
    max_output_tokens: call.maxTokens ?? null,
    max_tool_calls: null,
    model: call.model,
    output: ending.output,
    parallel_tool_calls: true,
    previous_response_id: null,
    prompt_cache_key: null,
    reasoning: { effort: null, summary: null },
    safety_identifier: null,
    service_tier: ending.status === "in_progress" ? "auto" : "default",
    store: body.store ?? true,
    temperature: body.temperature ?? 1,
    text: { format: { type: "text" }, verbosity: "medium" },
    tool_choice: "auto",
    tools: [],
    top_logprobs: 0,
    top_p: body.top_p ?? 1,
    truncation: "disabled",
    usage: ending.tokens === undefined ? null : usage(call.inputTokens, ending.tokens),
    user: null,
    metadata: body.metadata ?? {},
  };
}

function usage(input: number, output: number) {
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + output,
  };
}

function part(text: string) {
  return { type: "output_text", annotations: [], logprobs: [], text };
}

function message(id: string, status: string, content: object[]) {
  return { id, type: "message", status, content, role: "assistant" };
}

export const openaiResponses: Dialect = {
  name: "openai-responses",
  keepAlive: ": keep-alive\n\n",
  parse,
  headers: openaiHeaders,
  error: (kind, call, _stamp, detail) => openaiError(kind, call, detail),
  invalid: openaiInvalid,
  whole(call, stamp, words, finish) {
    const status = finish === "stop" ? "completed" : "incomplete";
    const output = [message(`msg_${stamp.id}`, status, [part(words.join(""))])];
    return JSON.stringify(response(call, stamp, { status, output, tokens: words.length }));
  },
  stream(call, stamp) {
    const itemId = `msg_${stamp.id}`;
    const place = { item_id: itemId, output_index: 0, content_index: 0 };
    let sequence = 0;
    let words = 0;
    let text = "";
    const event = (type: string, fields: object) =>
      namedEvent(type, { type, sequence_number: sequence++, ...fields });
    const started = response(call, stamp, { status: "in_progress", output: [] });
    const opening =
      event("response.created", { response: started }) + event("response.in_progress", { response: started });
    const begin = () =>
      event("response.output_item.added", { output_index: 0, item: message(itemId, "in_progress", []) }) +
      event("response.content_part.added", { ...place, part: part("") });
    return {
      opening,
      opensAtOnce: true,
      token(word) {
        const before = words === 0 ? begin() : "";
        words += 1;
        text += word;
        return before + event("response.output_text.delta", { ...place, delta: word, logprobs: [] });
      },
      closing(finish) {
        const status = finish === "stop" ? "completed" : "incomplete";
        const item = message(itemId, status, [part(text)]);
        const whole = response(call, stamp, { status, output: [item], tokens: words });
        return (
          event("response.output_text.done", { ...place, text, logprobs: [] }) +
          event("response.content_part.done", { ...place, part: part(text) }) +
          event("response.output_item.done", { output_index: 0, item }) +
          event(`response.${status}`, { response: whole })
        );
      },
      error(shape) {
        if (shape === "event") {
          return event("error", { code: "server_error", message: serverErrorMessage, param: null });
        }
        const error = { code: "server_error", message: serverErrorMessage };
        return event("response.failed", {
          response: response(call, stamp, { status: "failed", output: [], error }),
        });
      },
    };
  },
};
