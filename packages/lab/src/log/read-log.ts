import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { parse } from "csv-parse";
import type { Verdict } from "recloser";
import { LabError } from "../lab-error.js";
import { callOf, checkColumns, type Reading } from "./entry.js";
import { type Columns, columnsOf, type Fields } from "./fields.js";
import type { CallLog, LoggedCall } from "./logged-call.js";

/** They take about 110 bytes each. */
const MOST_CALLS = 10_000_000;

interface Row {
  readonly line: number;
  readonly fields: Fields;
}

/**
 * Reads logs of calls: CSV with a header, JSON lines, or the gateway's journal, each file by itself. Rows may be in any
 * order. `reading` says what words and numbers mean where the log does not.
 *
 * @throws LabError with file and line, when a file cannot be read or a line makes no sense.
 */
export async function readLog(files: readonly string[], reading: Reading): Promise<CallLog> {
  const calls: LoggedCall[] = [];
  const counts = { unsent: 0, torn: 0 };
  for (const file of files) await readFile(file, reading, calls, counts);
  if (calls.length === 0) throw new LabError(`There is no call in ${files.join(", ")}.`);
  calls.sort((a, b) => a.start - b.start);
  return { calls, ...counts };
}

async function readFile(
  file: string,
  reading: Reading,
  calls: LoggedCall[],
  counts: { unsent: number; torn: number },
): Promise<void> {
  const name = basename(file);
  let columns: Columns = {};
  const keys = new Set<string>();
  const once = shared();
  for await (const row of rowsOf(file, counts)) {
    try {
      // JSON lines need not have the same fields.
      const known = keys.size;
      for (const key of Object.keys(row.fields)) keys.add(key);
      if (keys.size > known) {
        columns = isJournal(row.fields) ? JOURNAL : columnsOf([...keys]);
        checkColumns(columns, [...keys]);
      }
      const call = callOf(row.fields, columns, reading);
      if (call === "unsent") counts.unsent++;
      else calls.push(once(call));
    } catch (error) {
      throw error instanceof LabError ? new LabError(`${name}:${row.line}: ${error.message}`) : error;
    }
    if (calls.length > MOST_CALLS)
      throw new LabError(`${name} has more than ${MOST_CALLS} calls; give a part of it.`);
  }
}

/** The gateway's own: spans are in milliseconds, and the model is not the whole circuit. */
const JOURNAL: Columns = {
  start: { key: "start", unit: "ms" },
  timeToFirstToken: { key: "firstTokenMs", unit: "ms" },
  duration: { key: "endMs", unit: "ms" },
  outcome: { key: "verdict", unit: undefined },
  reason: { key: "reason", unit: undefined },
  circuit: { key: "circuit", unit: undefined },
  streaming: { key: "streaming", unit: undefined },
  retryAfter: { key: "retryAfterMs", unit: "ms" },
};

function isJournal({ v, verdict, endMs }: Fields): boolean {
  return v === 1 && typeof verdict === "string" && typeof endMs === "number";
}

async function* rowsOf(file: string, counts: { torn: number }): AsyncGenerator<Row> {
  try {
    yield* (await isJson(file)) ? jsonRows(file, counts) : csvRows(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new LabError(`There is no file ${file}.`);
    if (code === "EISDIR") throw new LabError(`${file} is a folder; give files.`);
    throw error;
  }
}

/** By its first character that is not blank. */
async function isJson(file: string): Promise<boolean> {
  for await (const chunk of createReadStream(file, { encoding: "utf8" })) {
    const text = String(chunk)
      .replace(/^\ufeff/, "")
      .trimStart();
    if (text !== "") return text.startsWith("{");
  }
  return false;
}

async function* jsonRows(file: string, counts: { torn: number }): AsyncGenerator<Row> {
  const lines = createInterface({ input: createReadStream(file, { encoding: "utf8" }), crlfDelay: Infinity });
  let line = 0;
  // A broken line is forgiven when nothing follows it.
  let broken: number | undefined;
  for await (const text of lines) {
    line++;
    if (text.trim() === "") continue;
    if (broken !== undefined)
      throw new LabError(`${basename(file)}:${broken}: this is not JSON; mend the line.`);
    const fields = parsed(text.replace(/^\ufeff/, ""));
    if (fields === undefined) broken = line;
    else yield { line, fields };
  }
  if (broken !== undefined) counts.torn++;
}

function parsed(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

async function* csvRows(file: string): AsyncGenerator<Row> {
  const parser = createReadStream(file).pipe(
    parse({
      bom: true,
      columns: true,
      info: true,
      skip_empty_lines: true,
      trim: true,
      relax_column_count_less: true,
    }),
  );
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: Fields; info: { lines: number } }>)
      yield { line: info.lines, fields: record };
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message?: string };
    if (code?.startsWith("CSV_") === true) throw new LabError(`${basename(file)}: ${message}`);
    throw error;
  }
}

/** Equal names and verdicts of calls as one object each: each line brings its own. */
function shared(): (call: LoggedCall) => LoggedCall {
  const names = new Map<string, string>();
  const verdicts = new Map<string, Verdict>();
  const nameOf = (name: string): string => {
    const known = names.get(name);
    if (known === undefined) names.set(name, name);
    return known ?? name;
  };
  return ({ start, firstTokenMs, durationMs, verdict, circuit, worker, streaming }) => {
    const key = JSON.stringify(verdict);
    const known = verdicts.get(key);
    if (known === undefined) verdicts.set(key, verdict);
    return {
      start,
      firstTokenMs,
      durationMs,
      verdict: known ?? verdict,
      circuit: nameOf(circuit),
      worker: nameOf(worker),
      streaming,
    };
  };
}
