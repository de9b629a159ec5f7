// @ts-nocheck
import fc from "fast-check";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { CircuitError } from "../../outcome/circuit-error.js";
import type { Failure } from "../../outcome/outcome.js";
import { errorEvent, failedFacts } from "../../wire/index.js";
import { failureOf } from "./index.js";
import { thrownBy } from "./testing/upstream.js";

const rejected: Failure = {
  kind: "rejected",
  reason: "open",
  message: "p/m is open. Nothing was sent.",
  circuit: "p/m",
  state: "open",
  retryAfterMs: 4000,
  attempts: 0,
  elapsedMs: 0,
};
const headers = {
  "retry-after": "5",
  "retry-after-ms": "4200",
  "x-should-retry": "false",
  "x-recloser-circuit": "p/m",
  "x-recloser-state": "half-open",
  "x-recloser-reason": "probing",
};
const told = {
  kind: "rejected",
  reason: "probing",
  circuit: "p/m",
  state: "half-open",
  retryAfterMs: 4200,
  attempts: 0,
};

describe("failureOf", () => {
  it("finds a CircuitError in any wrapper", () => {
    const error = new CircuitError(rejected);
    for (const wrapped of [
      error,
      new Error("outer", { cause: error }),
      new Error("outer", { cause: new Error("middle", { cause: error }) }),
      Object.assign(new Error("retries"), { lastError: error }),
      new AggregateError([new Error("other"), error]),
    ]) {
      expect(failureOf(wrapped)).toBe(rejected);
    }
  });

  it("reads a gateway's rejection from the headers, however an SDK keeps them", () => {
    for (const error of [
      Object.assign(new Error("503"), { status: 503, headers: new Headers(headers) }),
      Object.assign(new Error("503"), { statusCode: 503, responseHeaders: headers }),
      Object.assign(new Error("503"), { rawResponse: { status: 503, headers: new Headers(headers) } }),
      Object.assign(new Error("503"), { response: { headers: { "X-Recloser-Circuit": "p/m", ...headers } } }),
      Object.assign(new Error("failed after 3 attempts"), {
        lastError: Object.assign(new Error("503"), { responseHeaders: headers }),
      }),
    ]) {
      expect(failureOf(error)).toMatchObject(told);
    }
  });

  it("reads a gateway's rejection from the body, where an SDK kept nothing else", () => {
    const recloser = { circuit: "p/m", state: "half-open", reason: "probing", retryAfterMs: 4200 };
    const body = { error: { message: "x", type: "circuit_open", code: "circuit_open", recloser } };
    for (const error of [
      Object.assign(new Error("503"), { error: body.error }),
      Object.assign(new Error("503"), { body: JSON.stringify(body) }),
      new Error(JSON.stringify(body)),
    ]) {
      expect(failureOf(error)).toMatchObject(told);
    }
  });

  it("reads it out of the error of the real client", async () => {
    const openai = new OpenAI({
      apiKey: "k",
      fetch: async () => Response.json({ error: { code: "circuit_open" } }, { status: 503, headers }),
    });
    expect(failureOf(await thrownBy(openai.models.list()))).toMatchObject(told);
  });

  it("reads an event that a gateway wrote into a stream out of the error of the real client", async () => {
    const facts = failedFacts({ reason: "truncated", name: "p/m", state: "closed" });
    for (const format of ["chat", "responses"] as const) {
      const openai = new OpenAI({
        apiKey: "k",
        fetch: async () =>
          new Response(errorEvent(format, facts), { headers: { "content-type": "text/event-stream" } }),
      });
      const drained = (async () => {
        const stream =
          format === "chat"
            ? await openai.chat.completions.create({ model: "m", messages: [], stream: true })
            : await openai.responses.create({ model: "m", input: "x", stream: true });
        for await (const _ of stream);
      })();
      expect(failureOf(await thrownBy(drained))).toMatchObject({
        kind: "failed",
        reason: "truncated",
        circuit: "p/m",
      });
    }
  });

  it("tells a call that failed at the gateway from one that was rejected", () => {
    const failed = { ...headers, "x-recloser-reason": "stalled" };
    expect(failureOf({ headers: failed })).toMatchObject({ kind: "failed", reason: "stalled", attempts: 1 });
  });

  it("believes nothing that it does not know", () => {
    expect(failureOf({ headers: { ...headers, "x-recloser-reason": "because" } })).toBeUndefined();
    expect(failureOf({ headers: { ...headers, "x-recloser-state": "ajar" } })?.state).toBe("open");
    expect(
      failureOf({ headers: { ...headers, "retry-after-ms": "-1", "retry-after": "x" } })?.retryAfterMs,
    ).toBe(0);
    // A healthy answer of the gateway carries its circuit's name and state, and no reason.
    expect(
      failureOf({ headers: { "x-recloser-circuit": "p/m", "x-recloser-state": "closed" } }),
    ).toBeUndefined();
  });

  it("is undefined for anything else, and never throws", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withMap: true }), (thing) => {
        expect(failureOf(thing)).toBeUndefined();
        expect(failureOf(Object.assign(new Error("x"), { cause: thing, headers: thing }))).toBeUndefined();
      }),
    );
    const hostile = new Proxy(
      {},
      {
        get() {
          throw new Error("no");
        },
        has() {
          throw new Error("no");
        },
      },
    );
    expect(failureOf(hostile)).toBeUndefined();
    expect(failureOf({ headers: hostile, cause: hostile })).toBeUndefined();
  });
});
