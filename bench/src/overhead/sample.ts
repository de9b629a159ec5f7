import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export interface TimeSample {
  /** Nanoseconds a call, the median of this process's batches. Garbage collection is in it. */
  readonly ns: number;
  /** The share of the time that was spent in garbage collection, 0–1. */
  readonly gcShare: number;
}

export interface BytesSample {
  /** Bytes allocated a call, the work's own included. */
  readonly allocated: number;
  /** Bytes a call that were still there after a collection. */
  readonly kept: number;
}

/** The heap and the buffers after a collection, when so many calls were made. */
export interface HeapReading {
  readonly calls: number;
  readonly bytes: number;
}

export interface MemorySample {
  readonly circuits: number;
  readonly bytesPerCircuit: number;
  readonly bytesPerUsedCircuit: number;
  readonly calls: number;
  /** After each tenth of the calls. */
  readonly heap: readonly HeapReading[];
  /** Circuits that a registry of 10,000 holds after 50,000 keys. */
  readonly registrySize: number;
}

const SUBJECT = new URL("../overhead-child.js", import.meta.url);
const MEMORY = new URL("../memory-child.js", import.meta.url);

const run = promisify(execFile);

/** A young generation so large that nothing is collected while bytes are counted. */
const NO_SCAVENGES = ["--min-semi-space-size=256", "--max-semi-space-size=256"];

/** Collections are frequent there; code that each of them drops and the next calls compile anew would look like growth. */
const KEEP_CODE = ["--no-flush-bytecode"];

export function sampleTime(subject: string): Promise<TimeSample> {
  return child(SUBJECT, [subject, "time"], []);
}

export function sampleBytes(subject: string): Promise<BytesSample> {
  return child(SUBJECT, [subject, "bytes"], NO_SCAVENGES);
}

export function sampleMemory(calls: number): Promise<MemorySample> {
  return child(MEMORY, [String(calls)], KEEP_CODE);
}

async function child<Sample>(file: URL, args: readonly string[], flags: readonly string[]): Promise<Sample> {
  const { stdout } = await run(process.execPath, ["--expose-gc", ...flags, fileURLToPath(file), ...args], {
    timeout: 600_000,
  });
  return JSON.parse(stdout) as Sample;
}
