import { describe, expect, it, vi } from "vitest";
import { Circuits } from "../../circuits.js";
import { fakeClock } from "../../testing/fake-clock.js";
import { watchedCircuit } from "../fetch/testing/upstream.js";
import { circuitCallbacks, failureOf } from "./index.js";

describe("circuitCallbacks", () => {
  it.each([
    [{ ls_provider: "openai", ls_model_name: "gpt-5" }, "openai/gpt-5"],
    [{ ls_provider: "google_genai", ls_model_name: "gemini-x" }, "gemini/gemini-x"],
    [{ ls_provider: "Ollama", ls_model_name: "a b" }, "ollama/a%20b"],
    [{ ls_provider: "amazon_bedrock" }, "amazon_bedrock"],
    [undefined, "unknown"],
  ])("%j passes %s", (metadata, name) => {
    const circuits = new Circuits();
    const { handleChatModelStart, handleLLMEnd } = circuitCallbacks(circuits);
    handleChatModelStart({}, [], "1", undefined, {}, [], metadata);
    handleLLMEnd({}, "1");
    expect([...circuits].map((circuit) => circuit.name)).toEqual([name]);
  });

  it("a function decides, and may leave a run unguarded", () => {
    const { circuit, said } = watchedCircuit();
    const handler = circuitCallbacks(({ model }) => (model === "m" ? circuit : undefined));
    handler.handleLLMStart({}, [], "1", undefined, {}, [], { ls_model_name: "other" });
    handler.handleLLMEnd({}, "1");
    handler.handleLLMStart({}, [], "2", undefined, {}, [], { ls_model_name: "m" });
    handler.handleLLMEnd({}, "2");
    expect(said()).toEqual(["success"]);
  });

  it("says what is wrong with its argument", () => {
    expect(() => circuitCallbacks({} as never)).toThrow(/circuitCallbacks got no circuit; give/);
  });

  it("callbacks of runs that it does not know, and second ends, do nothing", () => {
    const { circuit, said, inFlight } = watchedCircuit();
    const handler = circuitCallbacks(circuit);
    handler.handleLLMNewToken("a", {}, "1");
    handler.handleLLMEnd({}, "1");
    handler.handleLLMError(new Error("x"), "1");
    handler.handleChatModelStart({}, [], "2");
    handler.handleLLMEnd({ llmOutput: { tokenUsage: { completionTokens: 3 } } }, "2");
    handler.handleLLMError(new Error("x"), "2");
    expect(said()).toEqual(["success"]);
    expect(inFlight()).toBe(0);
  });

  it("D5: a run that ends without a word is forgotten, its permit expires, and after a token it never votes", () => {
    const clock = fakeClock();
    const { circuit, said, inFlight } = watchedCircuit({ clock });
    const handler = circuitCallbacks(circuit);
    handler.handleChatModelStart({}, [], "1");
    handler.handleLLMNewToken("a", {}, "1");
    clock.advance(900_001);
    expect(inFlight()).toBe(0);
    handler.handleChatModelStart({}, [], "2");
    handler.handleLLMEnd({}, "1");
    handler.handleLLMEnd({}, "2");
    expect(said().filter((verdict) => verdict.startsWith("failure"))).toEqual([]);
    expect(inFlight()).toBe(0);
    expect(clock.timers).toBe(0);
  });

  it("E8: once tokens flow, no limit runs, because callbacks do not tell when the reader is away", () => {
    const clock = fakeClock();
    const { circuit, said } = watchedCircuit({ clock, timeoutMs: 20_000, stallTimeoutMs: 15_000 });
    const handler = circuitCallbacks(circuit);
    handler.handleChatModelStart({}, [], "1");
    clock.advance(1000);
    handler.handleLLMNewToken("a", {}, "1");
    clock.advance(100_000);
    handler.handleLLMEnd({}, "1");
    expect(said()).toEqual(["success"]);
  });

  it("a limit that passes before a token is evidence, though the call goes on", () => {
    const clock = fakeClock();
    const { circuit, said, inFlight } = watchedCircuit({ clock, timeoutMs: 20_000 });
    const handler = circuitCallbacks(circuit);
    handler.handleChatModelStart({}, [], "1");
    clock.advance(20_000);
    handler.handleLLMEnd({}, "1");
    expect(said()).toEqual(["failure timeout"]);
    expect(inFlight()).toBe(0);
  });

  it("what was thrown can be told, and a mistake of the model's class is no evidence", () => {
    const { circuit, said } = watchedCircuit();
    const handler = circuitCallbacks(circuit);
    const error = Object.assign(new Error("503 down"), { status: 503 });
    handler.handleChatModelStart({}, [], "1");
    handler.handleLLMError(error, "1");
    expect(failureOf(error)).toMatchObject({ kind: "failed", reason: "overloaded" });
    handler.handleChatModelStart({}, [], "2");
    handler.handleLLMError(new TypeError("x is not a function"), "2");
    handler.handleChatModelStart({}, [], "3");
    handler.handleLLMNewToken("a", {}, "3");
    handler.handleLLMError(Object.assign(new Error("x"), { name: "ModelAbortError" }), "3");
    expect(said()).toEqual(["failure overloaded", "neutral bug", "success"]);
  });

  it("D4: leaves no listener on the caller's signal", () => {
    const { circuit } = watchedCircuit();
    const { signal } = new AbortController();
    const add = vi.spyOn(signal, "addEventListener");
    const remove = vi.spyOn(signal, "removeEventListener");
    const handler = circuitCallbacks(circuit);
    handler.handleChatModelStart({}, [], "1", undefined, { options: { signal } });
    handler.handleLLMEnd({}, "1");
    circuit.force("open", { forMs: 1000, reason: "test" });
    expect(() => handler.handleChatModelStart({}, [], "2", undefined, { options: { signal } })).toThrow();
    const listeners = (calls: readonly (readonly unknown[])[]) => calls.map(([, listener]) => listener);
    expect(listeners(add.mock.calls).length).toBeGreaterThan(0);
    expect(listeners(remove.mock.calls)).toEqual(expect.arrayContaining(listeners(add.mock.calls)));
  });
});
