import {
  type ErrorDetail,
  type ErrorKind,
  edgePage,
  type Invalid,
  json,
  type Reply,
  type Stamp,
  seconds,
} from "./dialect.js";

export const serverErrorMessage =
  "The server had an error while processing your request. Sorry about that! You can retry your request, or contact us through our help center at help.openai.com if you keep seeing this error.";

function body(message: string, type: string, code: string | null, param: string | null = null) {
  return { error: { message, type, param, code } };
}

export function openaiHeaders(stamp: Stamp, processingMs: number): Record<string, string> {
  return {
    "x-request-id": `req_${stamp.id.slice(0, 32).toLowerCase()}`,
    "openai-version": "2020-10-01",
    "openai-organization": "org-mock",
    "openai-processing-ms": String(Math.round(processingMs)),
    "x-ratelimit-limit-requests": "10000",
    "x-ratelimit-remaining-requests": "9999",
    "x-ratelimit-reset-requests": "6ms",
    "x-ratelimit-limit-tokens": "2000000",
    "x-ratelimit-remaining-tokens": "1999000",
    "x-ratelimit-reset-tokens": "30ms",
  };
}

export function openaiError(kind: ErrorKind, call: { model: string }, detail: ErrorDetail): Reply {
  const wait = detail.retryAfterMs;
  const hint: Record<string, string> =
    wait === undefined ? {} : { "retry-after": seconds(wait), "retry-after-ms": String(Math.round(wait)) };
  switch (kind) {
    case "error-500":
      return json(500, body(serverErrorMessage, "server_error", null), hint);
    case "error-502":
      return edgePage(502, hint);
    case "error-503":
      return json(503, body("Service temporarily unavailable.", "service_unavailable_error", null), hint);
    case "error-504":
      return edgePage(504, hint);
    case "overloaded": {
      const message = "Our servers are currently overloaded. Please try again later.";
      return json(503, body(message, "service_unavailable_error", "server_is_overloaded"), hint);
    }
    case "throttled":
    case "throttled-bare": {
      const again = wait === undefined ? "" : ` Please try again in ${seconds(wait)}s.`;
      const message = `Rate limit reached for ${call.model} in organization org-mock on requests per min (RPM): Limit 500, Used 500, Requested 1.${again}`;
      return json(429, body(message, "requests", "rate_limit_exceeded"), {
        ...hint,
        ...(wait === undefined
          ? noRateHeaders
          : { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": `${seconds(wait)}s` }),
      });
    }
    case "quota": {
      const message =
        "You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.";
      return json(429, body(message, "insufficient_quota", detail.code ?? "insufficient_quota"), {
        ...noRateHeaders,
        ...hint,
      });
    }
    case "bad-request":
      return json(
        400,
        body(
          "Invalid value for 'temperature': must be between 0 and 2.",
          "invalid_request_error",
          "invalid_value",
          "temperature",
        ),
        hint,
      );
    case "unauthorized": {
      const message =
        "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.";
      return json(401, body(message, "invalid_request_error", "invalid_api_key"), hint);
    }
    case "context-length": {
      const message =
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 131072 tokens. Please reduce the length of the messages.";
      return json(400, body(message, "invalid_request_error", "context_length_exceeded", "messages"), hint);
    }
    case "content-filter": {
      const message = "Your request was rejected as a result of our safety system.";
      return json(400, body(message, "invalid_request_error", "content_policy_violation"), hint);
    }
  }
}

/** An empty value removes a header that every answer carries: no hint of when to come back may be left. */
const noRateHeaders: Record<string, string> = {
  "x-ratelimit-limit-requests": "",
  "x-ratelimit-remaining-requests": "",
  "x-ratelimit-reset-requests": "",
  "x-ratelimit-limit-tokens": "",
  "x-ratelimit-remaining-tokens": "",
  "x-ratelimit-reset-tokens": "",
};

export function openaiInvalid(problem: Invalid): Reply {
  const code = problem.param === null ? null : "missing_required_parameter";
  return json(problem.status ?? 400, body(problem.message, "invalid_request_error", code, problem.param));
}
