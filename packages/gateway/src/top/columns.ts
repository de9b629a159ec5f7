import {
  type CircuitRow,
  count,
  type LatencyView,
  latency,
  next,
  percent,
  STANDING_WORDS,
  type Standing,
  since,
} from "@recloser/dashboard";
import { cut, plain } from "./plain.js";

/** Told apart without colour; the page has the same. */
const MARKS: Readonly<Record<Standing, string>> = {
  open: "■",
  "half-open": "◆",
  "forced-open": "☒",
  limited: "▲",
  "forced-closed": "⦶",
  closed: "●",
};

interface Column {
  readonly title: string;
  readonly align: "left" | "right";
  /** The narrower the terminal, the fewer columns: those with the highest number go first. 0 stays. */
  readonly rank: number;
  cell(row: CircuitRow, now: number): string;
}

const COLUMNS: readonly Column[] = [
  {
    title: "STATE",
    align: "left",
    rank: 0,
    cell: ({ standing, mode }) =>
      `${MARKS[standing]} ${STANDING_WORDS[standing]}${mode === "observe" ? ", observes only" : ""}`,
  },
  { title: "CIRCUIT", align: "left", rank: 0, cell: ({ circuit }) => plain(circuit) },
  { title: "SINCE", align: "left", rank: 2, cell: (row, now) => since(row, now).replace(/^since /, "") },
  { title: "NEXT", align: "left", rank: 3, cell: (row, now) => next(row, now).replace(/^next /, "") },
  { title: "CALLS/MIN", align: "right", rank: 4, cell: ({ rates }) => count(rates.calls) },
  { title: "FAILED", align: "right", rank: 1, cell: ({ rates }) => failed(rates) },
  { title: "TOKEN P50", align: "right", rank: 6, cell: ({ firstToken }) => beside(firstToken, "p50Ms") },
  { title: "TOKEN P95", align: "right", rank: 5, cell: ({ firstToken }) => beside(firstToken, "p95Ms") },
  { title: "IN FLIGHT", align: "right", rank: 7, cell: ({ inFlight }) => flying(inFlight) },
  {
    title: "SPARED",
    align: "right",
    rank: 2,
    cell: ({ spared }) => (spared === 0 ? "" : count(spared)),
  },
];

const GAP = "  ";
/** A circuit's name is cut before a column goes, down to this; further only for the columns up to rank 2. */
const SHORT_NAME = 24;
const SHORTEST_NAME = 12;
const WORTH_A_NAME = 2;
const NAME = 1;

/** Rows as lines of one width, the titles first. Columns that do not fit are left out, the least telling first. */
export function tableLines(rows: readonly CircuitRow[], now: number, width: number): readonly string[] {
  const cells = rows.map((row) => COLUMNS.map((column) => column.cell(row, now)));
  const widths = COLUMNS.map(({ title }, at) =>
    Math.max(title.length, ...cells.map((line) => line[at]?.length ?? 0)),
  );
  const kept = fitting(widths, width);
  const wide = kept.reduce((sum, at) => sum + (widths[at] ?? 0) + GAP.length, -GAP.length);
  widths[NAME] = Math.max(1, (widths[NAME] ?? 0) - Math.max(0, wide - width));
  const line = (texts: readonly string[]): string =>
    cut(
      kept
        .map((at) => {
          const space = widths[at] ?? 0;
          const text = cut(texts[at] ?? "", space);
          return COLUMNS[at]?.align === "right" ? text.padStart(space) : text.padEnd(space);
        })
        .join(GAP)
        .trimEnd(),
      width,
    );
  return [line(COLUMNS.map(({ title }) => title)), ...cells.map(line)];
}

/** Which columns there is room for. */
function fitting(widths: readonly number[], width: number): readonly number[] {
  let kept = COLUMNS.map((_, at) => at);
  for (;;) {
    const last = Math.max(...kept.map((at) => COLUMNS[at]?.rank ?? 0));
    const name = Math.min(widths[NAME] ?? 0, last > WORTH_A_NAME ? SHORT_NAME : SHORTEST_NAME);
    const needed = kept.reduce(
      (sum, at) => sum + (at === NAME ? name : (widths[at] ?? 0)) + GAP.length,
      -GAP.length,
    );
    if (needed <= width || last === 0) return kept;
    kept = kept.filter((at) => COLUMNS[at]?.rank !== last);
  }
}

function failed({ successes, failures }: CircuitRow["rates"]): string {
  const judged = successes + failures;
  return judged === 0 ? "–" : percent(failures / judged);
}

/** What is now, and what is usual in brackets. */
function beside(view: LatencyView, quantile: "p50Ms" | "p95Ms"): string {
  const now = view[quantile];
  const usual = quantile === "p50Ms" ? view.usual?.p50Ms : view.usual?.highMs;
  if (now === null && usual === undefined) return "–";
  return usual === undefined ? latency(now) : `${latency(now)} (${latency(usual)})`;
}

function flying({ total, limit }: CircuitRow["inFlight"]): string {
  return limit === null ? count(total) : `${count(total)}/${count(limit)}`;
}
