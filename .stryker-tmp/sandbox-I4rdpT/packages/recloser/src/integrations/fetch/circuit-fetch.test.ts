// @ts-nocheck
import { describe, expect, it, vi } from "vitest";
import { Circuits } from "../../circuits.js";
import { CircuitError } from "../../outcome/circuit-error.js";
import { circuitFetch, failureOf } from "./index.js";
import {
  Body,
  chatAnswer,
  chatRequest,
  json,
  never,
  thrownBy,
  URL_CHAT,
  watchedCircuit,
} from "./testing/upstream.js";

describe("which requests are guarded", () => {
  it("with a Circuit: requests for an answer, nothing else", async () => {
    const { circuit, verdicts } = watchedCircuit();
    const upstream = vi.fn(async () => json(200, chatAnswer));
    const guarded = circuitFetch(circuit, { fetch: upstream });
    await (await guarded("https://api.openai.com/v1/models")).json();
    await (await guarded("https://api.openai.com/v1/files", { method: "POST", body: new FormData() })).json();
    const batch = chatRequest(false, { body: JSON.stringify({ model: "m", input_file_id: "f" }) });
    await (await guarded("https://api.openai.com/v1/batches", batch)).json();
    expect(circuit.snapshot().totals.admitted).toBe(0);
    await (await guarded(URL_CHAT, chatRequest())).json();
    expect(upstream).toHaveBeenCalledTimes(4);
    expect(verdicts).toEqual([{ verdict: "success", outputTokens: 2 }]);
  });

  it("an unguarded request reaches fetch as it is", async () => {
    const upstream = vi.fn(async () => json(200, {}));
    const init = { method: "GET" };
    await circuitFetch(new Circuits(), { fetch: upstream })("https://api.openai.com/v1/models", init);
    expect(upstream).toHaveBeenCalledWith("https://api.openai.com/v1/models", init);
  });

  it("with Circuits: one for each provider and model", async () => {
    const circuits = new Circuits();
    const guarded = circuitFetch(circuits, { fetch: async () => json(200, chatAnswer) });
    const named = circuitFetch(circuits, { fetch: async () => json(200, chatAnswer), provider: "spare" });
    await (await guarded(URL_CHAT, chatRequest())).json();
    await (await named(URL_CHAT, chatRequest())).json();
    expect([...circuits].map(({ name }) => name)).toEqual(["openai/m", "spare/m"]);
  });

  it("with a function: what it says, for GETs too", async () => {
    const { circuit, verdicts } = watchedCircuit();
    const seen: string[] = [];
    const guarded = circuitFetch(
      (request) => {
        seen.push(
          `${request.method} ${request.provider} ${request.model} ${request.headers.get("x-tenant")}`,
        );
        return request.headers.get("x-tenant") === "a" ? circuit : undefined;
      },
      { fetch: async () => json(200, { data: [] }) },
    );
    await (await guarded("https://api.openai.com/v1/models", { headers: { "x-tenant": "a" } })).json();
    await (await guarded(URL_CHAT, chatRequest(false, { headers: { "x-tenant": "b" } }))).json();
    expect(seen).toEqual(["GET openai undefined a", "POST openai m b"]);
    expect(verdicts).toEqual([{ verdict: "success" }]);
  });

  it("an address that is none is fetch's to refuse, and no evidence", async () => {
    const { circuit } = watchedCircuit();
    const error = await thrownBy(circuitFetch(circuit)("not an address", chatRequest()));
    expect(error).toBeInstanceOf(TypeError);
    expect(circuit.snapshot().totals.admitted).toBe(0);
  });

  it.each([
    [
      [undefined],
      "circuitFetch got no circuit; give a Circuit, a Circuits, or a function that returns a Circuit.",
    ],
    [[{}], "circuitFetch got no circuit"],
    [
      [new Circuits(), { retries: 2 }],
      'circuitFetch options has no option "retries"; it has fetch, onReject',
    ],
    [[new Circuits(), { onReject: "retry" }], 'onReject is "retry"; give one of "respond", "throw".'],
    [[new Circuits(), { fetch: 1 }], "fetch is 1; give a function."],
    [
      [new Circuits(), { provider: "" }],
      'provider is not a name; give one such as "openai", or leave it out.',
    ],
    [[new Circuits(), { finishIsEnd: 1 }], "finishIsEnd is 1; give true or false."],
    [[new Circuits(), { clientTimeoutMs: 0 }], "clientTimeoutMs is 0; give a number of at least 1"],
  ])("says what is wrong with %j", (args, message) => {
    expect(() => (circuitFetch as (...args: unknown[]) => unknown)(...args)).toThrow(message);
  });
});

