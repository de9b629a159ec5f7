import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import type { Log } from "../log.js";

export interface JournalOptions {
  readonly file: string;
  /** A file that would grow beyond this is put aside. */
  readonly maxBytes: number;
  /** Files kept, the current one included. */
  readonly files: number;
}

const FLUSH_EVERY_MS = 250;
const CHUNK_BYTES = 64 * 1024;
/** A disk slower than this many waiting bytes loses lines rather than filling the memory. */
const MOST_WAITING = 4 * 1024 * 1024;
const RETRY_MS = 5_000;
/** A disk that hangs does not keep the process. */
const CLOSE_MS = 2_000;

/** Lines to a file that is rotated by size. Never makes anybody wait, never throws, and holds a bounded backlog. */
export class JournalWriter {
  readonly #options: JournalOptions;
  readonly #log: Log;
  #chunks: string[] = [""];
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;
  #handle: FileHandle | undefined;
  #size = 0;
  /** Only a regular file can be put aside. */
  #regular = true;
  /** The last line may lack its end. */
  #torn = false;
  #trouble: string | undefined;
  #closed = false;
  #stale = false;
  written = 0;
  dropped = 0;

  constructor(options: JournalOptions, log: Log) {
    this.#options = options;
    this.#log = log;
  }

  write(line: string): void {
    const last = this.#chunks.length - 1;
    // One byte for each character is near enough: entries are mostly ASCII.
    if (this.#closed || this.#waiting + line.length > MOST_WAITING) {
      this.dropped++;
      if (!this.#closed) this.#complain("the disk is too slow");
      return;
    }
    const chunk = this.#chunks[last] ?? "";
    if (chunk.length + line.length > CHUNK_BYTES) this.#chunks.push(`${line}\n`);
    else this.#chunks[last] = `${chunk}${line}\n`;
    this.#waiting += line.length + 1;
    if (this.#waiting >= CHUNK_BYTES) this.#flush();
    else this.#flushAfter(FLUSH_EVERY_MS);
  }

  /** Opens the file anew, for those who have moved it away. */
  reopen(): void {
    this.#stale = true;
  }

  /** Writes what waits, if the disk takes it in time. */
  async close(): Promise<void> {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    let giveUp: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      giveUp = setTimeout(resolve, CLOSE_MS);
    });
    await Promise.race([this.#drain(), patience]);
    clearTimeout(giveUp);
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #drain(): Promise<void> {
    await this.#idle();
    this.#flush();
    await this.#idle();
    await this.#closeHandle();
  }

  async #idle(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
  }

  #flushAfter(ms: number): void {
    if (this.#timer !== undefined || this.#flushing !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, ms);
    this.#timer.unref();
  }

  #flush(): void {
    if (this.#flushing !== undefined || this.#waiting === 0) return;
    // After trouble, the next try waits for its timer.
    if (this.#trouble !== undefined && this.#timer !== undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing = this.#writeAll().then((worked) => {
      this.#flushing = undefined;
      if (this.#closed) return;
      if (!worked) this.#flushAfter(RETRY_MS);
      else if (this.#waiting > 0) this.#flushAfter(FLUSH_EVERY_MS);
    });
  }

  async #writeAll(): Promise<boolean> {
    const chunks = this.#chunks;
    this.#chunks = [""];
    for (const [index, chunk] of chunks.entries()) {
      const lines = chunk.split("\n").length - 1;
      try {
        await this.#writeChunk(Buffer.from(this.#torn ? `\n${chunk}` : chunk));
        this.written += lines;
      } catch (error) {
        this.#torn = true;
        for (const lost of chunks.slice(index)) {
          this.#waiting -= lost.length;
          this.dropped += lost.split("\n").length - 1;
        }
        this.#complain((error as NodeJS.ErrnoException).code ?? (error as Error).message);
        await this.#closeHandle();
        return false;
      }
      this.#waiting -= chunk.length;
      this.#torn = false;
    }
    if (this.#trouble !== undefined) {
      this.#trouble = undefined;
      this.#log.info({ dropped: this.dropped }, "The journal is written again.");
    }
    return true;
  }

  async #writeChunk(bytes: Buffer): Promise<void> {
    if (this.#stale) await this.#closeHandle();
    this.#stale = false;
    let handle = this.#handle ?? (await this.#open());
    if (this.#regular && this.#size > 0 && this.#size + bytes.length > this.#options.maxBytes) {
      await this.#closeHandle();
      await this.#putAside();
      handle = await this.#open();
    }
    for (let sent = 0; sent < bytes.length; ) {
      const { bytesWritten } = await handle.write(bytes, sent);
      sent += bytesWritten;
      this.#size += bytesWritten;
    }
  }

  async #open(): Promise<FileHandle> {
    const { file } = this.#options;
    const known = await stat(file).catch(() => undefined);
    // Opening a pipe that nobody reads would wait for ever.
    if (known !== undefined && !known.isFile() && !known.isCharacterDevice()) {
      throw new Error("it is no regular file");
    }
    const handle = await open(file, "a+", 0o600);
    const { size } = await handle.stat();
    this.#handle = handle;
    this.#regular = known?.isFile() ?? true;
    this.#size = size;
    if (this.#regular && size > 0) {
      // A process that was killed leaves half a line.
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
      if (bytesRead === 1 && buffer[0] !== 0x0a) await handle.write("\n");
    }
    return handle;
  }

  async #putAside(): Promise<void> {
    const { file, files } = this.#options;
    const oldest = files - 1;
    if (oldest === 0) {
      await rm(file, { force: true });
      return;
    }
    for (let n = oldest; n > 0; n--) {
      const from = n === 1 ? file : `${file}.${n - 1}`;
      await rename(from, `${file}.${n}`).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw error;
      });
    }
  }

  async #closeHandle(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close().catch(() => {});
  }

  /** Said once, until it works again. */
  #complain(why: string): void {
    if (this.#trouble !== undefined) return;
    this.#trouble = why;
    this.#log.warn(
      { code: why },
      `The journal ${this.#options.file} cannot be written (${why}); lines are lost, calls are not affected.`,
    );
  }
}
