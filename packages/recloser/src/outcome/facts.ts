import type { RejectionReason } from "./outcome.js";

/** Response headers as people have them: a `Headers`, a plain record in any letter case, or anything with `get`. */
export type HeadersLike =
  | { get(name: string): unknown }
  | Readonly<Record<string, string | number | readonly string[] | null | undefined>>;

/** What a subject says about itself, in the order in which the table asks. */
export interface Facts {
  /**
   * Where the news came from: `503` (an HTTP answer), `event` or `event 503` (an error inside a 2xx answer, with its
   * own number if it has one), `200` (a success), `200 bad` (a 2xx that is no answer), `302` (a redirect), `thrown` (no
   * answer at all).
   */
  readonly at: string;
  /** Its own: an error inside a 2xx answer has none unless it tells one. */
  readonly status: number | undefined;
  /** Structured codes and types, most specific first. Never free text. */
  readonly codes: readonly string[];
  /** Names of the errors and of their classes. A bundler may have shortened the latter. */
  readonly names: readonly string[];
  /** The provider's or the platform's own words. Only matched against, never shown. */
  readonly text: string;
  readonly headers: HeadersLike;
}

const LAYER = 0;
const TRANSPORT = 1;
const PAYLOAD = 2;
interface Node {
  readonly value: unknown;
  readonly kind: typeof LAYER | typeof TRANSPORT | typeof PAYLOAD;
}

const words = (list: string): string[] => list.split(" ");
const TRANSPORTS = words("response $metadata $response rawResponse");
const PAYLOADS = words(
  "error body data responseBody details errorDetails violations metadata innererror delta",
);
const CODES = words("code error_code errorCode type status reason quotaId limit_source finish_reason __type");
const STATUSES = words("status statusCode httpStatusCode code");
const TEXTS = words("message error detail");
const MAX_NODES = 48;
const MAX_JSON_CHARS = 65_536;
const MAX_TEXT_CHARS = 2_000;

const REJECTIONS: Readonly<Record<RejectionReason, true>> = {
  open: true,
  throttled: true,
  quota: true,
  probing: true,
  saturated: true,
  "forced-open": true,
};

/** Whether a value is one of the reasons for which a circuit sends nothing. */
export function isRejectionReason(value: unknown): value is RejectionReason {
  return typeof value === "string" && Object.hasOwn(REJECTIONS, value);
}

/** Reads a property of anything. One that throws when read is absent. */
export function read(value: unknown, key: string): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[key];
  } catch {
    return undefined;
  }
}

function isErrorLike(value: unknown): boolean {
  try {
    return value instanceof Error || typeof read(value, "stack") === "string";
  } catch {
    return false;
  }
}

