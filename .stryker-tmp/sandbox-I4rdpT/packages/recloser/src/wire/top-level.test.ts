// @ts-nocheck
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { topLevelFields } from "./top-level.js";

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe("topLevelFields", () => {
  it("agrees with JSON.parse for every object, however it is written", () => {
    const json = fc.record(
      {
        messages: fc.jsonValue(),
        'na"me\\': fc.jsonValue(),
        nested: fc.record({ model: fc.string(), stream: fc.boolean() }),
        model: fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.jsonValue()),
        stream: fc.oneof(fc.boolean(), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 2, "\t"), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const parsed = JSON.parse(text) as { model?: unknown; stream?: unknown };
        const fields = {
          ...(typeof parsed.model === "string" ? { model: parsed.model } : {}),
          ...(typeof parsed.stream === "boolean" ? { stream: parsed.stream } : {}),
        };
        for (const mark of ["", "\uFEFF"]) {
          expect(topLevelFields(mark + text)).toEqual(fields);
          expect(topLevelFields(bytesOf(mark + text))).toEqual(fields);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("never throws, whatever the bytes or the text", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: "binary" }), (bytes, text) => {
        for (const begin of ["", '{"model":', '{"model":"']) {
          expect(typeof topLevelFields(begin + text)).toBe("object");
          expect(typeof topLevelFields(new Uint8Array([...bytesOf(begin), ...bytes]))).toBe("object");
        }
      }),
    );
  });

  it.each([
    "",
    "[1]",
    "nope",
    '"model"',
    'x{"model":"m"}',
    '{"model":',
    '{"model":"x',
    '[{"model":"m"}]',
    "\u0000\u0001",
  ])("%j has no fields", (text) => {
    expect(topLevelFields(text)).toEqual({});
    expect(topLevelFields(bytesOf(text))).toEqual({});
  });

  it("reads a value that stands far behind its key", () => {
    expect(topLevelFields(`{"stream":${" ".repeat(100)}true}`)).toEqual({ stream: true });
  });
});
