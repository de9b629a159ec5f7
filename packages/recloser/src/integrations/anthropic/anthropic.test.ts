import Anthropic, { APIConnectionTimeoutError, APIUserAbortError, type Middleware } from "@anthropic-ai/sdk";
import { type MockServer, startMock } from "@recloser/mock-llm";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { Circuits } from "../../circuits.js";
import { CircuitError } from "../../outcome/circuit-error.js";
import { itemsOf, thrownBy, watchedCircuit } from "../fetch/testing/upstream.js";
import { circuitMiddleware, failureOf } from "./index.js";

let mock: MockServer;
beforeAll(async () => {
  mock = await startMock();
});
afterAll(() => mock.close());
beforeEach(() => {
  mock.setBehaviour(undefined);
  mock.clear();
});

const params = {
  model: "m",
  max_tokens: 64,
  messages: [{ role: "user" as const, content: "Is the line up?" }],
};

function guarded(options: Parameters<typeof watchedCircuit>[0] = {}, more: object = {}) {
  const watched = watchedCircuit(options);
  const attempted = vi.fn();
  const outer: Middleware = (request, next) => {
    attempted();
    return next(request);
  };
  const middleware = [outer, circuitMiddleware(watched.circuit)];
  const anthropic = new Anthropic({ apiKey: "k", baseURL: mock.url, middleware, ...more });
  return { ...watched, attempted, anthropic };
}

