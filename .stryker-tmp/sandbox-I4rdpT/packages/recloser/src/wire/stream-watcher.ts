// @ts-nocheck
import { bodyKind, formatOfEvent, formatOfObject, type WireFormat } from "./formats.js";
import { Seen, SignalLedger, type StreamEnd } from "./ledger.js";
import type { LineState } from "./line-splitter.js";
import { ALIVE, parseData, readEvent, readObject, type StreamSignal, TOKEN } from "./signals.js";
import { SseParser, type SseSink } from "./sse.js";
import { TokenTemplate } from "./token-template.js";

/** What is known of a stream before its first byte. */
export interface WatchOptions {
  /** From `formatOf`. Default: unknown, and the first event whose shape is known decides. */
  readonly format?: WireFormat | undefined;
  /** The answer's `content-type`. Default: unknown, and the bytes decide. */
  readonly contentType?: string | null | undefined;
  /**
   * Whether a stream that ends after a finish reason is complete without its terminal marker. Default false for bytes.
   * For providers that leave `[DONE]` out.
   */
  readonly finishIsEnd?: boolean;
}

/** Watches the bytes of one answer. Never throws, changes nothing, and holds at most about 130 KiB; usually none. */
export interface StreamWatcher {
  /** Reads a chunk and tells what it showed, as bits of `Seen`. 0: nothing that was complete. */
  push(chunk: Uint8Array): number;
  /** The body is over: tells how. Not for bodies that broke off with an error of the transport's. */
  finish(): StreamEnd;
  /** The format, given or found. */
  readonly format: WireFormat | undefined;
  /** Tokens in the answer so far, where the provider told. */
  readonly outputTokens: number | undefined;
  /** The in-band error's event, after a push showed `Seen.error`. */
  readonly payload: unknown;
  /** The last chunk ended inside an event. Whoever adds an event of their own must close that one first. */
  readonly midEvent: boolean;
}

/** A watcher for one streamed answer: server-sent events, JSON lines, or bytes that nobody here knows. */
export function createStreamWatcher(options: WatchOptions = {}): StreamWatcher {
  return new ByteWatcher(options);
}

/** Stop learning templates where they do not fit: a provider whose every event differs. */
const WASTED_TEMPLATES = 8;
const LONGEST_TEMPLATE = 4096;

class ByteWatcher implements StreamWatcher, SseSink {
  readonly #ledger = new SignalLedger();
  readonly #events: SseParser | undefined;
  readonly #finishIsEnd: boolean;
  /** The content type promises events or lines, so text of another kind is the beginning of one. */
  readonly #stream: boolean;
  #decoder: TextDecoder | undefined;
  #format: WireFormat | undefined;
  #seen = 0;
  #finishing = false;
  #cut = false;
  #template: TokenTemplate | undefined;
  #wasted = 0;

  constructor(options: WatchOptions) {
    this.#format = options.format;
    this.#finishIsEnd = options.finishIsEnd ?? false;
    const kind = bodyKind(options.contentType);
    this.#stream = kind === "events" || kind === "lines";
    const unreadable = kind === "json" || (kind === "other" && options.format === undefined);
    if (!unreadable) this.#events = new SseParser(this);
    else this.#format = undefined;
  }

  get format(): WireFormat | undefined {
    return this.#format;
  }

  get outputTokens(): number | undefined {
    return this.#ledger.outputTokens;
  }

  get payload(): unknown {
    return this.#ledger.payload;
  }

  get midEvent(): boolean {
    return this.#events?.midEvent ?? false;
  }

  push(chunk: Uint8Array): number {
    if (chunk.length === 0) return 0;
    if (this.#events === undefined) return this.#ledger.token();
    this.#seen = 0;
    this.#events.push(chunk);
    return this.#seen;
  }

  finish(): StreamEnd {
    this.#finishing = true;
    const read = this.#events?.finish() ?? true;
    const known = this.#format !== undefined;
    return this.#ledger.conclude({ known, cut: this.#cut || !read, finishIsEnd: this.#finishIsEnd });
  }

  comment(): void {
    this.#seen |= Seen.alive;
  }

  stray(): void {
    if (this.#finishing && this.#stream) this.#cut = true;
    this.#seen |= this.#format === undefined ? this.#ledger.token() : Seen.alive;
  }

  event(name: string, bytes: Uint8Array, start: number, end: number, state: LineState): void {
    if (state === "whole" && this.#template?.matches(name, bytes, start, end)) {
      if (this.#wasted > 0) this.#wasted--;
      this.#seen |= this.#ledger.over ? Seen.alive : this.#ledger.token();
      return;
    }
    const signal = this.#read(name, bytes, start, end, state);
    this.#seen |= this.#ledger.take(signal);
    const plain = signal === TOKEN && state === "whole" && end - start <= LONGEST_TEMPLATE;
    if (plain && this.#format !== undefined && this.#wasted < WASTED_TEMPLATES) {
      this.#wasted++;
      this.#template = new TokenTemplate(name, bytes, start, end);
    }
  }

  #read(name: string, bytes: Uint8Array, start: number, end: number, state: LineState): StreamSignal {
    if (state === "dropped") return this.#readName(name);
    if (start === end) {
      this.#cut = this.#finishing;
      if (name !== "error") return ALIVE;
    }
    this.#decoder ??= new TextDecoder();
    const text = this.#decoder.decode(bytes.subarray(start, end));
    const json = parseData(name, text);
    if (json === undefined && state === "shortened") return this.#readName(name);
    if (json === undefined && this.#finishing) {
      this.#cut = true;
      return ALIVE;
    }
    this.#format ??= formatOfEvent(json, name);
    return readEvent(json, name, this.#format);
  }

  /** The event is too long to be read, even shortened. Its name may tell; else something came, and that is progress. */
  #readName(name: string): StreamSignal {
    return name === "" ? TOKEN : readEvent({ type: name }, name, this.#format);
  }
}

/** Watches events that an SDK has parsed already. */
export interface EventWatcher {
  /** Reads an event and tells what it showed, as bits of `Seen`. */
  push(event: unknown): number;
  /** The iterator is over: tells how. */
  finish(): StreamEnd;
  readonly outputTokens: number | undefined;
  readonly payload: unknown;
}

/**
 * Like `createStreamWatcher`, for the objects that an SDK's iterator yields. SDKs hide `[DONE]`, so here a finish
 * reason is the end unless `finishIsEnd` is false. Objects that no SDK of a known format yields are opaque: any is a
 * token. An iterator that yields nothing at all is `empty`, whoever made it.
 */
export function createEventWatcher(options: Omit<WatchOptions, "contentType"> = {}): EventWatcher {
  const ledger = new SignalLedger();
  let format = options.format;
  return {
    push(event) {
      format ??= formatOfObject(event);
      return ledger.take(readObject(event, format));
    },
    finish: () =>
      ledger.conclude({ known: format !== undefined, cut: false, finishIsEnd: options.finishIsEnd ?? true }),
    get outputTokens() {
      return ledger.outputTokens;
    },
    get payload() {
      return ledger.payload;
    },
  };
}
