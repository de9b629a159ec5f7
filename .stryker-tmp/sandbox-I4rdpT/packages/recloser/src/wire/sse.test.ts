// @ts-nocheck
import { describe, expect, it } from "vitest";
import { SseParser } from "./sse.js";

const encoder = new TextEncoder();

function parse(text: string, chunkBytes: number, limit?: number): string[] {
  const got: string[] = [];
  const parser = new SseParser(
    {
      event: (name, bytes, start, end, state) => {
        got.push(`${name}|${new TextDecoder().decode(bytes.subarray(start, end))}|${state}`);
      },
      comment: () => {},
      stray: () => got.push("stray"),
    },
    limit,
  );
  const bytes = encoder.encode(text);
  for (let i = 0; i < bytes.length; i += chunkBytes) parser.push(bytes.slice(i, i + chunkBytes));
  got.push(`rest read: ${parser.finish()}`);
  return got;
}

describe("SseParser", () => {
  const rows: readonly [string, string, readonly string[]][] = [
    ["a name and data", "event: a\ndata: x\n\n", ["a|x|whole"]],
    ["the name after the data", "data: x\nevent: a\n\n", ["a|x|whole"]],
    ["the last of two names", "event: a\nevent: b\ndata: x\n\n", ["b|x|whole"]],
    ["a name that does not outlive its event", "event: a\ndata: x\n\ndata: y\n\n", ["a|x|whole", "|y|whole"]],
    ["data of several lines", "data: x\ndata:y\ndata\ndata:  z\n\n", ["|x\ny\n\n z|whole"]],
    ["comments inside an event", "data: x\n: hello\ndata: y\n\n", ["|x\ny|whole"]],
    ["a name alone", "event: a\n\n", ["a||whole"]],
    ["id and retry", "id: 1\nretry: 5\ndata: x\n\n", ["|x|whole"]],
    ["fields that only look like data", "database: x\ndata x\neventful: y\n\n", ["stray", "stray", "stray"]],
    ["JSON lines", '{"a":1}\n{"a":2}\n', ['|{"a":1}|whole', '|{"a":2}|whole']],
    [
      "bare JSON between events",
      'data: x\n\n{"a":1}\ndata: y\n\n',
      ["|x|whole", '|{"a":1}|whole', "|y|whole"],
    ],
    ["an event without its empty line at the end", "data: x\n\ndata: y", ["|x|whole", "|y|whole"]],
  ];
  it.each(rows)("%s", (_name, text, events) => {
    for (const size of [1, 2, 3, 1000]) expect(parse(text, size)).toEqual([...events, "rest read: true"]);
  });

  it("bounds the data of an event as it bounds a line", () => {
    for (const size of [1, 7, 1000]) {
      const [event, next] = parse(
        `data: ${"x".repeat(30)}\ndata: ${"y".repeat(30)}\n\ndata: z\n\n`,
        size,
        50,
      );
      expect(event?.endsWith("|dropped")).toBe(true);
      expect(next).toBe("|z|whole");
      expect(parse(`data: ${"x".repeat(80)}`, size, 50)).toEqual(["rest read: false"]);
    }
  });
});
