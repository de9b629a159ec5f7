import {
  type Call,
  countTokens,
  type Dialect,
  dataEvent,
  type Finish,
  type Invalid,
  positive,
} from "./dialect.js";
import { openaiError, openaiHeaders, openaiInvalid, serverErrorMessage } from "./openai-errors.js";

const fingerprint = "fp_mock000001";

function parse(body: Record<string, unknown>): Call | Invalid {
  const { model, messages, stream_options: options } = body;
  if (typeof model !== "string" || model === "") {
    return { message: "you must provide a model parameter", param: "model" };
  }
  if (!Array.isArray(messages))
    return { message: "Missing required parameter: 'messages'.", param: "messages" };
  return {
    model,
    stream: body.stream === true,
    includeUsage:
      typeof options === "object" &&
      options !== null &&
      "include_usage" in options &&
      options.include_usage === true,
    maxTokens: positive(body.max_completion_tokens) ?? positive(body.max_tokens),
    inputTokens: countTokens(messages),
    body,
  };
}

function usage(input: number, output: number) {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

export const openaiChat: Dialect = {
  name: "openai-chat",
  keepAlive: ": keep-alive\n\n",
  parse,
  headers: openaiHeaders,
  error: (kind, call, _stamp, detail) => openaiError(kind, call, detail),
  invalid: openaiInvalid,
  whole(call, stamp, words, finish) {
    return JSON.stringify({
      id: `chatcmpl-${stamp.id.slice(0, 29)}`,
      object: "chat.completion",
      created: Math.floor(stamp.wallMs / 1000),
      model: call.model,
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: words.join(""), refusal: null, annotations: [] },
          logprobs: null,
          finish_reason: finish,
        },
      ],
      usage: usage(call.inputTokens, words.length),
      service_tier: "default",
      system_fingerprint: fingerprint,
    });
  },
  stream(call, stamp) {
    const head = {
      id: `chatcmpl-${stamp.id.slice(0, 29)}`,
      object: "chat.completion.chunk",
      created: Math.floor(stamp.wallMs / 1000),
      model: call.model,
      service_tier: "default",
      system_fingerprint: fingerprint,
    };
    const tail = call.includeUsage ? { usage: null } : {};
    const chunk = (delta: object, finish: Finish | null) =>
      dataEvent({ ...head, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }], ...tail });
    const [before = "", after = ""] = chunk({ content: "\u0000" }, null).split('"\\u0000"');
    let tokens = 0;
    return {
      opening: chunk({ role: "assistant", content: "", refusal: null }, null),
      opensAtOnce: false,
      token(text) {
        tokens += 1;
        return before + JSON.stringify(text) + after;
      },
      closing(finish) {
        const total = { ...head, choices: [], usage: usage(call.inputTokens, tokens) };
        return `${chunk({}, finish)}${call.includeUsage ? dataEvent(total) : ""}data: [DONE]\n\n`;
      },
      error: () =>
        dataEvent({ error: { message: serverErrorMessage, type: "server_error", param: null, code: null } }),
    };
  },
};
