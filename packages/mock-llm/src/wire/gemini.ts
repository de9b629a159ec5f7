import {
  type Call,
  countTokens,
  type Dialect,
  dataEvent,
  type ErrorDetail,
  type ErrorKind,
  edgePage,
  type Finish,
  json,
  positive,
  type Reply,
  type Stamp,
  seconds,
} from "./dialect.js";

const pathPattern = /^\/v1(?:beta)?\/models\/([^/]+):(generateContent|streamGenerateContent)$/;

export function isGeminiPath(path: string): boolean {
  return pathPattern.test(path);
}

function say(code: number, status: string, message: string, details?: object[]): Reply {
  return json(code, { error: { code, message, status, ...(details === undefined ? {} : { details }) } });
}

function exhausted(message: string, quotaId: string, wait: number | undefined): Reply {
  const violations = [
    { quotaMetric: "generativelanguage.googleapis.com/generate_content_requests", quotaId, quotaValue: "5" },
  ];
  const details: object[] = [{ "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations }];
  // Gemini tells the wait here and nowhere else: it sends no Retry-After header.
  if (wait !== undefined) {
    details.push({ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${seconds(wait)}s` });
  }
  return say(429, "RESOURCE_EXHAUSTED", message, details);
}

function error(kind: ErrorKind, call: Pick<Call, "model" | "stream">, detail: ErrorDetail): Reply {
  const wait = detail.retryAfterMs;
  switch (kind) {
    case "error-500":
      return say(500, "INTERNAL", "An internal error has occurred. Please retry.");
    case "error-502":
      return edgePage(502);
    case "error-503":
      return say(503, "UNAVAILABLE", "The service is currently unavailable.");
    case "error-504":
      return say(504, "DEADLINE_EXCEEDED", "The request timed out. Please try again.");
    case "overloaded":
      return say(503, "UNAVAILABLE", "The model is overloaded. Please try again later.");
    case "throttled":
    case "throttled-bare":
      return exhausted(
        "You exceeded your current rate limit.",
        "GenerateRequestsPerMinutePerProjectPerModel",
        wait,
      );
    case "quota":
      return exhausted(
        "You exceeded your current quota.",
        detail.code ?? "GenerateRequestsPerDayPerProjectPerModel",
        wait,
      );
    case "bad-request":
      return say(400, "INVALID_ARGUMENT", "Request contains an invalid argument.");
    case "unauthorized": {
      const info = { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID" };
      return say(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", [info]);
    }
    case "context-length": {
      const message =
        "The input token count (1310720) exceeds the maximum number of tokens allowed (1048576).";
      return say(400, "INVALID_ARGUMENT", message);
    }
    case "content-filter": {
      // The real one answers 200 without candidates.
      const blocked = { promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, modelVersion: call.model };
      if (!call.stream) return json(200, blocked);
      return { status: 200, contentType: "text/event-stream", headers: {}, body: dataEvent(blocked) };
    }
  }
}

function piece(call: Call, stamp: Stamp, text: string, output: number, finish: Finish | undefined) {
  const reason = finish === undefined ? {} : { finishReason: finish === "stop" ? "STOP" : "MAX_TOKENS" };
  return {
    candidates: [{ content: { parts: [{ text }], role: "model" }, ...reason, index: 0 }],
    usageMetadata: {
      promptTokenCount: call.inputTokens,
      candidatesTokenCount: output,
      totalTokenCount: call.inputTokens + output,
    },
    modelVersion: call.model,
    responseId: stamp.id.slice(0, 22),
  };
}

/** Only the SSE form of streaming (`?alt=sse`), which is what the SDKs use. */
export const gemini: Dialect = {
  name: "gemini",
  keepAlive: ": keep-alive\n\n",
  parse(body, path, search) {
    const match = pathPattern.exec(path);
    const stream = match?.[2] === "streamGenerateContent";
    if (!Array.isArray(body.contents)) {
      return { message: "GenerateContentRequest.contents: contents is not specified", param: "contents" };
    }
    if (stream && search.get("alt") !== "sse") {
      return { message: "This mock streams only with ?alt=sse; add it to the address.", param: "alt" };
    }
    const config = body.generationConfig;
    const maxTokens =
      typeof config === "object" && config !== null && "maxOutputTokens" in config
        ? positive(config.maxOutputTokens)
        : undefined;
    const model = decode(match?.[1] ?? "");
    return { model, stream, includeUsage: true, maxTokens, inputTokens: countTokens(body.contents), body };
  },
  headers: (_stamp, processingMs) => ({
    vary: "Origin, X-Origin, Referer",
    "server-timing": `gfet4t7; dur=${Math.round(processingMs)}`,
  }),
  error: (kind, call, _stamp, detail) => error(kind, call, detail),
  invalid: (problem) =>
    say(problem.status ?? 400, problem.status === 404 ? "NOT_FOUND" : "INVALID_ARGUMENT", problem.message),
  whole: (call, stamp, words, finish) =>
    JSON.stringify(piece(call, stamp, words.join(""), words.length, finish)),
  stream(call, stamp) {
    let tokens = 0;
    return {
      opening: "",
      opensAtOnce: false,
      token: (text) => dataEvent(piece(call, stamp, text, ++tokens, undefined)),
      // There is no terminal event: the finish reason is the end.
      closing: (finish) => dataEvent(piece(call, stamp, "", tokens, finish)),
      error: () =>
        dataEvent({
          error: {
            code: 503,
            message: "The model is overloaded. Please try again later.",
            status: "UNAVAILABLE",
          },
        }),
    };
  },
};

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
