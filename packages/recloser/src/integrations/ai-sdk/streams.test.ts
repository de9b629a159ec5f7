import { describe, expect, it, vi } from "vitest";
import { consecutive } from "../../detect/consecutive.js";
import { CircuitError } from "../../outcome/circuit-error.js";
import { fakeClock } from "../../testing/fake-clock.js";
import { thrownBy, watchedCircuit } from "../fetch/testing/upstream.js";
import { circuitMiddleware, failureOf } from "./index.js";
import { FINISH_V2, model, type Params, read, soon, text } from "./testing/model.js";

describe("streams", () => {
  const guarded = async (one: ReturnType<typeof model>, options = {}, params: Params = {}) => {
    const watched = watchedCircuit(options);
    const result = await circuitMiddleware(watched.circuit).wrapStream({ model: one, params });
    return { ...watched, result, stream: result.stream };
  };

  it("hands the parts of a V2 model on as they are, with the rest of its result", async () => {
    const one = model();
    const { result, verdicts } = await guarded(one);
    const parts = [{ type: "stream-start", warnings: [] }, text("a"), FINISH_V2];
    one.write(...parts);
    one.close();
    expect(await read(result.stream)).toEqual(parts);
    expect(result.response).toEqual({ headers: { a: "b" } });
    expect(verdicts).toEqual([{ verdict: "success", outputTokens: 2 }]);
  });

  it("times the first token by the model, not by its reader, and then waits for its reader", async () => {
    const clock = fakeClock();
    const one = model();
    const { circuit, stream, verdicts } = await guarded(one, { clock });
    const settled = vi.fn();
    circuit.on("settled", settled);
    clock.advance(100);
    one.write({ type: "text-start", id: "1" }, text(""), text("a"), text("b"), FINISH_V2);
    await soon();
    clock.advance(5000);
    expect(verdicts).toEqual([]);
    one.close();
    expect(await read(stream)).toHaveLength(5);
    expect(settled.mock.calls).toMatchObject([[{ firstTokenMs: 100, durationMs: 5100 }]]);
  });

  it("E8: a slow reader is not a slow model", async () => {
    const clock = fakeClock();
    const one = model();
    const { stream, said } = await guarded(one, { clock, stallTimeoutMs: 1000, timeoutMs: 5000 });
    one.write(text("a"));
    const reader = stream.getReader();
    await reader.read();
    clock.advance(60_000);
    one.write(FINISH_V2);
    one.close();
    expect((await reader.read()).value).toEqual(FINISH_V2);
    expect(said()).toEqual(["success"]);
  });

  it("reads frames ahead only so far, and does not count its reader's delay as silence", async () => {
    const clock = fakeClock();
    const one = model();
    const { stream, said, circuit } = await guarded(one, { clock, firstTokenTimeoutMs: 1000 });
    for (let i = 0; i < 200; i++) one.write({ type: "raw", rawValue: i });
    await soon();
    clock.advance(100_000);
    expect(said()).toEqual([]);
    expect(circuit.snapshot().inFlight.stalled).toBe(0);
    one.write(text("a"), FINISH_V2);
    one.close();
    expect(await read(stream)).toHaveLength(202);
    expect(said()).toEqual(["success"]);
  });

  it.each([
    ["V2, unknown", { type: "finish", finishReason: "unknown" }, true],
    [
      "V3, other without a word",
      { type: "finish", finishReason: { unified: "other", raw: undefined } },
      true,
    ],
    ["V4, interrupted", { type: "finish", finishReason: { unified: "interrupted", raw: undefined } }, true],
    ["V3, other", { type: "finish", finishReason: { unified: "other", raw: "pause_turn" } }, false],
    ["V3, length", { type: "finish", finishReason: { unified: "length", raw: "length" } }, false],
    ["no finish at all", undefined, true],
  ] as const)("E3: a stream that ends with %s", async (_name, finish, cut) => {
    const one = model();
    const { stream, said } = await guarded(one);
    one.write(text("a"));
    if (finish !== undefined) one.write(finish);
    one.close();
    const parts = await read(stream);
    expect(said()).toEqual([cut ? "failure truncated" : "success"]);
    const [error] = parts.filter(({ type }) => type === "error");
    expect(error?.error instanceof CircuitError).toBe(cut);
    expect(parts.filter(({ type }) => type !== "error")).toEqual([text("a"), ...(finish ? [finish] : [])]);
  });

  it.each([
    [{ unified: "error", raw: undefined }, "failure stream-error"],
    [{ unified: "error", raw: "rate_limit_exceeded" }, "failure throttled"],
    [{ unified: "error", raw: "MALFORMED_FUNCTION_CALL" }, "success"],
  ])("a stream that finishes with %j", async (finishReason, verdict) => {
    const one = model();
    const { stream, said } = await guarded(one);
    one.write({ type: "finish", finishReason });
    one.close();
    expect(await read(stream)).toEqual([{ type: "finish", finishReason }]);
    expect(said()).toEqual([verdict]);
  });

  it.each([
    [{ type: "server_error", code: "server_error", message: "x" }, "failure stream-error"],
    [{ type: "overloaded_error", message: "x" }, "failure overloaded"],
    [{ code: "rate_limit_exceeded", message: "x" }, "failure throttled"],
    [{ code: "invalid_prompt", message: "x" }, "neutral content-filter"],
    ["something", "failure stream-error"],
    [undefined, "failure stream-error"],
    [new TypeError("terminated"), "failure connection"],
    [new TypeError("x is not a function"), "neutral bug"],
  ])("E2: an error part that holds %j", async (error, verdict) => {
    const one = model();
    const { stream, said, inFlight } = await guarded(one);
    const parts = [text("a"), { type: "error", error }, { type: "finish", finishReason: "error" }];
    one.write(...parts);
    one.close();
    expect(await read(stream)).toEqual(parts);
    expect(said()).toEqual([verdict]);
    expect(inFlight()).toBe(0);
  });

  it("a user's own classification decides about errors in the stream, too", async () => {
    const one = model();
    const classify = vi.fn(() => ({ verdict: "neutral", reason: "invalid-request" }) as const);
    const { stream, said } = await guarded(one, { classify });
    one.write({ type: "error", error: { code: "odd" } });
    one.close();
    await read(stream);
    expect(classify).toHaveBeenCalledWith({ status: 200, body: { error: { code: "odd" } } });
    expect(said()).toEqual(["neutral invalid-request"]);
  });

  it("E10: a reader that leaves settles the call, and lets the model go", async () => {
    for (const [parts, verdict] of [
      [[text("a")], "success"],
      [[{ type: "text-start", id: "1" }], "neutral cancelled"],
    ] as const) {
      const one = model();
      const { stream, said, inFlight } = await guarded(one);
      one.write(...parts);
      const reader = stream.getReader();
      await reader.read();
      await reader.cancel("enough");
      expect(one.cancelled).toHaveBeenCalledWith("enough");
      expect(said()).toEqual([verdict]);
      expect(inFlight()).toBe(0);
    }
  });

  it("a stream that breaks is broken for its reader, and can be told", async () => {
    const one = model();
    const { stream, said } = await guarded(one);
    const error = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
    one.write(text("a"));
    one.break(error);
    expect(await thrownBy(read(stream))).toBe(error);
    expect(failureOf(error)).toMatchObject({ kind: "failed", reason: "connection" });
    expect(said()).toEqual(["failure connection"]);
  });

  it("what the circuit gives up ends with an error part, and the model is told to stop", async () => {
    const clock = fakeClock();
    const one = model();
    const watched = watchedCircuit({ clock, detector: consecutive(1), stallDeadlineMs: { streaming: 1000 } });
    const { stream } = await circuitMiddleware(watched.circuit).wrapStream({ model: one, params: {} });
    const parts = read(stream);
    clock.advance(2000);
    expect(watched.circuit.state).toBe("open");
    const [last] = await parts;
    expect(failureOf(last?.error)).toMatchObject({ kind: "failed", reason: "stalled" });
    expect(one.signal()?.aborted).toBe(true);
    expect(one.cancelled).toHaveBeenCalledOnce();
    expect(watched.inFlight()).toBe(0);
  });

  it("A1: an abort by the caller ends the stream with the signal's reason, for its reader and for the model", async () => {
    for (const [parts, verdict] of [
      [[text("a")], "success"],
      [[], "neutral cancelled"],
    ] as const) {
      const one = model();
      const controller = new AbortController();
      const { stream, said, inFlight } = await guarded(one, {}, { abortSignal: controller.signal });
      one.write(...parts);
      await soon();
      const reason = new Error("changed my mind");
      controller.abort(reason);
      expect(await thrownBy(read(stream))).toBe(reason);
      expect(one.signal()?.reason).toBe(reason);
      expect(said()).toEqual([verdict]);
      expect(inFlight()).toBe(0);
    }
  });

  it("A1: a caller that gave up before has sent nothing", async () => {
    const { circuit, said } = watchedCircuit();
    const one = model();
    const abortSignal = AbortSignal.abort(new Error("before"));
    const { wrapGenerate, wrapStream } = circuitMiddleware(circuit);
    expect(await thrownBy(wrapGenerate({ model: one, params: { abortSignal } }))).toBe(abortSignal.reason);
    expect(await thrownBy(wrapStream({ model: one, params: { abortSignal } }))).toBe(abortSignal.reason);
    expect(one.doGenerate).not.toHaveBeenCalled();
    expect(one.doStream).not.toHaveBeenCalled();
    expect(said()).toEqual([]);
  });
});
