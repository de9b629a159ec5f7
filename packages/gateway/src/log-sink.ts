import { write, writeSync } from "node:fs";

/** Lines that wait for a slow reader of the log, at most; counted in characters. */
const MOST_WAITING = 1024 * 1024;
/** Several processes may write into one pipe: what is shorter than this is not mixed with others' lines. */
const UNDIVIDED = 4_096;
const LAST_WORDS_MS = 500;

/**
 * Lines to a file descriptor, in the background. A log that is full, slow or gone loses lines: it never makes a call wait,
 * and never ends the process.
 */
export class LineSink {
  readonly #fd: number;
  readonly #lines: string[] = [];
  #waiting = 0;
  #writing = false;
  #whenIdle: (() => void) | undefined;
  /** Lines lost, or batches of them where writing failed. */
  dropped = 0;

  constructor(fd: number) {
    this.#fd = fd;
    process.once("exit", () => this.#flushSync());
  }

  write(line: string): void {
    if (this.#waiting + line.length > MOST_WAITING) {
      this.dropped++;
      return;
    }
    this.#lines.push(line);
    this.#waiting += line.length;
    if (!this.#writing) this.#flush();
  }

  /** Resolves when everything is written, or after half a second. */
  idle(): Promise<void> {
    if (!this.#writing) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
      setTimeout(resolve, LAST_WORDS_MS);
    });
  }

  #flush(): void {
    let batch = this.#lines.shift() ?? "";
    while (batch.length + (this.#lines[0]?.length ?? UNDIVIDED) < UNDIVIDED) batch += this.#lines.shift();
    this.#waiting -= batch.length;
    this.#writing = true;
    this.#send(Buffer.from(batch), 0);
  }

  #send(bytes: Buffer, from: number): void {
    write(this.#fd, bytes, from, bytes.length - from, null, (error, written) => {
      if (error?.code === "EAGAIN") {
        setTimeout(() => this.#send(bytes, from), 10).unref();
        return;
      }
      if (error === null && from + written < bytes.length) {
        this.#send(bytes, from + written);
        return;
      }
      if (error !== null) this.dropped++;
      this.#writing = false;
      if (this.#lines.length > 0) this.#flush();
      else this.#whenIdle?.();
    });
  }

  /** The last words of a process. One whose reader hangs does not wait for it. */
  #flushSync(): void {
    if (this.#writing || this.#lines.length === 0) return;
    try {
      writeSync(this.#fd, this.#lines.join(""));
    } catch {
      // Nobody is left to tell.
    }
  }
}

let onStderr: LineSink | undefined;

/** The process's own. */
export function stderrSink(): LineSink {
  onStderr ??= new LineSink(2);
  return onStderr;
}
