import {
  type Call,
  countTokens,
  type Dialect,
  type ErrorDetail,
  type ErrorKind,
  edgePage,
  type Invalid,
  json,
  namedEvent,
  positive,
  type Reply,
  type Stamp,
  seconds,
} from "./dialect.js";

function requestId(stamp: Stamp): string {
  return `req_011C${stamp.id.slice(0, 20)}`;
}

function parse(body: Record<string, unknown>): Call | Invalid {
  const { model, messages } = body;
  if (typeof model !== "string" || model === "") return { message: "model: Field required", param: "model" };
  const maxTokens = positive(body.max_tokens);
  if (maxTokens === undefined) return { message: "max_tokens: Field required", param: "max_tokens" };
  if (!Array.isArray(messages)) return { message: "messages: Field required", param: "messages" };
  const inputTokens = countTokens(messages);
  return { model, stream: body.stream === true, includeUsage: true, maxTokens, inputTokens, body };
}

function headers(stamp: Stamp): Record<string, string> {
  const reset = new Date(stamp.wallMs + 1000).toISOString().replace(/\.\d+Z$/, "Z");
  return {
    "request-id": requestId(stamp),
    "anthropic-organization-id": "00000000-0000-4000-8000-000000000000",
    "anthropic-ratelimit-requests-limit": "4000",
    "anthropic-ratelimit-requests-remaining": "3999",
    "anthropic-ratelimit-requests-reset": reset,
    "anthropic-ratelimit-input-tokens-limit": "400000",
    "anthropic-ratelimit-input-tokens-remaining": "399000",
    "anthropic-ratelimit-input-tokens-reset": reset,
    "anthropic-ratelimit-output-tokens-limit": "80000",
    "anthropic-ratelimit-output-tokens-remaining": "79000",
    "anthropic-ratelimit-output-tokens-reset": reset,
  };
}

function error(kind: ErrorKind, stamp: Stamp, detail: ErrorDetail): Reply {
  const wait = detail.retryAfterMs;
  const hint: Record<string, string> = wait === undefined ? {} : { "retry-after": seconds(wait) };
  const say = (status: number, type: string, message: string, extra: Record<string, string> = {}) =>
    json(
      status,
      { type: "error", error: { type, message }, request_id: requestId(stamp) },
      { ...hint, ...extra },
    );
  switch (kind) {
    case "error-500":
      return say(500, "api_error", "Internal server error");
    case "error-502":
      return edgePage(502, hint);
    case "error-503":
      return edgePage(503, hint);
    case "error-504":
      return say(504, "timeout_error", "The request timed out while processing.");
    case "overloaded":
      return say(529, "overloaded_error", "Overloaded");
    case "throttled":
    case "throttled-bare": {
      const message =
        "This request would exceed the rate limit for your organization of 4,000 requests per minute. For details, refer to: https://docs.claude.com/en/api/rate-limits.";
      if (wait === undefined) return say(429, "rate_limit_error", message, noRateHeaders(stamp));
      return say(429, "rate_limit_error", message, {
        "anthropic-ratelimit-requests-remaining": "0",
        "anthropic-ratelimit-requests-reset": new Date(stamp.wallMs + wait).toISOString(),
      });
    }
    case "quota": {
      if (detail.code === undefined) {
        const message =
          "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.";
        return say(402, "billing_error", message, noRateHeaders(stamp));
      }
      const body = {
        type: "error",
        error: {
          type: "rate_limit_error",
          message: "This request would exceed a spend limit.",
          details: { error_code: detail.code },
        },
        request_id: requestId(stamp),
      };
      return json(429, body, { ...noRateHeaders(stamp), ...hint });
    }
    case "bad-request":
      return say(400, "invalid_request_error", "temperature: Input should be less than or equal to 1");
    case "unauthorized":
      return say(401, "authentication_error", "invalid x-api-key");
    case "context-length":
      return say(400, "invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum");
    case "content-filter":
      return say(400, "invalid_request_error", "Output blocked by content filtering policy");
  }
}

/** Empty values remove the rate headers every answer carries: no hint of when to come back may be left. */
function noRateHeaders(stamp: Stamp): Record<string, string> {
  const names = Object.keys(headers(stamp)).filter((name) => name.startsWith("anthropic-ratelimit-"));
  return Object.fromEntries(names.map((name) => [name, ""]));
}

function messageOf(call: Call, stamp: Stamp, output: number) {
  return {
    id: `msg_01${stamp.id.slice(0, 22)}`,
    type: "message",
    role: "assistant",
    model: call.model,
    content: [] as object[],
    stop_reason: null as string | null,
    stop_sequence: null,
    usage: {
      input_tokens: call.inputTokens,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
      output_tokens: output,
      service_tier: "standard",
    },
  };
}

const pingEvent = namedEvent("ping", { type: "ping" });

export const anthropic: Dialect = {
  name: "anthropic",
  keepAlive: pingEvent,
  parse,
  headers,
  error: (kind, _call, stamp, detail) => error(kind, stamp, detail),
  invalid(problem, stamp) {
    const status = problem.status ?? 400;
    const type = { 404: "not_found_error", 413: "request_too_large" }[status] ?? "invalid_request_error";
    const body = { type: "error", error: { type, message: problem.message }, request_id: requestId(stamp) };
    return json(status, body);
  },
  whole(call, stamp, words, finish) {
    const answer = messageOf(call, stamp, words.length);
    answer.content = [{ type: "text", text: words.join("") }];
    answer.stop_reason = finish === "stop" ? "end_turn" : "max_tokens";
    return JSON.stringify(answer);
  },
  stream(call, stamp) {
    let tokens = 0;
    const start = { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } };
    const before =
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":';
    return {
      opening: namedEvent("message_start", { type: "message_start", message: messageOf(call, stamp, 1) }),
      opensAtOnce: true,
      token(text) {
        const first = tokens === 0 ? namedEvent("content_block_start", start) + pingEvent : "";
        tokens += 1;
        return `${first}${before}${JSON.stringify(text)}}}\n\n`;
      },
      closing(finish) {
        const delta = { stop_reason: finish === "stop" ? "end_turn" : "max_tokens", stop_sequence: null };
        return (
          namedEvent("content_block_stop", { type: "content_block_stop", index: 0 }) +
          namedEvent("message_delta", { type: "message_delta", delta, usage: { output_tokens: tokens } }) +
          namedEvent("message_stop", { type: "message_stop" })
        );
      },
      error: () =>
        namedEvent("error", { type: "error", error: { type: "overloaded_error", message: "Overloaded" } }),
    };
  },
};
