import type { Verdict } from "recloser";
import { LabError } from "../lab-error.js";
import { type Columns, type FieldName, type Fields, milliseconds, type Unit } from "./fields.js";
import type { LoggedCall } from "./logged-call.js";
import { type OutcomeMap, outcomeOf } from "./outcome.js";

export interface Reading {
  readonly map: OutcomeMap;
  /** What numbers without a unit are. */
  readonly unit: Unit | undefined;
}

const NEEDED: readonly FieldName[] = ["start", "outcome"];

/** @throws LabError when a column that is needed is not there. */
export function checkColumns(columns: Columns, keys: readonly string[]): void {
  const missing = NEEDED.find((name) => columns[name] === undefined);
  if (missing !== undefined)
    throw new LabError(
      `There is no column for the ${missing} among ${keys.join(", ")}; name one "${missing}".`,
    );
  if (columns.end === undefined && columns.duration === undefined)
    throw new LabError(
      `There is no column for the end among ${keys.join(", ")}; name one "end" or "duration_ms".`,
    );
}

/**
 * One row as a call; `unsent` when it never was one.
 *
 * @throws LabError that names the column, its value and the remedy.
 */
export function callOf(row: Fields, columns: Columns, reading: Reading): LoggedCall | "unsent" {
  const time = (name: FieldName): number | undefined => {
    const column = columns[name];
    return column === undefined ? undefined : milliseconds(row[column.key], column, reading.unit);
  };
  const text = (name: FieldName): string | undefined => {
    const value = row[columns[name]?.key ?? ""];
    return value === undefined || value === null || value === "" ? undefined : String(value);
  };
  const start = time("start");
  if (start === undefined)
    throw new LabError(`${columns.start?.key} is empty; give the time of the call's start.`);
  const verdict = verdictOf(text("outcome"), text("reason"), columns, reading.map);
  if (verdict === "unsent") return "unsent";
  const end = time("end");
  const durationMs = time("duration") ?? (end === undefined ? undefined : since(start, end));
  if (durationMs === undefined || durationMs < 0) {
    const key = columns.duration?.key ?? columns.end?.key;
    throw new LabError(
      durationMs === undefined
        ? `${key} is empty; give the time of the call's end.`
        : `${key} is before the start; give a time after it.`,
    );
  }
  const token = time("firstToken");
  const waitMs = time("timeToFirstToken") ?? (token === undefined ? undefined : since(start, token));
  const firstTokenMs = waitMs === undefined ? undefined : Math.min(durationMs, Math.max(0, waitMs));
  const model = text("circuit") ?? "calls";
  const provider = text("provider");
  const retryAfterMs = time("retryAfter");
  return {
    start,
    firstTokenMs,
    durationMs,
    verdict:
      verdict.verdict === "failure" && retryAfterMs !== undefined ? { ...verdict, retryAfterMs } : verdict,
    circuit: provider === undefined || model.startsWith(`${provider}/`) ? model : `${provider}/${model}`,
    worker: text("worker") ?? "",
    streaming: /^(?:true|1|yes)$/i.test(text("streaming") ?? String(firstTokenMs !== undefined)),
  };
}

/** A start of at least this is a date since 1970. */
const EPOCH_MS = 1e11;

/** How long after the start a moment is. In a log of dates, what is no date is such a span already. */
function since(start: number, time: number): number {
  return start >= EPOCH_MS && time < EPOCH_MS ? time : time - start;
}

function verdictOf(
  outcome: string | undefined,
  reason: string | undefined,
  columns: Columns,
  map: OutcomeMap,
): Verdict | "unsent" {
  const key = columns.outcome?.key ?? "outcome";
  if (outcome === undefined)
    throw new LabError(`${key} is empty; give success, a failure's reason, or an HTTP status.`);
  const found = outcomeOf(outcome, map);
  if (found === undefined) {
    throw new LabError(
      `${key} is ${JSON.stringify(outcome.slice(0, 40))}, which means nothing here; say what it is, such as --map ${outcome.slice(0, 40)}=timeout.`,
    );
  }
  if (found === "unsent" || found.verdict === "success" || reason === undefined) return found;
  const closer = outcomeOf(reason, map);
  return closer === undefined || closer === "unsent" || closer.verdict !== found.verdict ? found : closer;
}
