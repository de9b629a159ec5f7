import type { ServerResponse } from "node:http";
import type { Dispatcher } from "undici";

/** A client that does not take the last bytes of a broken answer within this is cut off. */
const LINGER_MS = 5_000;

/**
 * The way back to the client: the same bytes in the same order, no faster than the client reads. Nothing is kept beyond
 * what the client's socket buffers.
 */
export class Relay {
  readonly #res: ServerResponse;
  readonly #controller: Dispatcher.DispatchController;
  readonly #onPause: () => void;
  readonly #onResume: () => void;
  readonly #guarded: (work: () => void) => void;
  /** Words of ours fit in. */
  #open = false;
  #paused = false;
  #ended = false;
  #head: (() => void) | undefined;

  constructor(
    res: ServerResponse,
    controller: Dispatcher.DispatchController,
    on: {
      readonly pause: () => void;
      readonly resume: () => void;
      /** Runs what nobody above would catch. Must not throw. */
      readonly guarded: (work: () => void) => void;
    },
  ) {
    this.#res = res;
    this.#controller = controller;
    this.#onPause = on.pause;
    this.#onResume = on.resume;
    this.#guarded = on.guarded;
  }

  /** The client is slower than the provider: nothing is being read, so silence says nothing. */
  get paused(): boolean {
    return this.#paused;
  }

  /** The client has seen the head of the answer; until then it can still get another one. */
  get begun(): boolean {
    return this.#res.headersSent;
  }

  begin(status: number, message: string | undefined, headers: string[], open: boolean): void {
    const res = this.#res;
    this.#open = open;
    this.#head = () => (message ? res.writeHead(status, message, headers) : res.writeHead(status, headers));
    // Where the first bytes come at once, the head travels with them.
    queueMicrotask(() => this.#guarded(() => this.#flushHead()));
    res.on("drain", () => this.#guarded(() => this.#drained()));
  }

  #flushHead(): void {
    const res = this.#res;
    if (res.destroyed || res.writableEnded || this.#ended) return;
    this.#writeHead();
    res.flushHeaders();
  }

  #drained(): void {
    if (!this.#paused) return;
    this.#paused = false;
    // In this order: resuming may deliver data at once, and that may pause again.
    this.#onResume();
    this.#controller.resume();
  }

  write(chunk: Buffer): void {
    this.#writeHead();
    if (this.#res.write(chunk) || this.#paused) return;
    this.#paused = true;
    this.#controller.pause();
    this.#onPause();
  }

  /** Nothing of this answer will be sent: its client gets another one. */
  forget(): void {
    this.#ended = true;
    this.#head = undefined;
  }

  /** The answer is whole. */
  end(): void {
    this.#ended = true;
    this.#writeHead();
    this.#res.end();
  }

  /**
   * The answer broke off. The client must not take it for whole: it gets `event`, if the body can hold one, and then a
   * connection that closes without the body's proper end.
   */
  breakOff(event?: string): void {
    this.#ended = true;
    const res = this.#res;
    const { socket } = res;
    if (socket === null) {
      res.destroy();
      return;
    }
    if (event !== undefined && this.#open) res.write(event);
    socket.destroySoon();
    const linger = setTimeout(() => socket.destroy(), LINGER_MS);
    linger.unref();
    socket.once("close", () => clearTimeout(linger));
  }

  #writeHead(): void {
    this.#head?.();
    this.#head = undefined;
  }
}
