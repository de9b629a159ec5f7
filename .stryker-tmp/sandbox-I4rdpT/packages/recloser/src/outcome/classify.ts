// @ts-nocheck
import { type Facts, factsOf } from "./facts.js";
import { retryAfterMs } from "./retry-after.js";
import type { FailureReason, NeutralReason, Verdict } from "./verdict.js";

/** One line of the classification. The first row that matches decides. */
export type ClassificationRow = {
  readonly id: string;
  /** When it matches, in words. */
  readonly when: string;
} & (
  | { readonly verdict: "success"; readonly reason?: undefined }
  | { readonly verdict: "failure"; readonly reason: FailureReason }
  | { readonly verdict: "neutral"; readonly reason: NeutralReason }
);

/** `at` alone is enough. Else `code` and `text` must both match, those that are given, somewhere `within`. */
interface Match {
  readonly at?: RegExp;
  readonly code?: RegExp;
  readonly text?: RegExp;
  readonly within?: RegExp;
}

const NO_ANSWER = /^(thrown|2)/;
const CALLER = /4\d\d$|^event/;
const QUOTA =
  /quota|spend_limit|usage_limit|credit|billing|on_hold|payment_required|insufficient_(balance|funds)/i;

type Row = ClassificationRow & Match;

const failure = (id: string, when: string, reason: FailureReason, match: Match): Row => ({
  id,
  when,
  verdict: "failure",
  reason,
  ...match,
});
const neutral = (id: string, when: string, reason: NeutralReason, match: Match): Row => ({
  id,
  when,
  verdict: "neutral",
  reason,
  ...match,
});

