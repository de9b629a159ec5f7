import type { LanguageModelV2Middleware, LanguageModelV3Middleware } from "@ai-sdk/provider";
import { describe, expect, it, vi } from "vitest";
import type { LanguageModelMiddleware } from "../../../../../test/newer-majors/node_modules/ai/dist/index.js";
import { Circuits } from "../../circuits.js";
import { thrownBy, watchedCircuit } from "../fetch/testing/upstream.js";
import { circuitMiddleware } from "./index.js";
import { model, read, text } from "./testing/model.js";

describe("which circuit", () => {
  it.each([
    ["openai.responses", "gpt-5", "openai/gpt-5"],
    ["openai.chat", "gpt-5", "openai/gpt-5"],
    ["anthropic.messages", "claude-x", "anthropic/claude-x"],
    ["google.generative-ai", "gemini-x", "gemini/gemini-x"],
    ["google.vertex.chat", "gemini-x", "vertex/gemini-x"],
    ["gateway", "openai/gpt-5", "gateway/openai/gpt-5"],
    ["mistral.chat", "a b", "mistral/a%20b"],
    ["", "", "unknown"],
  ])("%s, %s passes %s", async (provider, modelId, name) => {
    const circuits = new Circuits();
    await circuitMiddleware(circuits).wrapGenerate({ model: model(modelId, provider), params: {} });
    expect([...circuits].map((circuit) => circuit.name)).toEqual([name]);
  });

  it("a function decides, and may leave a call unguarded", async () => {
    const { circuit, said } = watchedCircuit();
    const choose = vi.fn(({ streaming }: { streaming: boolean }) => (streaming ? circuit : undefined));
    const middleware = circuitMiddleware(choose);
    const one = model("gpt-5");
    const params = {};
    await middleware.wrapGenerate({ model: one, params });
    expect(one.doGenerate.mock.calls[0]?.[0]).toBe(params);
    const { stream } = await middleware.wrapStream({ model: one, params });
    await stream.cancel();
    expect(choose.mock.calls).toEqual([
      [{ provider: "openai", model: "gpt-5", streaming: false }],
      [{ provider: "openai", model: "gpt-5", streaming: true }],
    ]);
    expect(said()).toEqual(["neutral cancelled"]);
    const free = model();
    const unguarded = circuitMiddleware(() => undefined);
    free.write(text("a"));
    free.close();
    expect(await read((await unguarded.wrapStream({ model: free, params })).stream)).toEqual([text("a")]);
  });

  it("is a middleware of every specification", () => {
    const { circuit } = watchedCircuit();
    const v2: LanguageModelV2Middleware = circuitMiddleware(circuit);
    const v3: LanguageModelV3Middleware = circuitMiddleware(circuit);
    const v4: LanguageModelMiddleware = circuitMiddleware(circuit);
    for (const { wrapGenerate, wrapStream } of [v2, v3, v4]) {
      expect(wrapGenerate).toBeTypeOf("function");
      expect(wrapStream).toBeTypeOf("function");
    }
  });

  it("says what is wrong with its arguments", () => {
    const { circuit } = watchedCircuit();
    expect(() => circuitMiddleware(undefined as never)).toThrow(/circuitMiddleware got no circuit; give/);
    expect(() => circuitMiddleware(circuit, { priority: "low" as never })).toThrow(/priority/);
    expect(() => circuitMiddleware(circuit, { prio: "low" } as never)).toThrow(/prio/);
  });

  it("background calls yield under a limit", async () => {
    const { circuit } = watchedCircuit();
    const admit = vi.spyOn(circuit, "admit");
    await circuitMiddleware(circuit, { priority: "background" }).wrapGenerate({ model: model(), params: {} });
    expect(admit.mock.calls[0]?.[0]).toMatchObject({ priority: "background", streaming: false });
  });
});

describe("answers in one piece", () => {
  it.each([
    [
      { finishReason: "stop", usage: { outputTokens: 3 } },
      { verdict: "success", outputTokens: 3 },
    ],
    [
      { finishReason: { unified: "stop", raw: "stop" }, usage: { outputTokens: { total: 3 } } },
      { verdict: "success", outputTokens: 3 },
    ],
    [{ finishReason: "unknown" }, { verdict: "success" }],
    [{ finishReason: { unified: "error", raw: "MALFORMED_FUNCTION_CALL" } }, { verdict: "success" }],
    [{ finishReason: { unified: "content-filter", raw: "SAFETY" } }, { verdict: "success" }],
    [{ finishReason: "error" }, { verdict: "failure", reason: "server-error" }],
  ])("%j settles as %j", async (result, verdict) => {
    const { circuit, verdicts } = watchedCircuit();
    const one = model();
    one.doGenerate.mockResolvedValue(result);
    expect(await circuitMiddleware(circuit).wrapGenerate({ model: one, params: {} })).toBe(result);
    expect(verdicts).toEqual([verdict]);
  });

  it("a model that throws before it answers, or has a bug, holds no permit", async () => {
    const { circuit, said, inFlight } = watchedCircuit();
    const bug = new TypeError("x is not a function");
    const one = model();
    one.doGenerate.mockImplementation(() => {
      throw bug;
    });
    expect(await thrownBy(circuitMiddleware(circuit).wrapGenerate({ model: one, params: {} }))).toBe(bug);
    one.doStream.mockResolvedValue({} as never);
    await thrownBy(circuitMiddleware(circuit).wrapStream({ model: one, params: {} }));
    expect(said()).toEqual(["neutral bug", "neutral bug"]);
    expect(inFlight()).toBe(0);
  });
});
