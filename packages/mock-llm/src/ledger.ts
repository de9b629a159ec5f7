import { createWriteStream, type WriteStream } from "node:fs";
import type { Attempt, AttemptEnd } from "./types.js";

const kept = 100_000;
/** A disk slower than this many waiting bytes loses lines rather than filling the memory. */
const longestBacklog = 8 * 2 ** 20;

/** Every attempt, in order, and its one end. */
export class Ledger {
  readonly #now: () => number;
  readonly #log: Log | undefined;
  #attempts: Attempt[] = [];
  #total = 0;
  /** Their request has not been read yet. */
  readonly #undecided = new Set<Attempt>();
  readonly #waiters = new Set<{ n: number; resolve: () => void; reject: (error: Error) => void }>();

  /** `now` counts milliseconds from the server's start. */
  constructor(now: () => number, file: string | undefined) {
    this.#now = now;
    this.#log = file === undefined ? undefined : new Log(file);
  }

  get total(): number {
    return this.#total;
  }

  open(path: string, retry: number): Attempt {
    const attempt: Attempt = {
      at: round(this.#now()),
      path,
      model: "",
      stream: false,
      retry,
      fault: "none",
      status: undefined,
      end: "pending",
      tokens: 0,
    };
    this.#attempts.push(attempt);
    // Trimmed in large steps, so that a long run does not shift the array at each call.
    if (this.#attempts.length > kept + 10_000) this.#attempts = this.#attempts.slice(-kept);
    this.#total += 1;
    this.#undecided.add(attempt);
    return attempt;
  }

  /** What will happen to it is known: from here on a waiter may look at it. */
  decided(attempt: Attempt): void {
    if (!this.#undecided.delete(attempt)) return;
    for (const waiter of this.#waiters) {
      if (this.#total - this.#undecided.size < waiter.n) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  tokenOut(attempt: Attempt, tokens: number): void {
    attempt.firstTokenAt ??= round(this.#now());
    attempt.tokens += tokens;
  }

  end(attempt: Attempt, end: Exclude<AttemptEnd, "pending">): void {
    attempt.end = end;
    attempt.endedAt = round(this.#now());
    this.#log?.write(attempt);
    this.decided(attempt);
  }

  /** The newest ones, from number `since` (counted from 0 since the last clear). */
  list(since = 0): readonly Attempt[] {
    const known = this.#attempts.length > kept ? this.#attempts.slice(-kept) : this.#attempts;
    const forgotten = this.#total - known.length;
    return known.slice(Math.max(0, since - forgotten));
  }

  clear(): void {
    this.#attempts = [];
    this.#total = 0;
    this.#undecided.clear();
  }

  wait(n: number): Promise<void> {
    if (this.#total - this.#undecided.size >= n) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.add({ n, resolve, reject }));
  }

  /** Writes the lines of what is still going on, which has no end yet, and closes the log. */
  async close(unfinished: Iterable<Attempt>): Promise<void> {
    for (const attempt of unfinished) this.#log?.write(attempt);
    for (const waiter of this.#waiters) {
      waiter.reject(
        new Error(`The mock closed after ${this.#total} attempts, before there were ${waiter.n}.`),
      );
    }
    this.#waiters.clear();
    await this.#log?.close();
  }
}

/** JSON lines. Trouble is said once on stderr and then the file is left alone: serving goes on. */
class Log {
  readonly #file: string;
  readonly #stream: WriteStream;
  #broken = false;

  constructor(file: string) {
    this.#file = file;
    this.#stream = createWriteStream(file, { flags: "a" });
    this.#stream.on("error", (error) => this.#complain(error.message));
  }

  write(attempt: Attempt): void {
    if (this.#broken) return;
    if (this.#stream.writableLength > longestBacklog) {
      this.#complain("the disk is too slow");
      return;
    }
    const time = new Date().toISOString();
    this.#stream.write(`${JSON.stringify({ time, ...attempt })}\n`);
  }

  close(): Promise<void> {
    if (this.#stream.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#stream.once("close", resolve);
      this.#stream.end();
    });
  }

  #complain(reason: string): void {
    if (this.#broken) return;
    this.#broken = true;
    process.stderr.write(
      `recloser-mock-llm: the attempt log ${this.#file} cannot be written (${reason}); serving goes on without it.\n`,
    );
  }
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