const table: readonly Row[] = [
  neutral("rejected", "our own word: circuit_open, circuit_saturated, gateway_stopping, …", "cancelled", {
    code: /^((circuit|breaker)_(open|saturated|rejected|cancelled)|gateway_(stopping|bug))$/,
  }),
  failure("in-flight-budget", "OpenRouter's budget for calls in flight", "throttled", {
    code: /^openrouter_in_flight_budget$/,
  }),
  failure("quota-daily", "a Gemini quota per day", "quota", { code: /PerDay/ }),
  failure("quota-per-minute", "429, a code of money or quota, but the text says per minute", "throttled", {
    code: QUOTA,
    text: /per[ -]?(minute|second)|\b[rt]p[ms]\b/i,
    within: /429$/,
  }),
  failure("quota", "402, or a code of money: insufficient_quota, billing_error, …", "quota", {
    at: /402$/,
    code: QUOTA,
  }),
  neutral("context-length", "a code of the context's length", "context-length", {
    code: /context_(length|size|window)|string_above_max|^error_limit$/i,
  }),
  neutral("content-filter", "a code of a content filter", "content-filter", {
    code: /content_?(filter|policy)|responsibleai|moderation|safety|invalid_prompt|(bio|cyber)_policy|_toxic$|flagged/i,
  }),
  neutral("too-large", "413", "invalid-request", { at: /413$/ }),
  neutral("too-large-text", "429, and the text says that this one request is too large", "invalid-request", {
    text: /^(\d+ )?request too large/im,
    within: /429$/,
  }),
  neutral("cancelled", "499, or an SDK's word that its user aborted", "cancelled", {
    at: /499$/,
    code: /^(cancell?ed|user_cancel|APIUserAbortError)$/i,
  }),
  failure("quota-text", "4xx, and the text says that credits or a spending limit are used up", "quota", {
    text: /credit balance is too low|specified (api )?usage limit|out of (available )?credits|used all available credits|have any credits|reached (its|your) (monthly )?spend|trial key.{0,80}month|limit: 0(?![.\d])/i,
    within: CALLER,
  }),
  failure("capacity-code", "429 with a code of capacity: ModelNotReadyException, 3505", "overloaded", {
    code: /modelnotready|^3505$|overload/i,
    within: /429$/,
  }),
  failure("capacity-text", "429, and the text says high demand or overloaded", "overloaded", {
    text: /high demand|temporarily unable to process|overloaded|capacity exceeded/i,
    within: /429$/,
  }),
  failure("throttled", "429, 498, or a code of rate: rate_limit_exceeded, slow_down, …", "throttled", {
    at: /429$|498$/,
    code: /rate_?limit|throttl|slow_down|ramp_limit|too_?many_?requests|resource_?exhausted|capacity_exceeded/i,
  }),
  failure(
    "overloaded",
    "a code of load: overloaded_error, server_is_overloaded, UNAVAILABLE, …",
    "overloaded",
    {
      code: /overload|modelnotready|cmek_context|^(service_?)?unavailable(_?(error|exception))?$/i,
    },
  ),
  neutral(
    "context-length-text",
    "400 or 422, and the text says that the input is too long",
    "context-length",
    {
      text: /maximum context length|context (window|length)|(prompt|input) is too long|too many (input )?tokens|input tokens? .{0,40}exceed/i,
      within: /4(00|22)$|^event$/,
    },
  ),
  neutral("auth", "401, 403, 407, or a code of credentials", "auth", {
    at: /40[137]$/,
    code: /api_?key|authenticat|unauthori[sz]ed|permission|access_?denied|forbidden|credential|expired_?token|unrecognizedclient|unsupported_country/i,
  }),
  failure("timeout", "408, or thrown: TimeoutError, ETIMEDOUT, UND_ERR_HEADERS_TIMEOUT, …", "timeout", {
    at: /408$/,
    code: /^((api_?connection|cohere|request|headers|body|model)?_?timed?out(_?error|exception)?|e(socket)?timed?out|und_err_(headers|body)_timeout)$/i,
    within: NO_ANSWER,
  }),
  failure("model-error", "Bedrock's ModelErrorException (424)", "server-error", { code: /^modelerror/i }),
  failure("model-stream-error", "Bedrock's ModelStreamErrorException (424)", "stream-error", {
    code: /^modelstreamerror/i,
  }),
  neutral(
    "invalid-request",
    "any other 4xx, or a code of the request: invalid_request_error, …",
    "invalid-request",
    {
      at: /4\d\d$/,
      code: /^invalid_|(^|[^e]|[a-z]{2})not_?found(_?error|exception)?$|^not_supported|^unimplemented$|validation|failed_precondition|residency|out_of_range|image|unprocessable|bad_?request|request_too_large|conflict/i,
      within: /^[5e]/,
    },
  ),
  failure("overloaded-status", "503 or 529 with no such code", "overloaded", { at: /503$|529$/ }),
  failure("connection", "thrown: ECONN…, ENOTFOUND, EAI_…, UND_ERR_…, CERT_…, AbortError, …", "connection", {
    code: /^(e(conn|notfound|ai_|pipe|host|net|proto|addrnot|servfail|refused)\w*|und_err_\w+|(cert|hpe|nghttp2?|self_signed|depth_zero|unable_to|err_(tls|ssl|http2|network|socket|stream_premature|connection))_?\w*|(api)?(connection|network)\w*|(socket|connecttimeout|fetch|abort|nghttp)error|failedtoopensocket|brokenpipe|unexpectedeof|responseaborted)$/i,
    within: NO_ANSWER,
  }),
  failure("malformed", "thrown: broken JSON (SyntaxError, AI_JSONParseError)", "malformed", {
    code: /^(syntax|(ai_)?(jsonparse|invalidresponsedata|emptyresponsebody))error$/i,
    within: NO_ANSWER,
  }),
  failure("truncated", "thrown: an SDK's word that the stream ended early", "truncated", {
    text: /ended without|incomplete json segment/i,
    within: NO_ANSWER,
  }),
  failure("timeout-text", "thrown, and the text says that time ran out", "timeout", {
    text: /timed? ?out/i,
    within: NO_ANSWER,
  }),
  failure(
    "connection-text",
    "thrown, with fetch's words: fetch failed, terminated, Load failed, …",
    "connection",
    {
      text: /^(fetch failed|terminated|cancelled|load failed|failed to fetch|network ?error|network request failed|connection (error|closed|reset|refused)|error sending request|error (reading|decoding).{0,20}body|error in input stream|unable to connect|could ?not connect|premature close|socket hang up|other side closed)|network connection (was )?lost|socket connection was closed|internet connection appears|hostname could not be found/im,
      within: NO_ANSWER,
    },
  ),
  failure("stream-error", "any other error inside a 2xx answer", "stream-error", { at: /^event/ }),
  failure("server-error", "any other 5xx", "server-error", { at: /^[5-9]\d\d$/ }),
  failure("no-answer", "a 2xx that is HTML or empty, or that an error was thrown about", "malformed", {
    at: /bad$/,
  }),
  { id: "success", when: "2xx", verdict: "success", at: /^2\d\d$/ },
  neutral("redirect", "3xx: a redirect that nobody followed", "invalid-request", { at: /^3\d\d$/ }),
  failure("unknown", "anything else", "unknown", { at: /^/ }),
];

