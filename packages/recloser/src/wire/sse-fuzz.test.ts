import fc from "fast-check";
import { expect, it } from "vitest";
import { SseParser } from "./sse.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What a parser says of a stream: its events and strays in their order, and whether it could read to the end. */
function parse(chunks: readonly Uint8Array[], limit?: number): string[] {
  const got: string[] = [];
  const parser = new SseParser(
    {
      event: (name, bytes, start, end, state) => {
        const data = decoder.decode(bytes.subarray(start, end));
        got.push(JSON.stringify([name, state === "dropped" ? "" : data, state]));
      },
      comment: () => {},
      stray: () => got.push("stray"),
    },
    limit,
  );
  for (const chunk of chunks) {
    const own = chunk.slice();
    parser.push(own);
    // Nothing may be left that points into a chunk.
    own.fill(0x58);
  }
  got.push(`read: ${parser.finish()}`);
  return got;
}

/** The same by the plainest means there are: the whole text, cut at its line ends. */
function reference(text: string): string[] {
  const got: string[] = [];
  let name = "";
  let data: string[] | undefined;
  const dispatch = () => {
    if (data !== undefined || name !== "") got.push(JSON.stringify([name, data?.join("\n") ?? "", "whole"]));
    name = "";
    data = undefined;
  };
  for (const line of text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/)) {
    const [, field = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/su.exec(line) ?? [];
    if (line === "") dispatch();
    else if (line.startsWith("{")) got.push(JSON.stringify(["", line, "whole"]));
    else if (field === "data") data = [...(data ?? []), value];
    else if (field === "event") name = value;
    else if (!["", "id", "retry"].includes(field)) got.push("stray");
  }
  dispatch();
  return [...got, "read: true"];
}

function split(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const cuts = [0, ...at.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((to, i) => bytes.subarray(cuts[i], to));
}

const text = fc.string({
  unit: fc.constantFrom("a", "{", "}", '"', "\\", ":", " ", "é", "漢", "🎉", "\uFEFF", "\0"),
});
const line = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom("data: ", "data:", "data:  "), text).map((parts) => parts.join("")),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom("event: a", "event:delta", "event: ", "event", "event: response.created"),
  },
  { weight: 2, arbitrary: fc.constantFrom(": ping", ":", "id: 7", "id", "retry: 100", "data", "data:") },
  { weight: 2, arbitrary: fc.object().map((value) => JSON.stringify(value)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("database: x", "<html>", "Data: x", " data: x", "[DONE]", "dat", "eventful"),
  },
  { weight: 1, arbitrary: fc.nat(9_000).map((length) => `data: ${"long é ".repeat(length / 6)}`) },
  { weight: 6, arbitrary: fc.constant("") },
);
const lineEnd = fc.constantFrom("\n", "\n", "\r\n", "\r\n", "\r");
/** Lines with ends of all kinds, mixed; with or without a byte order mark; the last one with or without its end. */
const stream = fc
  .tuple(fc.boolean(), fc.array(fc.tuple(line, lineEnd), { maxLength: 24 }), fc.option(line, { nil: "" }))
  .map(([marked, lines, rest]) => `${marked ? "\uFEFF" : ""}${lines.flat().join("")}${rest}`);
const cuts = fc.array(fc.nat(), { maxLength: 60 });

it("any split of any stream gives the same events, and those are the right ones", () => {
  fc.assert(
    fc.property(stream, cuts, (sent, at) => {
      const bytes = encoder.encode(sent);
      expect(parse(split(bytes, at))).toEqual(reference(sent));
    }),
    { numRuns: 3_000 },
  );
});

it("a byte at a time, too", () => {
  fc.assert(
    fc.property(stream, (sent) => {
      const bytes = encoder.encode(sent);
      expect(parse(split(bytes, [...bytes.keys()]))).toEqual(reference(sent));
    }),
    { numRuns: 300 },
  );
});

it("also where lines and events are longer than may be held", () => {
  fc.assert(
    fc.property(stream, cuts, fc.integer({ min: 8, max: 200 }), (sent, at, limit) => {
      const bytes = encoder.encode(sent);
      expect(parse(split(bytes, at), limit)).toEqual(parse([bytes], limit));
    }),
    { numRuns: 3_000 },
  );
});
