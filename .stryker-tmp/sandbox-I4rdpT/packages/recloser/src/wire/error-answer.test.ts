// @ts-nocheck
import { describe, expect, it } from "vitest";
import { classify } from "../outcome/classify.js";
import { walk } from "../outcome/facts.js";
import type { Rejected } from "../outcome/outcome.js";
import {
  circuitHeaders,
  createStreamWatcher,
  errorAnswer,
  errorEvent,
  failedFacts,
  rejectionFacts,
  type WireFormat,
} from "./index.js";
import { toldByBody, toldByHeaders } from "./told.js";

const FORMATS: readonly (WireFormat | undefined)[] = [
  "chat",
  "responses",
  "messages",
  "gemini",
  "cohere",
  "ollama",
  undefined,
];
const rejected: Rejected = {
  kind: "rejected",
  reason: "open",
  message: "p/m is open. Nothing was sent.",
  circuit: "p/m",
  state: "open",
  retryAfterMs: 4200.5,
  attempts: 0,
  elapsedMs: 0,
};

const found = (body: unknown) =>
  walk(body)
    .map(({ value }) => toldByBody(value))
    .find(Boolean);

describe("a rejection", () => {
  it.each(FORMATS)("%s: says why, when to come back, and that SDKs must not retry", (format) => {
    const { status, headers, body } = errorAnswer(format, rejectionFacts(rejected));
    expect(status).toBe(503);
    expect(headers).toEqual({
      "content-type": "application/json",
      "x-should-retry": "false",
      "retry-after": "5",
      "retry-after-ms": "4201",
      "x-recloser-circuit": "p/m",
      "x-recloser-state": "open",
      "x-recloser-reason": "open",
    });
    const told = { kind: "rejected", circuit: "p/m", state: "open", reason: "open", retryAfterMs: 4201 };
    expect(toldByHeaders(headers)).toMatchObject(told);
    expect(found(body)).toMatchObject(told);
  });

  it.each(FORMATS)("%s: is no news about the provider, with its headers or without", (format) => {
    for (const reason of ["open", "throttled", "quota", "probing", "saturated", "forced-open"] as const) {
      const { status, body, headers } = errorAnswer(format, rejectionFacts({ ...rejected, reason }));
      const neutral = { verdict: "neutral", reason: "cancelled" };
      expect(classify({ status, body, headers })).toMatchObject(neutral);
      expect(classify({ status, body })).toMatchObject(neutral);
      expect(classify(Object.assign(new Error("503"), { status, ...JSON.parse(body) }))).toMatchObject(
        neutral,
      );
      // A gateway of a version without a code in Ollama's format.
      const { code: _, ...codeless } = JSON.parse(body);
      expect(classify({ status, body: codeless })).toMatchObject(neutral);
    }
  });

  it.each(FORMATS)("%s: so is the gateway's own trouble", (format) => {
    for (const code of ["gateway_stopping", "gateway_bug"]) {
      const facts = { status: 503, type: "gateway_error", code, message: "No." };
      const { status, body } = errorAnswer(format, facts);
      expect(classify({ status, body })).toMatchObject({ verdict: "neutral", reason: "cancelled" });
    }
  });

  it("a full circuit has a code of its own", () => {
    expect(rejectionFacts({ ...rejected, reason: "saturated" }).code).toBe("circuit_saturated");
  });

  it("the status may be another one, and never says to come back at once", () => {
    const { retryAfterMs: _, ...timeless } = rejected;
    expect(errorAnswer("chat", rejectionFacts(timeless, 424))).toMatchObject({
      status: 424,
      headers: { "retry-after": "1", "retry-after-ms": "1000" },
    });
    expect(errorAnswer("chat", rejectionFacts({ ...rejected, retryAfterMs: 0 })).headers).toMatchObject({
      "retry-after": "1",
      "retry-after-ms": "1",
    });
  });
});

describe("a call that failed", () => {
  it.each([
    ["connection", 502, "upstream_connection"],
    ["timeout", 504, "upstream_too_slow"],
    ["no-first-token", 504, "upstream_no_first_token"],
    ["stalled", 504, "upstream_stalled"],
    ["truncated", 502, "upstream_truncated"],
    ["malformed", 502, "upstream_failed"],
  ] as const)("%s is a %i with code %s", (reason, status, code) => {
    const facts = failedFacts({ reason, name: "p/m", state: "closed", detail: "ECODE" });
    expect(facts).toMatchObject({ status, code, type: "upstream_error", circuit: "p/m", reason });
    expect(facts.message).toMatch(/^p\/m: .* \(ECODE\)\.$/);
    expect(errorAnswer("chat", facts).headers).not.toHaveProperty("x-should-retry");
  });

  it("B: no text says that time ran out in words that SDKs retry on, whatever the circuit is called", () => {
    for (const reason of ["timeout", "stalled", "no-first-token"] as const) {
      const { message } = failedFacts({ reason, name: "p/a-timeout", state: "open" });
      expect(message).not.toMatch(/timed? ?out/i);
    }
  });

  it("without a circuit it names its provider, and no circuit", () => {
    const { headers, body } = errorAnswer(
      "chat",
      failedFacts({ reason: "connection", name: "p", state: undefined }),
    );
    expect(headers).toEqual({ "content-type": "application/json", "x-recloser-reason": "connection" });
    expect(JSON.parse(body).error).not.toHaveProperty("recloser");
  });

  it.each(FORMATS)("%s: as an event it is read as an error, and recovered as what it is", (format) => {
    const facts = failedFacts({ reason: "truncated", name: "p/m", state: "closed" });
    const watcher = createStreamWatcher({ format: format ?? "chat" });
    watcher.push(new TextEncoder().encode(errorEvent(format, facts)));
    expect(watcher.finish().kind).toBe("error");
    expect(found(watcher.payload)).toMatchObject({
      kind: "failed",
      reason: "truncated",
      circuit: "p/m",
    });
  });
});

it("names that no header can hold are made safe", () => {
  expect(circuitHeaders({ circuit: "p/m\r\né", state: "open" })).toEqual({
    "x-recloser-circuit": "p/m___",
    "x-recloser-state": "open",
  });
});

describe("what another process told", () => {
  const headers = (circuit: string, reason: string) => ({
    "x-recloser-circuit": circuit,
    "x-recloser-state": "open",
    "x-recloser-reason": reason,
  });

  it("is said in words that no SDK retries, whatever the circuit is called", () => {
    for (const reason of ["timeout", "no-first-token", "stalled", "truncated", "open"]) {
      const told = toldByHeaders(headers("p/timeout-model", reason));
      expect(told?.message).not.toMatch(/timed? ?out/i);
    }
    expect(toldByHeaders(headers("p/m", "timeout"))?.message).toBe(
      "p/m: the whole answer did not arrive within its limit.",
    );
  });

  it("names a circuit safely: printable, and not too long", () => {
    const { circuit, message } = toldByHeaders(headers(`p/m\r\n\u001b[31m${"x".repeat(9000)}`, "open")) ?? {};
    expect(circuit).toMatch(/^p\/m___\[31mx+$/);
    expect(circuit).toHaveLength(160);
    expect(message).toContain(circuit);
    expect(message).not.toMatch(/\p{C}/u);
    const body = { recloser: { circuit: "プロバイダ/m\n", reason: "open" } };
    expect(toldByBody(body)?.circuit).toBe("プロバイダ/m_");
  });
});
