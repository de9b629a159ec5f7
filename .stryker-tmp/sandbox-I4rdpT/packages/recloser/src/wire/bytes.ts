/** Keeps the beginning of a body, at most `limit` bytes: bytes of its own, because readers may give theirs away. */
// @ts-nocheck

export class KeptBody {
  readonly #limit: number;
  #chunks: Uint8Array[] = [];
  #length = 0;
  /** False once the body was longer than the limit. */
  whole = true;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Uint8Array): void {
    const room = this.#limit - this.#length;
    if (chunk.byteLength > room) this.whole = false;
    if (room === 0 || chunk.byteLength === 0) return;
    const part = copyOf(chunk, 0, room);
    this.#chunks.push(part);
    this.#length += part.byteLength;
  }

  bytes(): Uint8Array {
    const [first] = this.#chunks;
    if (this.#chunks.length === 1 && first !== undefined) return first;
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.byteLength;
    }
    return all;
  }
}

/** A copy, also of Node's `Buffer`, whose own `slice` is a view: it would keep a whole chunk, and change with it. */
export function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end));
}