/** The JSON in a body, or at the end of a message: `429 {"error":…}`. */
function parsed(text: string): unknown {
  const start = text.search(/[{[]/);
  if (start < 0 || text.length > MAX_JSON_CHARS) return undefined;
  try {
    return JSON.parse(text.slice(start));
  } catch {
    return undefined;
  }
}

/** The wrapped error. Only the last of several attempts: the earlier ones have had their say. */
function inner(value: unknown): unknown {
  const errors = read(value, "errors");
  const count = read(errors, "length");
  return (
    read(value, "lastError") ??
    read(value, "cause") ??
    read(read(value, "failure"), "cause") ??
    (typeof count === "number" ? read(errors, `${count - 1}`) : undefined)
  );
}

/** What an SDK's schema had expected of an answer: its codes, `invalid_type` say, are not the provider's. */
const SCHEMA_ERROR = /^(\$?ZodError|AI_TypeValidationError|ValiError)$/;

function isSchemaError(value: unknown): boolean {
  const name = read(value, "name");
  return typeof name === "string" && SCHEMA_ERROR.test(name);
}

/** Every object worth asking, outermost first: bounded, safe with cycles and with getters that throw. */
export function walk(root: unknown): Node[] {
  const nodes: Node[] = [];
  const seen = new Set<unknown>();
  const add = (raw: unknown, kind: Node["kind"]) => {
    const value = typeof raw === "string" ? parsed(raw) : raw;
    if (!value || typeof value !== "object" || seen.has(value) || nodes.length >= MAX_NODES) return;
    if (nodes.length > 0 && isSchemaError(value)) return;
    seen.add(value);
    nodes.push({ value, kind });
  };
  add(root, LAYER);
  for (const { value, kind } of nodes) {
    for (const key of TRANSPORTS) add(read(value, key), kind === PAYLOAD ? PAYLOAD : TRANSPORT);
    for (const key of PAYLOADS) {
      const child = read(value, key);
      add(child, isErrorLike(child) ? LAYER : PAYLOAD);
    }
    for (let i = 0; i < 8; i++) add(read(value, `${i}`), PAYLOAD);
    if (kind !== LAYER) continue;
    add(inner(value), LAYER);
    add(read(value, "message"), PAYLOAD);
  }
  return nodes;
}

/** One header, whatever holds it and in whatever case its name is written. */
export function header(headers: unknown, name: string): string | undefined {
  if (typeof headers !== "object" || headers === null) return undefined;
  try {
    const bag = headers as Partial<Map<string, unknown>>;
    let value = typeof bag.get === "function" ? bag.get(name) : undefined;
    if (value == null) {
      const pairs = typeof bag.entries === "function" ? bag.entries() : Object.entries(bag);
      let left = 200;
      for (const [key, held] of pairs) {
        if (left-- === 0) break;
        if (key.toLowerCase() === name) value = held;
      }
    }
    return value == null ? undefined : `${Array.isArray(value) ? value[0] : value}`;
  } catch {
    return undefined;
  }
}

function statusOf(value: unknown): number | undefined {
  for (const key of STATUSES) {
    const raw = read(value, key);
    const status = typeof raw === "number" || typeof raw === "string" ? Number(raw) : 0;
    if (Number.isInteger(status) && status >= (key === "code" ? 400 : 200) && status <= 999) return status;
  }
  return undefined;
}

/** Facts of anything thrown, or of a response: `{ status, headers, body }`. Never throws. `event`: it is an error. */
export function factsOf(subject: unknown, event = false): Facts {
  const codes: string[] = [];
  const names: string[] = [];
  const bags: unknown[] = [];
  let text = typeof subject === "string" ? subject.slice(0, MAX_TEXT_CHARS) : "";
  let status: number | undefined;
  let told: number | undefined;
  let inBand = event;
  const push = (list: string[], raw: unknown) => {
    if (
      typeof raw === "string" &&
      /^[\w.:#/-]{1,128}$/.test(raw) &&
      !/^(error|failed|response\.failed|basic|cors|default|maxRetriesExceeded|errorNotRetryable)$/i.test(raw)
    )
      list.push(raw);
  };

  for (const { value, kind } of walk(subject)) {
    const own = statusOf(value);
    if (kind === PAYLOAD) {
      if (own && own >= 400) told ??= own;
      const marks = [read(value, "type"), read(value, "object"), read(value, "finish_reason")];
      if (marks.some((mark) => /^(error|timeout)$/i.test(typeof mark === "string" ? mark : "")))
        inBand = true;
    } else if (own && (!status || (status < 400 && own >= 400))) status = own;

    for (const key of CODES) push(codes, read(value, key));
    // A CircuitError of a circuit further in: what it rejected or its caller cancelled is no news here.
    const ended = read(read(value, "failure"), "kind");
    if (ended === "rejected" || ended === "cancelled") codes.push(`circuit_${ended}`);
    // Another breaker's word, in a body that has lost its headers, or in a format that has no field for a code.
    if (isRejectionReason(read(read(value, "recloser"), "reason"))) codes.push("circuit_rejected");
    if (read(value, "flagged_input")) codes.push("flagged_input");
    for (const key of TEXTS) {
      const said = read(value, key);
      if (typeof said === "string") text += `\n${said.slice(0, MAX_TEXT_CHARS)}`;
    }
    const error = read(value, "error");
    if (isErrorLike(value)) {
      push(names, read(value, "name"));
      push(names, read(read(value, "constructor"), "name"));
    }
    if (error && !isErrorLike(error)) inBand = true;
    bags.push(read(value, "headers"), read(value, "responseHeaders"));
  }

  const headers = { get: (name: string) => bags.map((bag) => header(bag, name)).find(Boolean) };
  push(codes, headers.get("x-amzn-errortype")?.split(":")[0]);
  let at = "thrown";
  if (status && status >= 400) at = `${status}`;
  else if (inBand) at = told ? `event ${told}` : "event";
  else if (status) at = status < 300 && isBad(subject, status, headers) ? `${status} bad` : `${status}`;
  // The codes and the words of a success are its content, not news about its health.
  if (/^2..$/.test(at)) return { at, status, codes: [], names: [], text: "", headers };
  // The status around an error inside a 2xx answer is no fact about the error.
  const around = at === "event" ? undefined : status;
  return { at, status: status && status >= 400 ? status : (told ?? around), codes, names, text, headers };
}

/** A 2xx that is no answer: somebody threw about it, or it is a web page, or there is nothing in it. */
function isBad(subject: unknown, status: number, headers: HeadersLike): boolean {
  const body = read(subject, "body") ?? read(subject, "data") ?? read(subject, "responseBody");
  return (
    isErrorLike(subject) ||
    /text\/html/i.test(header(headers, "content-type") ?? "") ||
    (typeof body === "string" && status === 200 && /^\s*(<|$)/.test(body))
  );
}
