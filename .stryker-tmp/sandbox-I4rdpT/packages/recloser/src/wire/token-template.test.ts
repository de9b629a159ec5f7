// @ts-nocheck
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WireFormat } from "./formats.js";
import { parseData, readEvent, TOKEN } from "./signals.js";
import { TokenTemplate } from "./token-template.js";

const encoder = new TextEncoder();
const json = (value: unknown) => encoder.encode(JSON.stringify(value));
const read = (text: string, format: WireFormat) => readEvent(parseData("", text), "", format);
const fits = (template: Uint8Array, event: Uint8Array) =>
  new TokenTemplate("", template, 0, template.length).matches("", event, 0, event.length);

describe("TokenTemplate", () => {
  it("fits events that differ in text and digits only", () => {
    const event = (content: string, n: number, pad: string) =>
      json({
        id: "c1",
        choices: [{ delta: { content }, finish_reason: null }],
        sequence_number: n,
        obfuscation: pad,
      });
    const template = event("a", 9, "xy");
    expect(fits(template, event('say "error": [DONE] \\', 1234, "z"))).toBe(true);
    expect(fits(template, event("", 9, "xy"))).toBe(false);
    expect(
      new TokenTemplate("a", template, 0, template.length).matches("b", template, 0, template.length),
    ).toBe(false);
    expect(fits(template, template.subarray(0, -1))).toBe(false);
    expect(fits(template, encoder.encode(`${new TextDecoder().decode(template)} `))).toBe(false);
  });

  it("does not take a key for text, however the JSON is spaced", () => {
    const spaced = (key: string) =>
      encoder.encode(`{"choices":[{"delta":{"reasoning":"x", "content":null, "${key}" : 1}}]}`);
    expect(fits(spaced("a"), spaced("b"))).toBe(false);
    expect(fits(spaced("a"), spaced("a"))).toBe(true);
  });

  it("fits nothing that would not have been read as a plain token", () => {
    const fields = fc.constantFrom(
      "content",
      "text",
      "type",
      "delta",
      "finish_reason",
      "error",
      "usage",
      "reasoning",
      "tool_calls",
    );
    const leaf = fc.oneof(
      fc.constantFrom(
        null,
        "",
        "x",
        "stop",
        "error",
        1,
        22,
        true,
        "response.output_text.delta",
        "signature_delta",
        "content_block_delta",
      ),
      fc.string(),
    );
    const { node } = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        leaf,
        fc.dictionary(fields, tie("node"), { maxKeys: 4 }),
      ),
    }));
    const event = fc.oneof(
      fc.record(
        {
          choices: fc.tuple(
            fc.record({ delta: node, finish_reason: leaf, text: leaf }, { requiredKeys: [] }),
          ),
          error: leaf,
        },
        { requiredKeys: ["choices"] },
      ),
      fc.record({ type: leaf, delta: node }),
    );
    const change = fc.tuple(
      fc.nat(),
      fc.constantFrom('"', "stop", "null", ",", "1", "x", "\\", "{", "error", ":"),
      fc.nat(6),
    );
    let fitted = 0;
    fc.assert(
      fc.property(event, change, (value, [where, text, gone]) => {
        for (const format of ["chat", "responses", "messages"] as const) {
          const source = JSON.stringify(value);
          if (read(source, format) !== TOKEN) continue;
          const at = where % source.length;
          const changed = source.slice(0, at) + text + source.slice(at + gone);
          if (!fits(encoder.encode(source), encoder.encode(changed))) continue;
          fitted++;
          let valid = true;
          try {
            JSON.parse(changed);
          } catch {
            valid = false;
          }
          if (valid) expect(read(changed, format), changed).toBe(TOKEN);
        }
      }),
      { numRuns: 5000 },
    );
    expect(fitted).toBeGreaterThan(20);
  });
});
