import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const STARTS_WITHIN_MS = 15_000;
const STOPS_WITHIN_MS = 3_000;
const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

/** The processes that a round has started. Only these are ever stopped, each by its own id. */
export class Children {
  readonly #running = new Map<ChildProcess, string>();
  #stopping = false;
  readonly #onDeath: (sentence: string) => void;

  constructor(onDeath: (sentence: string) => void) {
    this.#onDeath = onDeath;
  }

  /** Starts a command-line program of one of our packages and waits until its output matches `ready`. */
  async server(
    name: string,
    packageName: string,
    args: readonly string[],
    ready: RegExp,
  ): Promise<RegExpMatchArray> {
    const cli = join(dirname(require.resolve(packageName)), "cli.js");
    const preload = join(here, "exit-with-parent.js");
    const child = this.#start(name, cli, args, ["--import", preload]);
    let output = "";
    let errors = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-4_000);
    });
    const matched = new Promise<RegExpMatchArray>((resolve, reject) => {
      child.stdout?.on("data", (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-10_000);
        const match = output.match(ready);
        if (match !== null) resolve(match);
      });
      child.once("exit", (code) =>
        reject(new Error(`${name} stopped with code ${code}: ${errors.trim() || output}`)),
      );
    });
    return within(STARTS_WITHIN_MS, matched, () => `${name} did not start: ${errors.trim() || output}`);
  }

  /** Starts one of the demo's own modules as a process that speaks over IPC. */
  module(name: string, path: string): ChildProcess {
    const child = this.#start(name, join(here, path), [], []);
    // Nobody reads what it prints but a person in trouble; unread it would block one day.
    child.stdout?.resume();
    child.stderr?.pipe(process.stderr);
    return child;
  }

  /** Ends everything that was started; resolves when all of it is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#running.keys()].map((child) => end(child)));
  }

  #start(name: string, path: string, args: readonly string[], execArgv: readonly string[]): ChildProcess {
    const child = fork(path, args, { stdio: ["ignore", "pipe", "pipe", "ipc"], execArgv: [...execArgv] });
    this.#running.set(child, name);
    child.once("exit", (code, signal) => {
      this.#running.delete(child);
      if (!this.#stopping) this.#onDeath(`${name} stopped by itself (${signal ?? `code ${code}`}).`);
    });
    return child;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOPS_WITHIN_MS);
  await gone;
  clearTimeout(timer);
}

async function within<T>(ms: number, promise: Promise<T>, otherwise: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(otherwise())), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