describe("the middleware in the Anthropic client", () => {
  it("H3: a rejection is one attempt and no request, and reaches the caller as it is", async () => {
    const { circuit, anthropic, attempted, inFlight } = guarded();
    circuit.force("open", { forMs: 30_000, reason: "test" });
    const asks = [
      () => anthropic.messages.create(params),
      () => anthropic.messages.create({ ...params, stream: true }),
      () => anthropic.messages.stream(params).finalMessage(),
    ];
    for (const ask of asks) {
      const error = await thrownBy(ask());
      expect(CircuitError.isInstance(error)).toBe(true);
      expect(failureOf(error)).toMatchObject({ kind: "rejected", reason: "forced-open", circuit: "p/m" });
    }
    expect(await thrownBy(anthropic.messages.create(params))).toBeInstanceOf(CircuitError);
    expect(attempted).toHaveBeenCalledTimes(4);
    expect(mock.attempts()).toEqual([]);
    expect(inFlight()).toBe(0);
  });

  it("answers and streams settle with their tokens", async () => {
    const { anthropic, verdicts, inFlight } = guarded();
    const message = await anthropic.messages.create(params);
    expect(message.usage.output_tokens).toBe(16);
    const items = await itemsOf<{ type: string }>(
      await anthropic.messages.create({ ...params, stream: true }),
    );
    expect(items.at(-1)?.type).toBe("message_stop");
    expect((await anthropic.messages.stream(params).finalMessage()).stop_reason).toBe("end_turn");
    expect(verdicts).toEqual(Array(3).fill({ verdict: "success", outputTokens: 16 }));
    expect(inFlight()).toBe(0);
  });

  it("passes the circuit of its provider and model, and guards nothing else", async () => {
    const circuits = new Circuits();
    const middleware = [circuitMiddleware(circuits, { provider: "anthropic" })];
    const anthropic = new Anthropic({ apiKey: "k", baseURL: mock.url, middleware });
    await anthropic.messages.create(params);
    await anthropic.models.list();
    expect([...circuits].map(({ name }) => name)).toEqual(["anthropic/m"]);
  });

  it("for one request alone", async () => {
    const { circuit, verdicts } = watchedCircuit();
    const anthropic = new Anthropic({ apiKey: "k", baseURL: mock.url });
    await anthropic.messages.create(params, { middleware: [circuitMiddleware(circuit)] });
    await anthropic.messages.create(params);
    expect(verdicts).toHaveLength(1);
  });

  it("each retry of the SDK is an attempt of its own, and the breaker ends them", async () => {
    mock.setBehaviour({ faults: [{ kind: "error-503", retryAfterMs: 1 }] });
    const { anthropic, said, circuit, inFlight } = guarded({}, { maxRetries: 5 });
    const error = await thrownBy(anthropic.messages.create(params));
    expect(failureOf(error)).toMatchObject({ kind: "rejected", reason: "open" });
    expect(said()).toEqual(Array(3).fill("failure overloaded"));
    expect(circuit.state).toBe("open");
    expect(mock.attempts().map(({ retry }) => retry)).toEqual([0, 1, 2]);
    expect(inFlight()).toBe(0);
  });

  it("an error that the provider answers is the SDK's own, and tells its failure", async () => {
    mock.setBehaviour({ faults: [{ kind: "overloaded" }] });
    const { anthropic } = guarded({}, { maxRetries: 0 });
    const error = await thrownBy(anthropic.messages.create(params));
    expect(error).toMatchObject({ status: 529 });
    expect(failureOf(error)).toMatchObject({ kind: "failed", reason: "overloaded" });
  });

  it("a connection that fails stays the SDK's to retry", async () => {
    mock.setBehaviour({ faults: [{ kind: "reset" }] });
    const { anthropic, said, inFlight } = guarded({}, { maxRetries: 1 });
    const error = await thrownBy(anthropic.messages.create(params));
    expect(failureOf(error)).toMatchObject({ kind: "failed", reason: "connection" });
    expect(said()).toEqual(["failure connection", "failure connection"]);
    expect(inFlight()).toBe(0);
  });

  it("A1: a caller's abort is neutral before a token, and a success after", async () => {
    mock.setBehaviour({ faults: [{ kind: "hang", model: "hang" }, { kind: "stall" }] });
    const { anthropic, said, inFlight } = guarded();
    const controller = new AbortController();
    const { signal } = controller;
    const pending = thrownBy(anthropic.messages.create({ ...params, model: "hang" }, { signal }));
    await mock.waitForAttempts(1);
    controller.abort();
    expect(await pending).toBeInstanceOf(APIUserAbortError);
    const stream = await anthropic.messages.create({ ...params, stream: true });
    for await (const event of stream) if (event.type === "content_block_delta") break;
    expect(said()).toEqual(["neutral cancelled", "success"]);
    expect(inFlight()).toBe(0);
    await vi.waitFor(() => expect(mock.attempts().every(({ end }) => end === "client-gone")).toBe(true));
  });

  it("A6: the SDK's own deadline, shorter than our patience, is no evidence, and is retried", async () => {
    mock.setBehaviour({ faults: [{ kind: "hang" }] });
    const { anthropic, said, inFlight } = guarded({}, { maxRetries: 1, timeout: 50 });
    const error = await thrownBy(anthropic.messages.create(params));
    expect(error).toBeInstanceOf(APIConnectionTimeoutError);
    expect(said()).toEqual(["neutral deadline", "neutral deadline"]);
    expect(inFlight()).toBe(0);
  });

  it("E4: a limit of the circuit ends a call that hangs, without a retry", async () => {
    mock.setBehaviour({ faults: [{ kind: "hang" }] });
    const { anthropic, said, inFlight } = guarded({ timeoutMs: 100 });
    const error = await thrownBy(anthropic.messages.create(params));
    expect(failureOf(error)).toMatchObject({ kind: "failed", reason: "timeout" });
    expect(said()).toEqual(["failure timeout"]);
    expect(mock.attempts()).toHaveLength(1);
    expect(inFlight()).toBe(0);
  });

  it.each([
    ["E2", "stream-error", "overloaded"],
    ["E3", "cut", "truncated"],
  ] as const)("%s: %s inside a stream is thrown, and can be read", async (_trap, kind, reason) => {
    mock.setBehaviour({ faults: [{ kind }] });
    const { anthropic, said, inFlight } = guarded();
    const error = await thrownBy(
      anthropic.messages.create({ ...params, stream: true }).then((stream) => itemsOf(stream)),
    );
    expect(failureOf(error)).toMatchObject({ kind: "failed", reason });
    expect(said()).toEqual([`failure ${reason}`]);
    expect(inFlight()).toBe(0);
  });

  it("says what is wrong with its arguments when it is made", () => {
    const { circuit } = watchedCircuit();
    expect(() => circuitMiddleware(undefined as never)).toThrow(/no circuit; give a Circuit/);
    expect(() => circuitMiddleware(circuit, { provider: "" })).toThrow(/provider is not a name/);
    expect(() => circuitMiddleware(circuit, { onReject: "respond" } as never)).toThrow(/onReject/);
  });
});
