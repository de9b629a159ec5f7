// @ts-nocheck
// Subjects as the providers, the SDKs and the platforms make them.

export const http = (status: number, body?: unknown, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body,
});
export const openai = (
  status: number,
  code: string | null,
  type = "invalid_request_error",
  message = "No.",
) => http(status, { error: { message, type, param: null, code } });
export const anthropic = (status: number, type: string, error_code?: string) =>
  http(status, {
    type: "error",
    error: { type, message: "No.", ...(error_code && { details: { error_code } }) },
  });
const gemini = (code: number, status: string, details: unknown[] = [], message = "No.") =>
  http(code, { error: { code, message, status, details } });
export const thrown = (name: string, message = "No.", more: object = {}) =>
  Object.assign(new Error(message), { name }, more);
export const coded = (code: string) => Object.assign(new Error("No."), { code });
const aws = (name: string, status?: number) =>
  thrown(name, "No.", { $fault: "client", $metadata: { httpStatusCode: status } });
const quotaId = (id: string) => [
  { "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations: [{ quotaId: id }] },
];
export const azureMessage = (message: string) => http(429, { error: { code: "429", message } });
export const fetchFailed = (code: string) => new TypeError("fetch failed", { cause: coded(code) });

/** What each row is there for. */
export const samples: Readonly<Record<string, readonly unknown[]>> = {
  rejected: [
    http(503, { error: { message: "open", type: "breaker_open", code: "circuit_open" } }),
    http(503, {
      type: "error",
      error: { type: "breaker_open", message: "open", details: { error_code: "circuit_open" } },
    }),
    http(503, { error: "open", recloser: { circuit: "p/m", reason: "probing" } }),
    http(503, { error: { message: "No.", type: "gateway_error", code: "gateway_stopping" } }),
    http(500, { error: { message: "No.", type: "gateway_error", code: "gateway_bug" } }),
  ],
  "in-flight-budget": [
    http(402, {
      error: { code: 402, message: "Wait.", metadata: { limit_source: "openrouter_in_flight_budget" } },
    }),
  ],
  "quota-daily": [gemini(429, "RESOURCE_EXHAUSTED", quotaId("GenerateRequestsPerDayPerProject-FreeTier"))],
  "quota-per-minute": [
    openai(429, "insufficient_quota", "insufficient_quota", "Quota exceeded: 10 requests per minute."),
    openai(429, "quota_exceeded", "x", "over your TPM"),
  ],
  quota: [
    openai(429, "insufficient_quota", "insufficient_quota"),
    openai(429, "credit_balance_exhausted", "insufficient_quota"),
    openai(429, "organization_spend_limit_exceeded", "insufficient_quota"),
    openai(429, "project_spend_limit_exceeded", "insufficient_quota"),
    openai(429, "organization_usage_limit_exceeded", "insufficient_quota"),
    openai(429, "billing_not_active"),
    anthropic(402, "billing_error"),
    anthropic(429, "rate_limit_error", "enforced_spend_limit_reached"),
    anthropic(429, "rate_limit_error", "contract_spend_limit_reached"),
    anthropic(429, "rate_limit_error", "linked_organization_spend_limit_reached"),
    anthropic(403, "permission_error", "linked_organization_billing_unavailable"),
    anthropic(403, "permission_error", "organization_on_hold"),
    http(429, { error: { code: "quota_exceeded", message: "Daily." } }),
    http(402),
    http(402, { error: { code: 402, message: "Insufficient credits" } }),
    aws("ServiceQuotaExceededException", 400),
  ],
  "context-length": [
    openai(400, "context_length_exceeded"),
    http(400, { error: { code: 400, message: "No.", type: "exceed_context_size_error" } }),
  ],
  "content-filter": [
    openai(400, "content_filter"),
    openai(400, "content_policy_violation"),
    openai(400, "invalid_prompt"),
    http(400, {
      error: { code: "content_filter", innererror: { code: "ResponsibleAIPolicyViolation" }, status: 400 },
    }),
    http(403, { error: { code: 403, message: "No.", metadata: { reasons: ["x"], flagged_input: "a b" } } }),
  ],
  "too-large": [anthropic(413, "request_too_large"), openai(413, "rate_limit_exceeded", "tokens")],
  "too-large-text": [
    openai(
      429,
      "rate_limit_exceeded",
      "tokens",
      "Request too large for gpt-5 on tokens per min (TPM): Limit 9.",
    ),
  ],
  cancelled: [
    http(499),
    http(499, { error: { code: "cancelled", message: "No." } }),
    thrown("APIUserAbortError"),
  ],
  "quota-text": [
    http(400, {
      type: "error",
      error: { type: "invalid_request_error", message: "Your credit balance is too low to access the API." },
    }),
    http(403, { code: "permission-denied", error: "Your team has used all available credits." }),
    http(429, { message: "You are using a Trial key, which is limited to 1000 API calls / month." }),
    gemini(429, "RESOURCE_EXHAUSTED", [], "Quota exceeded for metric: x, limit: 0, model: y"),
  ],
  "capacity-code": [
    aws("ModelNotReadyException", 429),
    http(429, { message: "No.", type: "service_tier_capacity_exceeded", code: "3505" }),
  ],
  "capacity-text": [
    azureMessage("System is experiencing high demand and cannot process your request."),
    azureMessage("The service is temporarily unable to process your request."),
    openai(429, null, "requests", "The engine is currently overloaded, please try again later"),
  ],
  throttled: [
    openai(429, "rate_limit_exceeded", "requests"),
    openai(429, "slow_down", "rate_limit_error"),
    openai(503, "slow_down", "service_unavailable_error"),
    anthropic(429, "rate_limit_error"),
    anthropic(429, "rate_limit_error", "ramp_limit_exceeded"),
    gemini(429, "RESOURCE_EXHAUSTED", quotaId("GenerateRequestsPerMinutePerProjectPerModel-FreeTier")),
    aws("ThrottlingException", 429),
    aws("throttlingException"),
    azureMessage("Requests to x have exceeded token rate limit."),
    http(498, { error: { message: "No.", type: "x", code: "capacity_exceeded" } }),
    http(429),
    http(429, { message: "You are past the per minute request limit, please wait." }),
    http(429, "too many", { "x-amzn-errortype": "ThrottlingException:http://internal.amazon.com/x" }),
  ],
  overloaded: [
    openai(503, "server_is_overloaded", "service_unavailable_error"),
    anthropic(529, "overloaded_error"),
    gemini(503, "UNAVAILABLE"),
    aws("ServiceUnavailableException", 503),
    http(503, { error: { code: 503, message: "Loading model", type: "unavailable_error" } }),
  ],
  "context-length-text": [
    openai(400, null, "invalid_request_error", "This model's maximum context length is 8192 tokens."),
    openai(400, null, "invalid_request_error", "Input tokens exceed the configured limit of 10"),
    http(400, {
      error: { type: "invalid_request_error", message: "prompt is too long: 9 tokens > 8 maximum" },
    }),
    http(400, { message: "too many tokens: size limit exceeded by 5" }),
  ],
  auth: [
    http(401),
    http(403),
    http(407),
    openai(401, "invalid_api_key"),
    openai(403, "unsupported_country_region_territory"),
    gemini(400, "INVALID_ARGUMENT", [{ "@type": "ErrorInfo", reason: "API_KEY_INVALID" }]),
    aws("AccessDeniedException", 403),
    thrown("CredentialsProviderError"),
  ],
  timeout: [
    http(408),
    http(408, { error: { code: "Timeout", message: "The operation was timeout." } }),
    aws("ModelTimeoutException", 408),
    thrown("TimeoutError"),
    new DOMException("The operation was aborted due to timeout", "TimeoutError"),
    thrown("APIConnectionTimeoutError"),
    coded("ETIMEDOUT"),
    fetchFailed("UND_ERR_HEADERS_TIMEOUT"),
    new TypeError("terminated", { cause: coded("UND_ERR_BODY_TIMEOUT") }),
  ],
  "model-error": [aws("ModelErrorException", 424)],
  "model-stream-error": [aws("ModelStreamErrorException", 424), aws("modelStreamErrorException")],
  "invalid-request": [
    ...[400, 404, 405, 409, 410, 415, 418, 422, 424, 451].map((status) => http(status)),
    openai(404, "model_not_found"),
    gemini(400, "FAILED_PRECONDITION"),
    http(404, { error: { code: "DeploymentNotFound", message: "No." } }),
    http(400, { object: "error", message: "No.", type: "invalid_request_error", code: "unknown_model" }),
    http(422, { detail: [{ loc: ["body"], msg: "No.", type: "missing" }] }),
    http(404, { error: "model 'x' not found" }),
    http(501, { error: { code: 501, message: "No.", type: "not_supported_error" } }),
    aws("ValidationException", 400),
    openai(500, null, "invalid_request_error"),
  ],
  "overloaded-status": [
    http(503),
    http(529),
    http(503, { error: "server busy, please try again.  maximum pending requests exceeded" }),
    http(200, { error: { code: 503, message: "No provider meets your routing." } }),
  ],
  connection: [
    ..."ECONNREFUSED ECONNRESET ECONNABORTED ENOTFOUND EAI_AGAIN EPIPE EHOSTUNREACH ENETUNREACH EPROTO"
      .split(" ")
      .map(coded),
    ..."UND_ERR_SOCKET UND_ERR_CONNECT_TIMEOUT CERT_HAS_EXPIRED ERR_TLS_CERT_ALTNAME_INVALID ECONNREFUSED"
      .split(" ")
      .map(fetchFailed),
    ..."DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_VERIFY_LEAF_SIGNATURE"
      .split(" ")
      .map(coded),
    ..."ConnectionRefused ConnectionClosed FailedToOpenSocket ERR_STREAM_PREMATURE_CLOSE"
      .split(" ")
      .map(coded),
    thrown("APIConnectionError", "Connection error."),
    thrown("ConnectionReset"),
    thrown("AbortError", "This operation was aborted"),
    new AggregateError([coded("ECONNREFUSED"), coded("ECONNREFUSED")]),
  ],
  malformed: [
    new SyntaxError("Unexpected token '<'"),
    thrown("AI_JSONParseError"),
    thrown("AI_APICallError", "Invalid JSON response", { statusCode: 200, cause: new SyntaxError("x") }),
  ],
  truncated: [
    new Error("Incomplete JSON segment at the end"),
    thrown("AnthropicError", "stream ended without producing a Message with role=assistant"),
    new Error("request ended without sending any chunks"),
  ],
  "timeout-text": [new Error("Request timed out."), "timeout of 1000ms exceeded"],
  "connection-text": [
    ..."fetch failed|terminated|Failed to fetch|Load failed|network error|Network request failed"
      .split("|")
      .map((message) => new TypeError(message)),
    new TypeError("NetworkError when attempting to fetch resource."),
    new TypeError("error sending request for url (http://127.0.0.1/): client error (Connect)"),
    new Error("Network connection lost."),
    new Error("Unable to connect. Is the computer able to access the url?"),
    new Error("Connection error."),
    new Error("socket hang up"),
  ],
  "stream-error": [
    http(200, { error: { message: "No.", type: "server_error", param: null, code: null } }),
    http(200, { error: { code: 502, message: "Provider returned error" } }),
    http(200, '{"error":"the model runner has stopped"}'),
    thrown("APIError", "No.", {
      status: undefined,
      error: { type: "error", error: { type: "api_error", message: "No." } },
    }),
  ],
  "server-error": [
    ...[500, 501, 502, 504, 520, 521, 522, 523, 524, 525, 526, 599].map((status) => http(status)),
    anthropic(504, "timeout_error"),
    anthropic(500, "api_error"),
    gemini(504, "DEADLINE_EXCEEDED"),
    gemini(500, "INTERNAL"),
    http(502, "<html><title>Bad gateway</title></html>", { "content-type": "text/html" }),
    http(502, { error: { code: "ENOTFOUND", message: "No." } }),
    { message: "No.", response: { status: 500, data: { message: "No." } } },
  ],
  "no-answer": [
    http(200, "<!doctype html><title>Sign in</title>"),
    http(200, ""),
    http(200, undefined, { "Content-Type": "text/html; charset=utf-8" }),
    thrown("AI_APICallError", "Failed to process successful response", { statusCode: 200 }),
  ],
  success: [
    http(200),
    http(200, { id: "x", error: null, choices: [{ finish_reason: "length" }] }),
    http(201, "plain words"),
    http(204, ""),
    new Response("{}"),
  ],
  redirect: [http(302), http(304, ""), http(308, "<html>Moved</html>", { location: "https://x.test/" })],
  unknown: [new Error("Odd."), undefined, null, 0, "odd", Symbol("odd"), {}, [], () => 1, coded("EMFILE")],
};
