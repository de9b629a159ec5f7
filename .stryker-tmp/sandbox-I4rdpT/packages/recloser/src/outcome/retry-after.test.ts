// @ts-nocheck
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classify } from "./classify.js";
import type { HeadersLike } from "./facts.js";
import { MAX_RETRY_AFTER_MS, retryAfterMs } from "./retry-after.js";

const NOW = Date.parse("2026-10-01T12:00:00Z");
const now = () => NOW;
const from = (headers: HeadersLike) => retryAfterMs({ headers }, now);
const day = 86_400_000;

describe("retry-after and retry-after-ms", () => {
  it.each([
    ["1.5", 1500],
    [" 20 ", 20_000],
    ["F3: 90", 90_000],
    ["F4: 86400", day],
    ["F4: 1000000000", MAX_RETRY_AFTER_MS],
    ["F4: 1e999", undefined],
    ["F4: -1", undefined],
    ["F4: 0", undefined],
    ["F4: NaN", undefined],
    ["", undefined],
    ["soon", undefined],
    ["Thu, 01 Oct 2026 12:01:30 GMT", 90_000],
    ["Thursday, 01-Oct-26 12:01:30 GMT", 90_000],
    ["Fri, 01 Oct 2027 12:00:00 GMT", MAX_RETRY_AFTER_MS],
    ["F4: Thu, 01 Oct 2026 11:59:59 GMT", undefined],
    ["Thu, 99 Foo 2026 11:59:59 GMT", undefined],
  ])("retry-after %s → %s", (value, expected) => {
    expect(from({ "retry-after": value.replace(/^F\d: /, "") })).toBe(expected);
  });

  it("prefers milliseconds, and passes over a value that says nothing", () => {
    expect(from({ "retry-after-ms": "250.5", "retry-after": "7" })).toBe(250.5);
    for (const ms of ["0", "-5", "NaN", "x"]) {
      expect(from({ "retry-after-ms": ms, "retry-after": "7" })).toBe(7000);
    }
  });

  it("reads every kind of headers, in any letter case", () => {
    const lookup = { get: (name: string) => (name === "retry-after" ? "7" : null) };
    const bags: HeadersLike[] = [
      new Headers({ "Retry-After": "7" }),
      { "Retry-After": "7" },
      { "RETRY-AFTER": ["7", "9"] },
      { "retry-after": 7 },
      new Map([["Retry-After", "7"]]),
      lookup,
    ];
    for (const headers of bags) expect(from(headers)).toBe(7000);
  });

  it("uses the wall clock when none is given", () => {
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    const ms = retryAfterMs({ headers: { "retry-after": inAMinute } }) ?? 0;
    expect(ms).toBeGreaterThan(0);
    expect(ms).toBeLessThanOrEqual(60_000);
  });
});

