import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { type JournalEntry, readEntry } from "./entry.js";

/**
 * Reads a journal, the files that were put aside included, oldest first. Lines that are torn, or of another version, are
 * passed over.
 *
 * @param file as `journal.file` says, e.g. `calls.jsonl`.
 * @param onSkipped hears of each line that is passed over.
 * @throws Error when there is no such journal, or it cannot be read.
 */
export async function* readJournal(
  file: string,
  onSkipped: (where: { readonly file: string; readonly line: number }) => void = () => {},
): AsyncGenerator<JournalEntry> {
  for (const each of await filesOf(file)) {
    let line = 0;
    const lines = createInterface({ input: createReadStream(each), crlfDelay: Infinity });
    for await (const text of lines) {
      line++;
      if (text === "") continue;
      const entry = readEntry(text);
      if (entry === undefined) onSkipped({ file: each, line });
      else yield entry;
    }
  }
}

/** `calls.jsonl.2`, `calls.jsonl.1`, `calls.jsonl`. */
async function filesOf(file: string): Promise<string[]> {
  const folder = dirname(file);
  const name = basename(file);
  const numbers = (await readdir(folder)).flatMap((each) => {
    if (each === name) return [0];
    const number = each.startsWith(`${name}.`) ? each.slice(name.length + 1) : "";
    return /^[1-9]\d*$/.test(number) ? [Number(number)] : [];
  });
  if (numbers.length === 0) throw new Error(`There is no journal at ${file}; check the path.`);
  return numbers.sort((a, b) => b - a).map((n) => join(folder, n === 0 ? name : `${name}.${n}`));
}
