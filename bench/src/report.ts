import { cpus } from "node:os";

type Cell = string | number | boolean | null;
export type Row = Readonly<Record<string, Cell>>;

/** One promise about the project, and what this run says of it. */
export interface Target {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  readonly met: boolean;
}

/** What every benchmark ends in; `--json` prints it as it is. */
export interface Report {
  readonly name: string;
  readonly node: string;
  readonly machine: string;
  readonly rows: readonly Row[];
  readonly targets: readonly Target[];
}

export function report(name: string, rows: readonly Row[], targets: readonly Target[]): Report {
  return { name, node: process.version, machine: machine(), rows, targets };
}

function machine(): string {
  const cores = cpus();
  return `${cores[0]?.model.trim() ?? "unknown processor"}, ${cores.length} cores`;
}

/** `what` must be at most `limit`; a value that is not a number misses. */
export function atMost(what: string, measured: number, limit: number, unit: string, digits = 0): Target {
  return {
    what,
    target: `at most ${limit.toFixed(digits)} ${unit}`,
    measured: `${measured.toFixed(digits)} ${unit}`,
    met: measured <= limit,
  };
}

/** `what` must be at least `limit`. */
export function atLeast(what: string, measured: number, limit: number, unit: string, digits = 0): Target {
  return {
    what,
    target: `at least ${limit.toFixed(digits)} ${unit}`,
    measured: `${measured.toFixed(digits)} ${unit}`,
    met: measured >= limit,
  };
}

/** Columns take their names from `columns`: a key of the rows, and its heading. Text is left-aligned, numbers right. */
export function table(rows: readonly Row[], columns: Readonly<Record<string, string>>): string {
  const keys = Object.keys(columns);
  const head = keys.map((key) => columns[key] ?? key);
  const body = rows.map((row) => keys.map((key) => text(row[key])));
  const widths = head.map((title, i) =>
    Math.max(title.length, ...body.map((cells) => cells[i]?.length ?? 0)),
  );
  const isNumber = keys.map((key) => rows.every((row) => typeof row[key] !== "string"));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join("  ")
      .trimEnd();
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

export function targetTable(targets: readonly Target[]): string {
  const rows = targets.map(({ what, target, measured, met }) => ({
    met: met ? "met" : "MISSED",
    what,
    target,
    measured,
  }));
  return table(rows, { met: "", what: "what", target: "target", measured: "measured" });
}

function text(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return "–";
  if (typeof cell === "number") {
    if (!Number.isFinite(cell)) return "never";
    return cell.toLocaleString("en-US", { maximumFractionDigits: 2 });
  }
  return String(cell);
}
