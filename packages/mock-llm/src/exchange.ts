import type { ServerResponse } from "node:http";
import type { Clock } from "./clock.js";
import type { Ledger } from "./ledger.js";
import type { Attempt, AttemptEnd } from "./types.js";
import type { Reply } from "./wire/dialect.js";

type TimerName = "step" | "ping";

/** One attempt's life: its timers, what it holds, and its single end. */
export class Exchange {
  readonly res: ServerResponse;
  readonly attempt: Attempt;
  readonly ledger: Ledger;
  /** Script time. */
  readonly clock: Clock;
  readonly #timers = new Map<TimerName, unknown>();
  readonly #onEnd: (() => void)[] = [];
  #onHang: (() => void) | undefined;
  #ended = false;
  #hung = false;

  constructor(res: ServerResponse, attempt: Attempt, ledger: Ledger, clock: Clock) {
    this.res = res;
    this.attempt = attempt;
    this.ledger = ledger;
    this.clock = clock;
    res.on("close", () => this.end("client-gone"));
    // Without a listener, a write to a socket that has just gone would take the process down.
    res.on("error", () => this.end("client-gone"));
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** It will not move again until somebody ends it. */
  get hung(): boolean {
    return this.#hung && !this.#ended;
  }

  /** At once when there is nothing to wait for. Replaces the timer of the same name. */
  after(ms: number, step: () => void, name: TimerName = "step"): void {
    this.clock.clearTimeout(this.#timers.get(name));
    if (this.#ended) return;
    if (ms <= 0) {
      step();
      return;
    }
    const handle = this.clock.setTimeout(() => {
      if (!this.#ended) step();
    }, ms);
    this.#timers.set(name, handle);
  }

  onEnd(release: () => void): void {
    if (this.#ended) release();
    else this.#onEnd.push(release);
  }

  head(status: number, headers: Record<string, string>): void {
    this.attempt.status = status;
    // An empty value takes a header away.
    this.res.writeHead(
      status,
      Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== "")),
    );
  }

  /** The whole answer in one go. */
  reply(reply: Reply, headers: Record<string, string>, end: "complete" | "error"): void {
    if (this.#ended) return;
    const length = String(Buffer.byteLength(reply.body));
    this.head(reply.status, {
      ...headers,
      "content-type": reply.contentType,
      "content-length": length,
      ...reply.headers,
    });
    this.finish(reply.body, end);
  }

  /** Sends the last bytes; the attempt ends when they have left. */
  finish(last: string, end: Exclude<AttemptEnd, "pending">): void {
    if (this.#ended) return;
    this.res.end(last, () => this.end(end));
  }

  hang(): void {
    this.#hung = true;
    this.#onHang?.();
  }

  onHang(notify: () => void): void {
    this.#onHang = notify;
  }

  /** Breaks the connection, once what was written before has left. */
  reset(): void {
    const { socket } = this.res;
    if (this.#ended) return;
    if (socket === null || socket.destroyed) {
      this.end("reset");
      return;
    }
    // The http layer hands its bytes to the socket on the next tick: look after that.
    setImmediate(() => {
      const breakIt = () => {
        this.end("reset");
        socket.resetAndDestroy();
      };
      if (socket.writableLength === 0 || this.#hung) breakIt();
      else socket.once("drain", breakIt);
    });
  }

  /** Ends the connection in an orderly way in the middle of a body. */
  hangUp(): void {
    const { socket } = this.res;
    setImmediate(() => {
      this.end("cut");
      socket?.destroySoon();
    });
  }

  /** The first end is the one that counts. */
  end(end: Exclude<AttemptEnd, "pending">): void {
    if (this.#ended) return;
    this.#stop();
    this.ledger.end(this.attempt, end);
  }

  /** The server is closing: no end of its own, unless it hung. */
  abandon(): void {
    if (this.hung) this.end("hung");
    else if (!this.#ended) this.#stop();
  }

  #stop(): void {
    this.#ended = true;
    for (const handle of this.#timers.values()) this.clock.clearTimeout(handle);
    this.#timers.clear();
    for (const release of this.#onEnd.splice(0)) release();
  }
}
