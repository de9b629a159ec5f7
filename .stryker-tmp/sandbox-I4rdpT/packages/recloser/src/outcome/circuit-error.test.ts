// @ts-nocheck
import { describe, expect, it, vi } from "vitest";
import { CircuitError } from "./circuit-error.js";
import { failureOfCall, rejection } from "./failure.js";
import type { Failure } from "./outcome.js";
import type { FailureReason, NeutralReason } from "./verdict.js";

const report = { circuit: "openai/gpt-5", state: "closed", attempts: 1, elapsedMs: 61_000 } as const;
const FAILURES: readonly FailureReason[] = [
  "server-error",
  "overloaded",
  "connection",
  "timeout",
  "no-first-token",
  "stalled",
  "truncated",
  "stream-error",
  "malformed",
  "unknown",
  "throttled",
  "quota",
];
const NEUTRALS: readonly Exclude<NeutralReason, "bug">[] = [
  "cancelled",
  "deadline",
  "invalid-request",
  "auth",
  "content-filter",
  "context-length",
];
const all: readonly Failure[] = [
  ...FAILURES.map((reason) =>
    failureOfCall({ verdict: "failure", reason, detail: "Request timed out" }, report, new Error("secret")),
  ),
  ...NEUTRALS.map((reason) => failureOfCall({ verdict: "neutral", reason }, report)),
  rejection("open", "openai/gpt-5 is open. Nothing was sent.", "openai/gpt-5", "open", 4_000),
];

describe("CircuitError", () => {
  it.each(all)("$kind, $reason: no SDK swallows, rewraps or retries it", (failure) => {
    const error = new CircuitError(failure);
    expect(error.name).toBe("CircuitError");
    expect(error.message).not.toMatch(/timed? ?out/i);
    expect(error.message).not.toMatch(/abort/i);
    expect(error.message).toContain("openai/gpt-5");
    expect("cause" in error).toBe(false);
    expect("status" in error).toBe(false);
    expect(Reflect.get(error, Symbol.for("langchain.errors.retryable"))).toBe(false);
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: "CircuitError",
      failure: JSON.parse(JSON.stringify(failure)),
    });
    expect(JSON.stringify(error)).not.toContain("secret");
  });

  it("costs no stack for a rejection, and restores the limit for everybody else", () => {
    const rejected = new CircuitError(rejection("open", "open", "x", "open", 0));
    expect(rejected.stack).not.toContain(".test.ts");
    expect(new Error("other").stack).toContain(".test.ts");
    expect(
      new CircuitError(failureOfCall({ verdict: "failure", reason: "stalled" }, report)).stack,
    ).toContain(".test.ts");
  });
});

describe("CircuitError.find", () => {
  const error = new CircuitError(failureOfCall({ verdict: "failure", reason: "stalled" }, report));

  it("finds it as it is, and through the wrappers that SDKs use", () => {
    const wrapped: readonly unknown[] = [
      error,
      new Error("Connection error.", { cause: error }),
      Object.assign(new Error("Failed after 3 attempts"), {
        lastError: error,
        errors: [new Error("one"), error],
      }),
      new AggregateError([new Error("one"), new Error("two", { cause: error })]),
      new Error("outer", { cause: new Error("middle", { cause: { cause: error } }) }),
    ];
    for (const one of wrapped) {
      expect(CircuitError.find(one)).toBe(error);
      expect(CircuitError.isInstance(one)).toBe(true);
    }
  });

  it("finds none where there is none, also in what is no error at all", () => {
    for (const one of [
      undefined,
      null,
      0,
      "CircuitError",
      {},
      [],
      new Error("other"),
      { name: "CircuitError" },
    ]) {
      expect(CircuitError.isInstance(one)).toBe(false);
    }
  });

  it("ends on cycles, however tangled", () => {
    const self: { cause?: unknown; lastError?: unknown; errors?: unknown[] } = {};
    const others = Array.from({ length: 9 }, () => ({ cause: self, errors: [] as unknown[] }));
    for (const other of others) other.errors = others;
    self.cause = self;
    self.lastError = others[0];
    self.errors = others;
    expect(CircuitError.isInstance(self)).toBe(false);
    self.errors = [...others, error];
    expect(CircuitError.find(self)).toBe(error);
  });

  it("does not choke on properties that throw when read", () => {
    const trap = Object.defineProperty({}, "cause", {
      get() {
        throw new Error("no");
      },
    });
    expect(CircuitError.isInstance(trap)).toBe(false);
  });

  it("D8: knows the errors of another copy of the package", async () => {
    vi.resetModules();
    const copy = await import("./circuit-error.js");
    expect(copy.CircuitError).not.toBe(CircuitError);
    const foreign = new copy.CircuitError(error.failure);
    expect(foreign).not.toBeInstanceOf(CircuitError);
    expect(CircuitError.isInstance(foreign)).toBe(true);
    expect(CircuitError.find(new Error("wrapped", { cause: foreign }))).toBe(foreign);
  });
});
