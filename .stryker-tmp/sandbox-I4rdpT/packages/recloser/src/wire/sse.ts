// @ts-nocheck
import { copyOf } from "./bytes.js";
import { LINE_LIMIT, type LineSink, LineSplitter, type LineState } from "./line-splitter.js";

const LF = 0x0a;
const SPACE = 0x20;
const COLON = 0x3a;
const BRACE = 0x7b;

export interface SseSink {
  /**
   * A complete event: its name ("" where it has none) and its data as a range of bytes, good until this returns.
   * A line that begins with `{` is an event too: JSON lines, and bare JSON in a stream of events.
   */
  event(name: string, bytes: Uint8Array, start: number, end: number, state: LineState): void;
  /** A comment, a field that carries no data, or an empty line: a sign of life. */
  comment(): void;
  /** A line that belongs to neither server-sent events nor JSON lines. */
  stray(): void;
}

/** Server-sent events and JSON lines, from chunks cut anywhere. Holds at most `limit` bytes of line and of event. */
export class SseParser implements LineSink {
  readonly #sink: SseSink;
  readonly #limit: number;
  readonly #lines: LineSplitter;
  #name = "";
  #lastName = "";
  /** The data of the event so far: a range of the current chunk, or of bytes of our own. */
  #data: Uint8Array | undefined;
  #start = 0;
  #end = 0;
  #state: LineState = "whole";
  #joined = false;

  constructor(sink: SseSink, limit: number = LINE_LIMIT) {
    this.#sink = sink;
    this.#limit = limit;
    this.#lines = new LineSplitter(this, limit);
  }

  /** An event or a line has begun and has not ended yet. */
  get midEvent(): boolean {
    return this.#lines.midLine || this.#data !== undefined || this.#name !== "";
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
    if (this.#data === chunk) {
      this.#data = copyOf(chunk, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    if (this.#lines.overLimit) this.#sink.comment();
  }

  /** The stream is over: what was complete but for its line ends still counts. False where a line was too long to tell. */
  finish(): boolean {
    if (this.#lines.overLimit) return false;
    this.#lines.finish();
    if (this.#data !== undefined || this.#name !== "") this.#dispatch();
    return true;
  }

  line(bytes: Uint8Array, start: number, end: number, state: LineState): void {
    if (start === end) {
      this.#dispatch();
      return;
    }
    const first = bytes[start];
    if (first === COLON) {
      this.#sink.comment();
      return;
    }
    if (first === BRACE) {
      this.#sink.event("", bytes, start, end, state);
      return;
    }
    const data = valueAt("data", bytes, start, end);
    if (data !== -1) {
      this.#add(bytes, data, end, state);
      return;
    }
    const name = valueAt("event", bytes, start, end);
    if (name !== -1) {
      this.#name = this.#read(bytes, name, end);
    } else if (valueAt("id", bytes, start, end) !== -1 || valueAt("retry", bytes, start, end) !== -1) {
      this.#sink.comment();
    } else {
      this.#sink.stray();
    }
  }

  #add(bytes: Uint8Array, start: number, end: number, state: LineState): void {
    const data = this.#data;
    if (data === undefined) {
      this.#data = bytes;
      this.#start = start;
      this.#end = end;
      this.#state = state;
      return;
    }
    if (this.#state === "dropped") return;
    const length = this.#end - this.#start;
    const total = length + 1 + end - start;
    if (state === "dropped" || total > this.#limit) {
      this.#state = "dropped";
      return;
    }
    let target = data;
    if (!this.#joined || data.length < total) {
      target = new Uint8Array(Math.min(this.#limit, 2 * total));
      target.set(data.subarray(this.#start, this.#end));
      this.#joined = true;
    }
    target[length] = LF;
    target.set(bytes.subarray(start, end), length + 1);
    this.#data = target;
    this.#start = 0;
    this.#end = total;
    if (state === "shortened") this.#state = state;
  }

  #dispatch(): void {
    const name = this.#name;
    const data = this.#data;
    if (data === undefined && name === "") {
      this.#sink.comment();
      return;
    }
    this.#name = "";
    this.#data = undefined;
    this.#joined = false;
    if (data === undefined) this.#sink.event(name, new Uint8Array(0), 0, 0, "whole");
    else this.#sink.event(name, data, this.#start, this.#end, this.#state);
  }

  /** Names repeat: the last one is reused, so that a token's event costs no new string. */
  #read(bytes: Uint8Array, start: number, end: number): string {
    const last = this.#lastName;
    if (last.length === end - start && startsWith(last, bytes, start)) return last;
    this.#lastName = String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 64)));
    return this.#lastName;
  }
}

/** Where the value of the field `name` begins, or -1 if the line is another field's. */
function valueAt(name: string, bytes: Uint8Array, start: number, end: number): number {
  const colon = start + name.length;
  if (colon > end || !startsWith(name, bytes, start)) return -1;
  if (colon === end) return end;
  if (bytes[colon] !== COLON) return -1;
  return colon + 1 < end && bytes[colon + 1] === SPACE ? colon + 2 : colon + 1;
}

function startsWith(text: string, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}
