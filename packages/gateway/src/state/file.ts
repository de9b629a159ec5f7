import { open, readFile, rename, rm, stat } from "node:fs/promises";
import type { Log } from "../log.js";
import type { Memory } from "./memory.js";

const VERSION = 1;
const CHUNK = 64 * 1024;
/** Ten thousand circuits are a tenth of this. */
const MOST_BYTES = 1024 * 1024 * 1024;

/** What a state file holds: the memories of each worker, by its number, from 1. */
export type StateByWorker = ReadonlyMap<number, readonly Memory[]>;

/** Reads a state file. One that is missing is no news; one that cannot be used is a warning, and a fresh start. */
export async function readStateFile(file: string, log: Log): Promise<StateByWorker> {
  try {
    const known = await stat(file);
    if (!known.isFile()) throw new Error("it is no regular file");
    if (known.size > MOST_BYTES) throw new Error("it is too large");
    return parse(await readFile(file, "utf8"));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT") {
      log.warn(
        { code: code ?? message },
        `The state file ${file} cannot be used (${code ?? message}); circuits start without it.`,
      );
    }
    return new Map();
  }
}

function parse(text: string): StateByWorker {
  const [first = "", ...rest] = text.split("\n");
  const header = object(first);
  if (header?.recloser !== "state") throw new Error("it is no state file");
  if (header.version !== VERSION) throw new Error(`it is of version ${String(header.version).slice(0, 20)}`);
  const lines = rest.filter((line) => line !== "");
  if (lines.length !== header.circuits) throw new Error("it is damaged");
  const byWorker = new Map<number, Memory[]>();
  for (const line of lines) {
    const entry = object(line);
    const { worker, circuit, at, memory } = entry ?? {};
    if (typeof worker !== "number" || typeof circuit !== "string" || typeof at !== "number") {
      throw new Error("it is damaged");
    }
    const memories = byWorker.get(worker) ?? [];
    memories.push({ circuit, at, json: JSON.stringify(memory ?? null) });
    byWorker.set(worker, memories);
  }
  return byWorker;
}

function object(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Writes a state file so that a reader sees the old one or the new one, never half of one.
 *
 * @throws what the disk says.
 */
export async function writeStateFile(file: string, state: StateByWorker): Promise<void> {
  const known = await stat(file).catch(() => undefined);
  // A device or a pipe must not be replaced by a file.
  if (known !== undefined && !known.isFile()) throw new Error("it is no regular file");
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const handle = await open(temporary, "w", 0o600);
    try {
      for (const chunk of chunksOf(state)) await handle.writeFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

function* chunksOf(state: StateByWorker): Generator<string> {
  const circuits = [...state.values()].reduce((sum, memories) => sum + memories.length, 0);
  let chunk = `${JSON.stringify({ recloser: "state", version: VERSION, savedAt: Date.now(), circuits })}\n`;
  for (const [worker, memories] of state) {
    for (const { circuit, at, json } of memories) {
      chunk += `{"worker":${worker},"circuit":${JSON.stringify(circuit)},"at":${at},"memory":${json}}\n`;
      if (chunk.length < CHUNK) continue;
      yield chunk;
      chunk = "";
    }
  }
  yield chunk;
}
