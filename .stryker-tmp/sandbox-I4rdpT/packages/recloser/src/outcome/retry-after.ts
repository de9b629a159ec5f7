// @ts-nocheck
import { wallClock } from "../clock.js";
import { type HeadersLike, header, read, walk } from "./facts.js";

/** Hints longer than this are cut to it: 31 days, in milliseconds. */
export const MAX_RETRY_AFTER_MS = 2_678_400_000;

export interface RetryHints {
  readonly headers?: HeadersLike | undefined;
  /** The error body, parsed or as text. */
  readonly body?: unknown;
  /** The provider's own words. Asked last. */
  readonly message?: string | undefined;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  milli: 1,
  s: 1000,
  sec: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
};
const UNIT = /^(ns|us|µs|ms|milli|s$|sec|m$|min|h$|hr|hour|d$|day)/;
/** `6m0s`, `1.5s`, `120ms`, `20 seconds`. */
const DURATION = "(?:\\d+(?:\\.\\d+)?\\s*[a-zµ]+\\s*)+";
const WHOLE_DURATION = new RegExp(`^${DURATION}$`, "i");
const IN_WORDS = new RegExp(`(?:try again in|retry after|retry in)\\s+(${DURATION})`, "i");
const KINDS = ["", "-requests", "-tokens", "-input-tokens", "-output-tokens"];

function durationMs(text: unknown): number | undefined {
  if (typeof text !== "string" || !WHOLE_DURATION.test(text)) return undefined;
  let total = 0;
  for (const [, count, unit = ""] of text.toLowerCase().matchAll(/([\d.]+)\s*([a-zµ]+)/g)) {
    total += Number(count) * (UNIT_MS[UNIT.exec(unit)?.[0] ?? ""] ?? Number.NaN);
  }
  return total;
}

/** An HTTP-date or an RFC 3339 moment, as a wait from now. */
function dateMs(text: string, wallNowMs: () => number): number | undefined {
  return /^(\w{3,9}, ?\d|\d{4}-\d\d-\d\dT)/i.test(text) ? Date.parse(text) - wallNowMs() : undefined;
}

/** A duration, seconds, or the moment itself: seconds or milliseconds since 1970. */
function resetMs(text: string, wallNowMs: () => number): number | undefined {
  const count = Number(text);
  if (count >= 1e12) return count - wallNowMs();
  if (count >= 1e9) return count * 1000 - wallNowMs();
  return Number.isNaN(count) ? durationMs(text) : count * 1000;
}

const usable = (ms: number | undefined): ms is number => ms !== undefined && Number.isFinite(ms) && ms > 0;

/**
 * How long the provider asks to be left alone, in milliseconds: more than 0 and at most 31 days; `undefined` where it
 * does not say. The order: `retry-after-ms`; `retry-after`; RetryInfo in the body; the reset of a limit that has
 * nothing left; the message. A value that is not a number, not positive or in the past is passed over.
 * `wallNowMs` is asked only where the provider names a date.
 */
export function retryAfterMs(hints: RetryHints, wallNowMs: () => number = wallClock): number | undefined {
  const get = (name: string) => header(hints.headers, name);
  /** The longest of the limits that are used up: a call needs room in all of them. */
  const longestReset = (remaining: string, reset: string, parse: typeof dateMs) => {
    const waits = KINDS.map((kind) => {
      const [left, at] = [get(remaining.replace("*", kind)), get(reset.replace("*", kind))];
      return left?.trim() && Number(left) === 0 && at ? parse(at.trim(), wallNowMs) : undefined;
    }).filter(usable);
    return Math.max(0, ...waits);
  };
  const after = get("retry-after")?.trim();
  const sources: (() => number | undefined)[] = [
    () => Number(get("retry-after-ms")),
    () => (after && Number.isNaN(Number(after)) ? dateMs(after, wallNowMs) : Number(after) * 1000),
    () => Math.max(0, ...walk(hints.body).map(({ value }) => durationMs(read(value, "retryDelay")) ?? 0)),
    () => longestReset("anthropic-ratelimit*-remaining", "anthropic-ratelimit*-reset", dateMs),
    () => longestReset("x-ratelimit-remaining*", "x-ratelimit-reset*", resetMs),
    () => durationMs(IN_WORDS.exec(hints.message ?? "")?.[1]),
  ];
  for (const source of sources) {
    const ms = source();
    if (usable(ms)) return Math.min(ms, MAX_RETRY_AFTER_MS);
  }
  return undefined;
}
