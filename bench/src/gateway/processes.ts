import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { BenchError } from "../peers.js";

const READY_MS = 30_000;
/** Kernel ticks a second in /proc, the same on every Linux that Node runs on. */
const TICKS = 100;

export interface Process {
  readonly pid: number;
  /** Its lines on standard output, as they come. */
  readonly lines: AsyncIterator<string>;
  write(text: string): void;
  stop(): Promise<void>;
}

const canPin = process.platform === "linux" && spawnSync("taskset", ["--version"]).status === 0;

/** How the cores are shared, in words. */
export const PINNING: string = canPin
  ? "gateway on core 1, provider and load on core 0"
  : "not pinned: this system has no taskset";

/** Starts a Node process, on one core where the system can. */
export function start(core: 0 | 1, args: readonly string[], env: Record<string, string> = {}): Process {
  const node = [process.execPath, ...args];
  const [command = "", ...rest] = canPin ? ["taskset", "--cpu-list", String(core), ...node] : node;
  const child = spawn(command, rest, {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, NODE_ENV: "production", ...env },
  });
  running.add(child);
  const gone = once(child, "exit").then(() => void running.delete(child));
  return {
    // taskset becomes the program that it starts.
    pid: child.pid ?? 0,
    lines: createInterface(child.stdout)[Symbol.asyncIterator](),
    write: (text) => void child.stdin.write(text),
    async stop() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** The next line that matches. */
export async function lineOf({ lines }: Process, pattern: RegExp): Promise<RegExpExecArray> {
  for (;;) {
    const { done, value } = await Promise.race([lines.next(), timeout(READY_MS)]);
    if (done) throw new BenchError(`A process ended before it said ${pattern}.`);
    const found = pattern.exec(value);
    if (found !== null) return found;
  }
}

function timeout(ms: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new BenchError(`A process said nothing for ${ms / 1_000} s.`)), ms).unref();
  });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Processor time so far, in milliseconds; undefined where the system does not tell. */
export function cpuMs(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS;
  } catch {
    return undefined;
  }
}

/** Resident memory in bytes; undefined where the system does not tell. */
export function residentBytes(pid: number): number | undefined {
  try {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
  } catch {
    return undefined;
  }
}

/** A file beside the compiled one. */
export function beside(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
