// @ts-nocheck
import { StringShortener } from "./shorten.js";

const LF = 0x0a;
const CR = 0x0d;

/** The longest line that is kept as it is, in bytes. */
export const LINE_LIMIT: number = 64 * 1024;

/**
 * What is left of a line: all of it; all but the middle of its long strings, because it passed the limit; or only its
 * beginning, because even that was too long.
 */
export type LineState = "whole" | "shortened" | "dropped";

/** Gets each line as a range of bytes. The bytes may be the chunk's own: they are good until `push` returns. */
export interface LineSink {
  line(bytes: Uint8Array, start: number, end: number, state: LineState): void;
}

/**
 * Splits chunks into lines (`\n`, `\r\n` or `\r`; a byte order mark is skipped), wherever the chunks were cut. A line
 * inside one chunk is not copied. Never holds more than `limit` bytes.
 */
export class LineSplitter {
  readonly #sink: LineSink;
  readonly #limit: number;
  #held: Uint8Array | undefined;
  #length = 0;
  #state: LineState = "whole";
  #shortener: StringShortener | undefined;
  #skipLf = false;
  #first = true;

  constructor(sink: LineSink, limit: number = LINE_LIMIT) {
    this.#sink = sink;
    this.#limit = limit;
  }

  /** A line has begun and has not ended yet. */
  get midLine(): boolean {
    return this.#length > 0;
  }

  /** The line that has begun is already longer than the limit. */
  get overLimit(): boolean {
    return this.#state !== "whole";
  }

  push(chunk: Uint8Array): void {
    let from = 0;
    if (this.#skipLf && chunk.length > 0) {
      this.#skipLf = false;
      if (chunk[0] === LF) from = 1;
    }
    let lf = chunk.indexOf(LF, from);
    let cr = chunk.indexOf(CR, from);
    while (lf !== -1 || cr !== -1) {
      const atCr = cr !== -1 && (lf === -1 || cr < lf);
      const at = atCr ? cr : lf;
      this.#end(chunk, from, at);
      from = at + 1;
      if (atCr) {
        if (from === chunk.length) this.#skipLf = true;
        else if (chunk[from] === LF) from++;
        cr = chunk.indexOf(CR, from);
      }
      if (lf !== -1 && lf < from) lf = chunk.indexOf(LF, from);
    }
    if (from < chunk.length) this.#hold(chunk, from, chunk.length);
  }

  /** Gives out the last line, which no line end followed. */
  finish(): void {
    if (this.#length > 0) this.#end(new Uint8Array(0), 0, 0);
  }

  #end(chunk: Uint8Array, from: number, to: number): void {
    if (this.#length === 0 && to - from <= this.#limit) {
      this.#emit(chunk, from, to, "whole");
      return;
    }
    this.#hold(chunk, from, to);
    const held = this.#held ?? chunk;
    const length = this.#length;
    const state = this.#state;
    // Handed over, because the receiver may keep it until the event is complete.
    this.#held = undefined;
    this.#length = 0;
    this.#state = "whole";
    this.#shortener = undefined;
    this.#emit(held, 0, length, state);
  }

  #emit(bytes: Uint8Array, start: number, end: number, state: LineState): void {
    const marked =
      this.#first &&
      end - start >= 3 &&
      bytes[start] === 0xef &&
      bytes[start + 1] === 0xbb &&
      bytes[start + 2] === 0xbf;
    this.#first = false;
    this.#sink.line(bytes, marked ? start + 3 : start, end, state);
  }

  #hold(chunk: Uint8Array, from: number, to: number): void {
    if (this.#state === "dropped" || from === to) return;
    const length = this.#length + to - from;
    if (this.#shortener === undefined && length <= this.#limit) {
      this.#reserve(length).set(
        from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to),
        this.#length,
      );
      this.#length = length;
      return;
    }
    const held = this.#reserve(this.#limit);
    if (this.#shortener === undefined) {
      this.#state = "shortened";
      this.#shortener = new StringShortener();
      this.#length = this.#shortener.copy(held, 0, this.#length, held, 0);
    }
    const end = this.#shortener.copy(chunk, from, to, held, this.#length);
    if (end === -1) this.#state = "dropped";
    this.#length = end === -1 ? this.#limit : end;
  }

  #reserve(length: number): Uint8Array {
    const held = this.#held;
    if (held !== undefined && held.length >= length) return held;
    const grown = new Uint8Array(Math.min(this.#limit, Math.max(256, 2 * length)));
    if (held !== undefined) grown.set(held.subarray(0, this.#length));
    this.#held = grown;
    return grown;
  }
}
