// @ts-nocheck
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineSplitter, type LineState } from "./line-splitter.js";
import { StringShortener } from "./shorten.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function lines(chunks: readonly Uint8Array[], limit?: number): [string, LineState][] {
  const got: [string, LineState][] = [];
  const splitter = new LineSplitter(
    { line: (bytes, start, end, state) => got.push([decoder.decode(bytes.subarray(start, end)), state]) },
    limit,
  );
  for (const chunk of chunks) splitter.push(chunk);
  splitter.finish();
  return got;
}

function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const cuts = [0, ...at.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((to, i) => bytes.slice(cuts[i], to));
}

describe("LineSplitter", () => {
  it("knows the three line ends and skips a byte order mark", () => {
    const text = "\uFEFFa\nb\r\nc\rd\n\n\r\n\re";
    expect(lines([encoder.encode(text)]).map(([line]) => line)).toEqual([
      "a",
      "b",
      "c",
      "d",
      "",
      "",
      "",
      "e",
    ]);
    expect(lines([encoder.encode("a\n\uFEFFb\n")]).map(([line]) => line)).toEqual(["a", "\uFEFFb"]);
  });

  it("splits as if the chunks were one, wherever they are cut: in a character, between \\r and \\n, in the mark", () => {
    const piece = fc.constantFrom("\n", "\r", "\r\n", "世界", "👋", "x", "\uFEFF", "data: y");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.array(fc.nat(), { maxLength: 20 }), (pieces, at) => {
        const text = pieces.join("");
        const expected = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
        if (expected.at(-1) === "") expected.pop();
        const bytes = encoder.encode(text);
        const got = lines(cut(bytes, at)).map(([line]) => line);
        if (text === "\uFEFF") return;
        expect(got).toEqual(expected);
      }),
    );
  });

  it("does not copy a line that lies inside one chunk", () => {
    const chunk = encoder.encode("abc\ndef\n");
    const splitter = new LineSplitter({ line: (bytes) => expect(bytes).toBe(chunk) });
    splitter.push(chunk);
    expect.assertions(2);
  });

  it("shortens the strings of a line over the limit, drops it where that does not help, and then goes on", () => {
    const long = JSON.stringify({ a: "x".repeat(5000), b: [1, 2], c: "y" });
    const short = JSON.stringify({ a: "x".repeat(256), b: [1, 2], c: "y" });
    const flat = "z".repeat(2000);
    const bytes = encoder.encode(`${long}\n${flat}\nnext\n`);
    const expected = [
      [short, "shortened"],
      ["z".repeat(1000), "dropped"],
      ["next", "whole"],
    ];
    expect(lines([bytes], 1000)).toEqual(expected);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 20 }), (at) => {
        expect(lines(cut(bytes, at), 1000)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});

describe("StringShortener", () => {
  it("leaves JSON of the same structure, with the beginnings of its strings", () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 4 }),
        fc.nat(300),
        fc.string({ unit: "binary" }),
        (json, times, text) => {
          const value = {
            json: JSON.parse(json) as unknown,
            long: text.repeat(times),
            escaped: "\u0001é".repeat(times),
          };
          const source = encoder.encode(JSON.stringify(value));
          const target = new Uint8Array(source.length);
          const shortener = new StringShortener();
          const half = source.length >> 1;
          const middle = shortener.copy(source, 0, half, target, 0);
          const end = shortener.copy(source, half, source.length, target, middle);
          const got = JSON.parse(decoder.decode(target.subarray(0, end))) as typeof value;
          expect(Object.keys(got)).toEqual(Object.keys(value));
          expect(value.escaped.startsWith(got.escaped.slice(0, -1))).toBe(true);
          expect(got.escaped.length).toBeLessThanOrEqual(257);
          expect(got.escaped === "").toBe(value.escaped === "");
        },
      ),
    );
  });
});