/** The classification, in order. The first row that matches decides. */
export const classificationTable: readonly ClassificationRow[] = table.map(shown);

/** A row without what it matches, which is nobody's to rely on. */
function shown(row: Row): ClassificationRow {
  const { id, when } = row;
  switch (row.verdict) {
    case "success":
      return { id, when, verdict: row.verdict };
    case "failure":
      return { id, when, verdict: row.verdict, reason: row.reason };
    case "neutral":
      return { id, when, verdict: row.verdict, reason: row.reason };
  }
}

interface Ruling {
  readonly row: ClassificationRow;
  /** The code that matched, if one did. */
  readonly code: string | undefined;
}

/** The row that decides. */
export function ruleFor(facts: Facts): Ruling {
  for (const row of table) {
    const { code, text, within } = row;
    const found = code && [...facts.codes, ...facts.names].find((each) => code.test(each));
    const told =
      (found || !code) && (text ? text.test(facts.text) : found) && (!within || within.test(facts.at));
    if (told || row.at?.test(facts.at)) return { row, code: found };
  }
  throw new Error("the last row matches everything");
}

/** SDKs take any error whose text says that time ran out for a timeout of their own, and retry it. */
const RETRIED_WORDS = /[_.:-]?timed?[ _]?out/gi;

function detailOf({ status, codes, names }: Facts, { row, code }: Ruling): string | undefined {
  const candidates = code ? [code] : row.verdict !== "success" && !status ? [...codes, ...names] : codes;
  const shown = candidates
    .map((each) => each.replace(RETRIED_WORDS, ""))
    .find(
      (each) =>
        /^[a-z\d][\w.:-]{1,63}$/i.test(each) && !/^error$|timed? ?out/i.test(each) && each !== `${status}`,
    );
  return [status, shown].filter(Boolean).join(" ") || undefined;
}

function verdictOf(subject: unknown, facts: Facts, wallNowMs?: () => number): Verdict {
  const ruling = ruleFor(facts);
  const { row } = ruling;
  if (row.verdict === "success") return { verdict: "success" };
  const text = detailOf(facts, ruling);
  const detail = text === undefined ? {} : { detail: text };
  if (row.verdict === "neutral") return { verdict: "neutral", reason: row.reason, ...detail };
  const waitMs = retryAfterMs({ headers: facts.headers, body: subject, message: facts.text }, wallNowMs);
  const hint = waitMs === undefined ? {} : { retryAfterMs: waitMs };
  return { verdict: "failure", reason: row.reason, ...hint, ...detail };
}

/**
 * What a finished call says about its dependency. `subject` is anything that was thrown, or the facts of a response:
 * `{ status, headers, body }`. Structured fields decide before text does; see `classificationTable`.
 *
 * It cannot see the caller's signal: rule out the caller's own abort and deadline first, because here an AbortError
 * means that the other side hung up. Never throws. `wallNowMs` is asked only where a provider names a date.
 */
export function classify(subject: unknown, wallNowMs?: () => number): Verdict {
  return verdictOf(subject, factsOf(subject), wallNowMs);
}

/**
 * What an error event inside a 2xx answer says: the event's data, parsed or as text. Its structured code decides;
 * one that no row knows is a `stream-error`. Never throws, and never says success.
 */
export function classifyStreamError(payload: unknown): Verdict {
  const subject = { status: 200, body: payload };
  return verdictOf(subject, factsOf(subject, true));
}
