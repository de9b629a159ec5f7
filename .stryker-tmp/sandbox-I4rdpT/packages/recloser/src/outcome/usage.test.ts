// @ts-nocheck
import { describe, expect, it } from "vitest";
import { Circuit } from "../circuit.js";
import { fakeClock } from "../testing/fake-clock.js";
import { outputTokensOf } from "./usage.js";

describe("the tokens of an answer", () => {
  it.each([
    ["OpenAI, Responses and Anthropic", { usage: { output_tokens: 12 } }],
    ["Chat Completions", { usage: { completion_tokens: 12 } }],
    ["the AI SDK", { usage: { outputTokens: 12 } }],
    ["Gemini", { usageMetadata: { candidatesTokenCount: 12 } }],
  ])("as %s tells them", (_who, value) => {
    expect(outputTokensOf(value)).toBe(12);
  });

  it.each([
    undefined,
    null,
    "text",
    12,
    {},
    { usage: null },
    { usage: "12" },
    { usage: { output_tokens: "12" } },
  ])("are unknown in %j", (value) => {
    expect(outputTokensOf(value)).toBeUndefined();
  });

  it("of a value that throws when it is read are unknown, and the call has succeeded", async () => {
    const value = {
      get usage(): never {
        throw new Error("no");
      },
    };
    expect(outputTokensOf(value)).toBeUndefined();
    expect(await new Circuit("x").call(() => value)).toMatchObject({ ok: true });
  });

  it("reach the circuit: it learns the time for each", async () => {
    const clock = fakeClock();
    const circuit = new Circuit("x", { clock });
    for (let i = 0; i < 200; i++) {
      await circuit.call(() => {
        clock.advance(2_000);
        return { usage: { output_tokens: 150 } };
      });
    }
    // Two seconds for 150 tokens, and for the first one as much as for fifty.
    expect(circuit.snapshot().baseline.unary.perToken?.p50Ms).toBeCloseTo(10, 0);
  });
});
