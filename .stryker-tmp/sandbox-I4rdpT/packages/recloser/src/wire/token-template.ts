// @ts-nocheck
import { copyOf } from "./bytes.js";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** Fields whose text says nothing about what an event is, but for being empty or not. */
const TEXT_FIELDS =
  /^(?:content|reasoning_content|reasoning|refusal|text|delta|thinking|partial_json|arguments|response|obfuscation)$/;

/**
 * The bytes of one plain token event, with holes where the next one may differ: the text of the fields above, and
 * digits outside strings. An event that fits byte for byte, holes filled, has the same structure and the same values
 * everywhere else, so it is a plain token too, whatever its text says; no need to parse it.
 */
export class TokenTemplate {
  readonly #name: string;
  readonly #bytes: Uint8Array;
  /** Start and end of each hole in `#bytes`. A hole of text begins after its quote and ends before the other. */
  readonly #holes: readonly number[];

  /** `bytes[start, end)` must be JSON that was read as a plain token. */
  constructor(name: string, bytes: Uint8Array, start: number, end: number) {
    this.#name = name;
    this.#bytes = copyOf(bytes, start, end);
    this.#holes = holesIn(this.#bytes);
  }

  matches(name: string, bytes: Uint8Array, start: number, end: number): boolean {
    if (name !== this.#name) return false;
    const own = this.#bytes;
    const holes = this.#holes;
    let at = start;
    let from = 0;
    for (let h = 0; h < holes.length; h += 2) {
      const to = holes[h] as number;
      const after = at + to - from;
      if (after > end || !same(own, from, to, bytes, at)) return false;
      from = holes[h + 1] as number;
      const isText = own[to - 1] === QUOTE;
      at = isText ? textEnd(bytes, after, end) : digitsEnd(bytes, after, end);
      if (at === after) return false;
    }
    return at + own.length - from === end && same(own, from, own.length, bytes, at);
  }
}

function same(own: Uint8Array, from: number, to: number, bytes: Uint8Array, at: number): boolean {
  const shift = at - from;
  for (let i = from; i < to; i++) if (own[i] !== bytes[i + shift]) return false;
  return true;
}

/** The position of the quote that ends the text at `at`; `at` itself where the text is empty or not valid. */
function textEnd(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end) {
    const byte = bytes[i] as number;
    if (byte === QUOTE) return i;
    if (byte < 0x20) return at;
    i += byte === BACKSLASH ? 2 : 1;
  }
  return at;
}

function digitsEnd(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && isDigit(bytes[i] as number)) i++;
  return i;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function holesIn(json: Uint8Array): readonly number[] {
  const holes: number[] = [];
  /** The value that comes next belongs to one of the text fields. */
  let free = false;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i] as number;
    if (isDigit(byte)) {
      const end = digitsEnd(json, i, json.length);
      holes.push(i, end);
      i = end - 1;
    } else if (byte === QUOTE) {
      const start = i + 1;
      i = textEnd(json, start, json.length);
      if (isKey(json, i)) {
        free = TEXT_FIELDS.test(String.fromCharCode(...json.subarray(start, Math.min(i, start + 32))));
      } else {
        if (free && i > start) holes.push(start, i);
        free = false;
      }
    }
  }
  return holes;
}

/** Whether a colon follows the quote at `end`. */
function isKey(json: Uint8Array, end: number): boolean {
  let i = end + 1;
  while (i < json.length && (json[i] as number) <= 0x20) i++;
  return json[i] === COLON;
}
