// @ts-nocheck
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;

/** How much of a long string survives, in bytes. Enough for every code, type and identifier. */
const KEPT = 256;

/**
 * Copies JSON text and keeps only the start of each long string, so that a line of megabytes (an image, the echo of a
 * whole answer) becomes a short one of the same structure. Works on any pieces of the text, one after the other.
 */
export class StringShortener {
  #inString = false;
  #length = 0;
  /** Bytes left of an escape sequence; -1 right after a backslash. An escape is never cut in two. */
  #escape = 0;
  #dropping = false;

  /** Copies `source[from, to)` to `target` at `at`; may be the same array. The new end, or -1 where it does not fit. */
  copy(source: Uint8Array, from: number, to: number, target: Uint8Array, at: number): number {
    let end = at;
    for (let i = from; i < to; i++) {
      const byte = source[i] as number;
      if (this.#drops(byte)) continue;
      if (end === target.length) return -1;
      target[end++] = byte;
    }
    return end;
  }

  #drops(byte: number): boolean {
    if (!this.#inString) {
      if (byte === QUOTE) {
        this.#inString = true;
        this.#length = 0;
      }
      return false;
    }
    this.#length++;
    if (this.#escape !== 0) {
      this.#escape = this.#escape > 0 ? this.#escape - 1 : byte === LETTER_U ? 4 : 0;
      return this.#dropping;
    }
    if (byte === QUOTE) {
      this.#inString = false;
      this.#dropping = false;
      return false;
    }
    if (this.#length > KEPT) this.#dropping = true;
    if (byte === BACKSLASH) this.#escape = -1;
    return this.#dropping;
  }
}
