import { describe, expect, it } from "vitest";
import { CircuitError } from "../../outcome/circuit-error.js";
import type { Failure } from "../../outcome/outcome.js";
import { onFailedAttempt } from "./index.js";

const failed = (facts: object): CircuitError =>
  new CircuitError({
    kind: "failed",
    reason: "connection",
    message: "m",
    circuit: "c",
    state: "closed",
    attempts: 1,
    elapsedMs: 1,
    ...facts,
  } as Failure);
const httpError = (status: number, more: object = {}): Error =>
  Object.assign(new Error(`${status} status code`), { status, ...more });

/** What it throws, or `"retried"`. */
function after(error: unknown): unknown {
  try {
    onFailedAttempt(error);
    return "retried";
  } catch (thrown) {
    return thrown;
  }
}

describe("onFailedAttempt", () => {
  it("H3: throws a rejection, from however deep inside", () => {
    const rejection = failed({ kind: "rejected", reason: "open", retryAfterMs: 5 });
    const wrapped = new Error("Connection error.", { cause: rejection });
    expect(after(rejection)).toBe(rejection);
    expect(after(wrapped)).toBe(rejection);
    expect(after(new Error("again", { cause: wrapped }))).toBe(rejection);
  });

  it("H3: makes a rejection out of a gateway's answer", () => {
    const headers = new Headers({
      "x-recloser-circuit": "openai/gpt-5",
      "x-recloser-state": "open",
      "x-recloser-reason": "open",
      "retry-after-ms": "1500",
    });
    const thrown = after(httpError(503, { headers }));
    expect(thrown).toBeInstanceOf(CircuitError);
    expect(thrown).toMatchObject({
      failure: { kind: "rejected", reason: "open", circuit: "openai/gpt-5", retryAfterMs: 1500 },
    });
  });

  it.each([
    ["a 500", httpError(500)],
    ["a 503", httpError(503)],
    ["a connection that broke", Object.assign(new Error("x"), { code: "ECONNRESET" })],
    ["a body that broke", failed({ reason: "connection" })],
    ["an answer that was cut", failed({ reason: "truncated" })],
    ["the client's own deadline", failed({ kind: "cancelled", reason: "deadline" })],
    ["something unknown", new Error("what?")],
    ["nothing", undefined],
    ["text", "no"],
  ])("retries %s", (_name, error) => {
    expect(after(error)).toBe("retried");
  });

  it.each([
    ["a refused request", httpError(400)],
    ["a wrong key", httpError(401)],
    ["a conflict", httpError(409)],
    ["an exhausted quota", httpError(429, { code: "insufficient_quota" })],
    ["a rate limit that does not say how long", httpError(429)],
    ["a rate limit that takes too long", httpError(429, { headers: { "retry-after": "61" } })],
    ["a limit of the circuit's", failed({ reason: "timeout" })],
    ["a stall", failed({ reason: "stalled" })],
    ["an abort", Object.assign(new Error("x"), { name: "AbortError" })],
    ["an abort by its text", new Error("Cancel: by user")],
    ["a connection given up", Object.assign(new Error("x"), { code: "ECONNABORTED" })],
    [
      "what LangChain has marked",
      Object.assign(httpError(500), { [Symbol.for("langchain.errors.retryable")]: false }),
    ],
  ])("does not retry %s, and throws it as it is", (_name, error) => {
    expect(after(error)).toBe(error);
  });

  it("tells LangChain how long a rate limit takes", () => {
    const error = httpError(429, { headers: { "retry-after": "60" } });
    expect(after(error)).toBe("retried");
    expect(error).toMatchObject({ retryAfterMs: 60_000 });
    const frozen = Object.freeze(httpError(429, { headers: { "retry-after": "1" } }));
    expect(after(frozen)).toBe("retried");
  });
});
