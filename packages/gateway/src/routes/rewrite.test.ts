import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { askingFor } from "./rewrite.js";

const asking = (body: string, model: string, path = "/v1/chat/completions") =>
  askingFor({ method: "POST", path, headers: [], body: Buffer.from(body) }, model);

describe("askingFor", () => {
  it("changes the body's own model and nothing else, in any JSON", () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.string(),
        fc.string(),
        fc.integer({ min: 0, max: 3 }),
        (value, from, to, indent) => {
          const before = JSON.stringify(
            { a: value, model: from, messages: [{ model: from }], 'b"': value },
            null,
            indent,
          );
          const after = asking(before, to)?.body.toString();
          expect(after).toBe(
            JSON.stringify({ a: value, model: to, messages: [{ model: from }], 'b"': value }, null, indent),
          );
        },
      ),
    );
  });

  it("every one of several, however its name is written", () => {
    expect(asking('{"model":"a","\\u006dodel" :\t"b","x":{"model":"c"}}', "é")?.body.toString()).toBe(
      '{"model":"é","\\u006dodel" :\t"é","x":{"model":"c"}}',
    );
  });

  it.each([
    "",
    "[]",
    '{"model":5}',
    '{"model":{"model":"x"}}',
    '["model","a"]',
    '{"a":"model","b":"c"}',
    '{"model":"a',
  ])("%s names none, so it cannot be asked for another", (body) => {
    expect(asking(body, "m")).toBeUndefined();
  });

  it.each([
    [
      "/v1beta/models/a-b:streamGenerateContent?alt=sse",
      "/v1beta/models/x%2Fy:streamGenerateContent?alt=sse",
    ],
    ["/v1beta/models/family:size:generateContent", "/v1beta/models/x%2Fy:generateContent"],
    [
      "/openai/deployments/gpt/chat/completions?api-version=1",
      "/openai/deployments/x%2Fy/chat/completions?api-version=1",
    ],
    ["/model/arn%3Aaws/invoke", "/model/x%2Fy/invoke"],
  ])("%s", (path, expected) => {
    expect(asking("{}", "x/y", path)?.path).toBe(expected);
  });

  it("what is not JSON, or cut anywhere, never throws", () => {
    const text = '{"model":"gpt","messages":[{"content":"a\\"b"}],"n":[1,{}]}';
    for (let i = 0; i <= text.length; i++) asking(text.slice(0, i), "m");
    fc.assert(
      fc.property(
        fc.uint8Array(),
        (bytes) => void askingFor({ method: "POST", path: "/", headers: [], body: Buffer.from(bytes) }, "m"),
      ),
    );
  });
});
