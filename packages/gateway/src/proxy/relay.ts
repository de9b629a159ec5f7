import type { ServerResponse } from "node:http";
import type { Dispatcher } from "undici";

/** A client that does not take the last bytes of a broken answer within this is cut off. */
const LINGER_MS = 5_000;

/** A first chunk up to this size waits for the rest of its turn, so that a small answer leaves with its head in one write. */
const SMALL_BYTES = 16_384;

/** Whoever reads the answer that a relay passes on. */
export interface RelayOwner {
  /** The client is slower than the provider. */
  paused(): void;
  /** It has caught up. */
  resumed(): void;
  /** Runs what nobody above would catch. Must not throw. */
  guarded(work: () => void): void;
}

interface Beginning {
  readonly status: number;
  readonly message: string | undefined;
  readonly headers: string[];
}

/**
 * The way back to the client: the same bytes in the same order, no faster than the client reads. Nothing is kept beyond
 * what the client's socket buffers, but a small first chunk until the end of its turn.
 */
export class Relay {
  readonly #res: ServerResponse;
  readonly #controller: Dispatcher.DispatchController;
  readonly #owner: RelayOwner;
  /** Words of ours fit in. */
  #open = false;
  #paused = false;
  #drains = false;
  #ended = false;
  /** The head, until it is written. */
  #beginning: Beginning | undefined;
  #first: Buffer | undefined;

  constructor(res: ServerResponse, controller: Dispatcher.DispatchController, owner: RelayOwner) {
    this.#res = res;
    this.#controller = controller;
    this.#owner = owner;
  }

  /** The client is slower than the provider: nothing is being read, so silence says nothing. */
  get paused(): boolean {
    return this.#paused;
  }

  /** The client has seen the head of the answer; until then it can still get another one. */
  get begun(): boolean {
    return this.#res.headersSent || this.#first !== undefined;
  }

  begin(status: number, message: string | undefined, headers: string[], open: boolean): void {
    this.#open = open;
    this.#beginning = { status, message, headers };
    // Where the first bytes come at once, the head travels with them.
    queueMicrotask(() => this.#owner.guarded(() => this.#endOfTurn()));
  }

  #endOfTurn(): void {
    const res = this.#res;
    if (res.destroyed || res.writableEnded || this.#ended) return;
    const begins = this.#beginning !== undefined;
    this.#flush();
    if (begins) res.flushHeaders();
  }

  write(chunk: Buffer): void {
    if (this.#beginning !== undefined && this.#first === undefined && chunk.length <= SMALL_BYTES) {
      this.#first = chunk;
      return;
    }
    this.#flush();
    this.#pass(chunk);
  }

  #flush(): void {
    const first = this.#first;
    this.#first = undefined;
    this.#writeHead();
    if (first !== undefined) this.#pass(first);
  }

  #pass(chunk: Buffer): void {
    if (this.#res.write(chunk) || this.#paused) return;
    this.#paused = true;
    if (!this.#drains) this.#res.on("drain", () => this.#owner.guarded(() => this.#drained()));
    this.#drains = true;
    this.#controller.pause();
    this.#owner.paused();
  }

  #drained(): void {
    if (!this.#paused) return;
    this.#paused = false;
    // In this order: resuming may deliver data at once, and that may pause again.
    this.#owner.resumed();
    this.#controller.resume();
  }

  /** Nothing of this answer will be sent: its client gets another one. */
  forget(): void {
    this.#ended = true;
    this.#beginning = undefined;
    this.#first = undefined;
  }

  /** The answer is whole. */
  end(): void {
    this.#ended = true;
    const first = this.#first;
    this.#first = undefined;
    this.#writeHead();
    // As text of one byte a character it leaves in one write with the head; a buffer would take a write of its own.
    if (first === undefined) this.#res.end();
    else this.#res.end(first.toString("latin1"), "latin1");
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
    this.#flush();
    if (event !== undefined && this.#open) res.write(event);
    socket.destroySoon();
    const linger = setTimeout(() => socket.destroy(), LINGER_MS);
    linger.unref();
    socket.once("close", () => clearTimeout(linger));
  }

  #writeHead(): void {
    const head = this.#beginning;
    if (head === undefined) return;
    this.#beginning = undefined;
    if (head.message) this.#res.writeHead(head.status, head.message, head.headers);
    else this.#res.writeHead(head.status, head.headers);
  }
}