describe("F5: hints in other forms", () => {
  const info = (retryDelay: unknown) => ({
    error: {
      code: 429,
      details: [
        { "@type": "QuotaFailure" },
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay },
      ],
    },
  });

  it.each([
    ["37s", 37_000],
    ["1.5s", 1500],
    ["0s", undefined],
    ["-3s", undefined],
    ["soon", undefined],
    [37, undefined],
    ["99999999999s", MAX_RETRY_AFTER_MS],
  ])("RetryInfo.retryDelay %s → %s", (delay, expected) => {
    expect(retryAfterMs({ body: info(delay) })).toBe(expected);
    expect(retryAfterMs({ body: [info(delay)] })).toBe(expected);
    expect(retryAfterMs({ body: JSON.stringify(info(delay)) })).toBe(expected);
  });

  it("Anthropic's reset counts only where nothing remains, and the longest such wins", () => {
    const headers = {
      "anthropic-ratelimit-requests-remaining": "0",
      "anthropic-ratelimit-requests-reset": "2026-10-01T12:00:20Z",
      "anthropic-ratelimit-input-tokens-remaining": "0",
      "anthropic-ratelimit-input-tokens-reset": "2026-10-01T14:01:00+02:00",
      "anthropic-ratelimit-output-tokens-remaining": "5",
      "anthropic-ratelimit-output-tokens-reset": "2026-10-01T13:00:00Z",
    };
    expect(from(headers)).toBe(60_000);
    expect(from({ ...headers, "retry-after": "3" })).toBe(3000);
    expect(from({ "anthropic-ratelimit-tokens-reset": "2026-10-01T13:00:00Z" })).toBeUndefined();
  });

  it.each([
    ["12ms", 12],
    ["1s", 1000],
    ["6m0s", 360_000],
    ["1h2m3s", 3_723_000],
    ["1m30.5s", 90_500],
    ["250µs", 0.25],
    ["30", 30_000],
    ["1790856060", 60_000],
    ["1790856060000", 60_000],
    ["1790855940", undefined],
    ["0", undefined],
    ["-1", undefined],
    ["NaN", undefined],
    ["5 parsecs", undefined],
  ])("x-ratelimit-reset %s → %s", (reset, expected) => {
    for (const kind of ["", "-requests", "-tokens"]) {
      const headers = { [`x-ratelimit-remaining${kind}`]: "0", [`x-ratelimit-reset${kind}`]: reset };
      expect(from(headers)).toBe(expected);
    }
  });

  it("x-ratelimit-reset says nothing while something remains", () => {
    for (const remaining of ["1", "-1", "", "x"]) {
      expect(from({ "x-ratelimit-remaining-tokens": remaining, "x-ratelimit-reset-tokens": "6m0s" })).toBe(
        undefined,
      );
    }
  });

  it.each([
    ["Limit 3, Used 3. Please try again in 20s. Visit https://x/1h", 20_000],
    ["Please try again in 6m0s.", 360_000],
    ["Please try again in 120ms", 120],
    ["Please retry in 37.5s", 37_500],
    ["Try again in 20 seconds.", 20_000],
    ["retry after 2 minutes", 120_000],
    ["retry after 10 milliseconds", 10],
    ["try again in 10h17m3s", 37_023_000],
    ["try again in 5 attempts", undefined],
    ["try again later", undefined],
  ])("message %s → %s", (message, expected) => {
    expect(retryAfterMs({ message })).toBe(expected);
  });

  it("asks in the documented order", () => {
    const headers: Record<string, string> = {
      "retry-after-ms": "1000",
      "retry-after": "2",
      "anthropic-ratelimit-tokens-remaining": "0",
      "anthropic-ratelimit-tokens-reset": "2026-10-01T12:00:04Z",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "5s",
    };
    const hints: { headers: Record<string, string>; body?: unknown; message: string } = {
      headers,
      body: info("3s"),
      message: "try again in 6s",
    };
    const drop = [
      () => delete headers["retry-after-ms"],
      () => delete headers["retry-after"],
      () => delete hints.body,
      () => delete headers["anthropic-ratelimit-tokens-remaining"],
      () => delete headers["x-ratelimit-remaining-tokens"],
    ];
    const seen = [retryAfterMs(hints, now)];
    for (const step of drop) {
      step();
      seen.push(retryAfterMs(hints, now));
    }
    expect(seen).toEqual([1000, 2000, 3000, 4000, 5000, 6000]);
  });
});

describe("any hint", () => {
  it("gives a finite positive number or nothing, for any text", () => {
    const value = fc.oneof(
      fc.string(),
      fc.double().map(String),
      fc.constantFrom("1s".repeat(50), "9".repeat(400)),
    );
    fc.assert(
      fc.property(
        value,
        fc.constantFrom("retry-after", "retry-after-ms", "x-ratelimit-reset"),
        (text, name) => {
          const headers = { [name]: text, "x-ratelimit-remaining": "0" };
          const ms = retryAfterMs(
            { headers, message: `try again in ${text}`, body: { retryDelay: text } },
            now,
          );
          if (ms !== undefined) {
            expect(ms).toBeGreaterThan(0);
            expect(ms).toBeLessThanOrEqual(MAX_RETRY_AFTER_MS);
          }
        },
      ),
    );
  });

  it("is carried by the verdict, from wherever the error keeps it", () => {
    const headers = { "retry-after": "90" };
    expect(classify({ status: 429, headers })).toMatchObject({ reason: "throttled", retryAfterMs: 90_000 });
    expect(classify({ statusCode: 503, responseHeaders: headers })).toMatchObject({ retryAfterMs: 90_000 });
    expect(classify({ response: { status: 503, headers } })).toMatchObject({ retryAfterMs: 90_000 });
    const wrapped = new Error("Failed after 3 attempts.", { cause: { status: 429, headers } });
    expect(classify(wrapped)).toMatchObject({ reason: "throttled", retryAfterMs: 90_000 });
    const date = { "retry-after": "Thu, 01 Oct 2026 12:01:30 GMT" };
    expect(classify({ status: 429, headers: date }, now)).toMatchObject({ retryAfterMs: 90_000 });
    expect(classify({ status: 429 })).not.toHaveProperty("retryAfterMs");
    const free = {
      code: 429,
      metadata: { headers: { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1790856060000" } },
    };
    expect(classify({ status: 429, body: { error: free } }, now)).toMatchObject({ retryAfterMs: 60_000 });
  });
});
