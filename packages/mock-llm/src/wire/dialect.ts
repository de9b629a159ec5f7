/** The errors a provider states in its own words. */
export type ErrorKind =
  | "error-500"
  | "error-502"
  | "error-503"
  | "error-504"
  | "overloaded"
  | "throttled"
  | "throttled-bare"
  | "quota"
  | "bad-request"
  | "unauthorized"
  | "context-length"
  | "content-filter";

/** One request, as far as an answer depends on it. */
export interface Call {
  readonly model: string;
  readonly stream: boolean;
  /** Chat Completions' `stream_options.include_usage`. */
  readonly includeUsage: boolean;
  readonly maxTokens: number | undefined;
  readonly inputTokens: number;
  readonly body: Record<string, unknown>;
}

/** A request the provider would refuse: its sentence and the field it names. */
export interface Invalid {
  readonly message: string;
  readonly param: string | null;
  readonly status?: number;
}

/** What an answer carries besides the request: made once for each. */
export interface Stamp {
  /** Random letters and digits, at least 32. */
  readonly id: string;
  /** Wall clock, milliseconds since 1970. */
  readonly wallMs: number;
}

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface ErrorDetail {
  /** Real milliseconds; undefined: none is told, by header or by text. */
  readonly retryAfterMs: number | undefined;
  readonly code: string | undefined;
}

export type Finish = "stop" | "length";

/** Writes one streamed answer, piece by piece. */
interface StreamText {
  /** Before the first token. */
  readonly opening: string;
  /** The provider sends its opening as soon as it has accepted the call, long before the first token. */
  readonly opensAtOnce: boolean;
  token(text: string): string;
  closing(finish: Finish): string;
  error(shape: "event" | "failed"): string;
}

/** One provider's wire format. Pure: text in, text out. */
export interface Dialect {
  readonly name: string;
  /** `path` and `search` as in the request line, for providers that put the model there. */
  parse(body: Record<string, unknown>, path: string, search: URLSearchParams): Call | Invalid;
  /** On every answer, good and bad. */
  headers(stamp: Stamp, processingMs: number): Record<string, string>;
  error(kind: ErrorKind, call: Pick<Call, "model" | "stream">, stamp: Stamp, detail: ErrorDetail): Reply;
  invalid(problem: Invalid, stamp: Stamp): Reply;
  whole(call: Call, stamp: Stamp, words: readonly string[], finish: Finish): string;
  stream(call: Call, stamp: Stamp): StreamText;
  /** Keeps a quiet stream alive. */
  readonly keepAlive: string;
}

export const jsonType = "application/json";

export function isInvalid(parsed: Call | Invalid): parsed is Invalid {
  return "message" in parsed;
}

export function dataEvent(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

export function namedEvent(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return { status, contentType: jsonType, headers, body: JSON.stringify(body) };
}

/** What the proxy in front of a provider says when the provider itself does not answer. */
export function edgePage(status: 502 | 503 | 504, headers: Record<string, string> = {}): Reply {
  const title = {
    502: "502 Bad Gateway",
    503: "503 Service Temporarily Unavailable",
    504: "504 Gateway Time-out",
  }[status];
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n`;
  return { status, contentType: "text/html", headers, body };
}

/** Seconds, whole where they are whole: time compression can make a fraction of them. */
export function seconds(ms: number): string {
  return String(Math.round(ms) / 1000);
}

/** A rough count, as good as any for a mock: four characters a token. */
export function countTokens(prompt: unknown): number {
  return prompt === undefined ? 1 : Math.max(1, Math.ceil(JSON.stringify(prompt).length / 4));
}

export function positive(value: unknown): number | undefined {
  return typeof value === "number" && value >= 1 ? Math.floor(value) : undefined;
}
