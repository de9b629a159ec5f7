// Counts the journal's lines by what they say, as they are read: however long it is, one line is held.
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** A line takes about 300 bytes. */
const MOST_BYTES_A_CALL = 600;
const FILE_BYTES = 67_108_864;

/** Room for every attempt of so many calls, and a bound on the disk that they take. */
export function journalFor(file, calls) {
  const files = 2 + Math.ceil((calls * MOST_BYTES_A_CALL) / FILE_BYTES);
  return { file, maxBytes: FILE_BYTES, files: Math.min(files, 1_000) };
}

export async function journalLines(file) {
  const { readJournal } = await import(new URL("../../packages/gateway/dist/index.js", import.meta.url).href);
  const lines = { attempts: 0, rejected: 0, torn: 0, bytes: 0 };
  for await (const entry of readJournal(file, () => lines.torn++)) {
    if (entry.verdict === "rejected") lines.rejected++;
    else lines.attempts++;
  }
  const folder = dirname(file);
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (path.startsWith(file)) lines.bytes += statSync(path).size;
  }
  return lines;
}