describe("rejections", () => {
  const opened = (): ReturnType<typeof watchedCircuit> => {
    const watched = watchedCircuit();
    watched.circuit.force("open", { forMs: 30_000, reason: "test" });
    return watched;
  };

  it("respond: a complete 503 in the caller's format, and nothing is sent", async () => {
    const { circuit } = opened();
    const upstream = vi.fn(never);
    const response = await circuitFetch(circuit, { fetch: upstream })(URL_CHAT, chatRequest());
    expect(upstream).not.toHaveBeenCalled();
    expect(response.status).toBe(503);
    const headers = Object.fromEntries(response.headers);
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "x-should-retry": "false",
      "retry-after": "30",
      "x-recloser-circuit": "p/m",
      "x-recloser-state": "forced-open",
      "x-recloser-reason": "forced-open",
    });
    expect(Number(headers["retry-after-ms"])).toBeGreaterThan(29_000);
    expect(await response.clone().json()).toMatchObject({
      error: {
        type: "circuit_open",
        code: "circuit_open",
        param: null,
        message: expect.stringContaining("forced it open"),
        recloser: { circuit: "p/m", state: "forced-open", reason: "forced-open" },
      },
    });
    expect(failureOf(response)).toMatchObject({ kind: "rejected", reason: "forced-open", circuit: "p/m" });
  });

  it.each([
    ["https://api.anthropic.com/v1/messages", { type: "error", error: { type: "circuit_open" } }],
    ["https://x.test/v1beta/models/m:generateContent", { error: { code: 503, status: "UNAVAILABLE" } }],
    ["https://api.cohere.com/v2/chat", { code: "circuit_open", recloser: { reason: "forced-open" } }],
    ["http://localhost:11434/api/chat", { error: expect.any(String), recloser: { reason: "forced-open" } }],
  ])("respond: %s", async (url, body) => {
    const { circuit } = opened();
    const response = await circuitFetch(circuit, { fetch: never })(url, chatRequest());
    expect(await response.json()).toMatchObject(body);
  });

  it("throw: a CircuitError without a cause", async () => {
    const { circuit } = opened();
    const guarded = circuitFetch(circuit, { fetch: never, onReject: "throw" });
    const error = await thrownBy(guarded(URL_CHAT, chatRequest()));
    expect(error).toBeInstanceOf(CircuitError);
    expect(error).not.toHaveProperty("cause");
    expect(failureOf(error)).toMatchObject({ kind: "rejected", circuit: "p/m" });
  });

  it("a circuit's name that no header can hold does not break the rejection", async () => {
    const circuits = new Circuits();
    const circuit = circuits.get("プロバイダ/m");
    circuit.force("open", { forMs: 1000, reason: "test" });
    const response = await circuitFetch(circuit, { fetch: never })(URL_CHAT, chatRequest());
    expect(response.headers.get("x-recloser-circuit")).toBe("_____/m");
    expect(failureOf(response)?.circuit).toBe("プロバイダ/m");
  });

  it("saturated: says so, and the one in flight is left alone", async () => {
    const { circuit, settled, said } = watchedCircuit({ maxConcurrent: 1 });
    const body = new Body();
    const guarded = circuitFetch(circuit, {
      fetch: async () => new Response(body.stream, { headers: { "content-type": "application/json" } }),
    });
    const first = await guarded(URL_CHAT, chatRequest());
    const second = await guarded(URL_CHAT, chatRequest());
    expect(second.headers.get("x-recloser-reason")).toBe("saturated");
    expect(await second.json()).toMatchObject({ error: { code: "circuit_saturated" } });
    body.write(JSON.stringify(chatAnswer));
    body.close();
    expect(await first.json()).toEqual(chatAnswer);
    await settled(1);
    expect(said()).toEqual(["success"]);
  });
});
