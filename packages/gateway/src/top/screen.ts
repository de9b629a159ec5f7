import {
  clockSeconds,
  condensed,
  headline,
  type Overview,
  others,
  providerSentences,
  type Standing,
  sentence,
  some,
  span,
  tally,
} from "@recloser/dashboard";
import { createColors } from "picocolors";
import { tableLines } from "./columns.js";
import { cut, plain, wrapped } from "./plain.js";

/** What is known of the gateway, and whether it still speaks. */
export interface Sight {
  readonly overview: Overview;
  /** By the gateway's clock, in milliseconds since 1970. */
  readonly now: number;
  /** `undefined` while it speaks; else why it does not, and since when by the same clock. */
  readonly lost: { readonly why: string; readonly since: number } | undefined;
}

export interface Paper {
  readonly columns: number;
  /** Infinity where nothing has to fit. */
  readonly rows: number;
  readonly colour: boolean;
  /** Table rows to skip, for those who scroll. */
  readonly from: number;
}

/** Circuits whose sentence is told beside the worst one's. */
const MOST_OTHERS = 3;
/** Changes below the table. */
const MOST_EVENTS = 8;
const NARROWEST = 20;

/** The overview as lines, none wider than the paper and no more than fit: the sentence first, then the rows, worst first. */
export function screen(sight: Sight, paper: Paper): readonly string[] {
  return scrolled(sight, paper).lines;
}

/** The same, and how many rows were skipped in truth: there may not be so many. */
export function scrolled(
  { overview, now, lost }: Sight,
  paper: Paper,
): { readonly lines: readonly string[]; readonly from: number } {
  const width = Math.max(NARROWEST, paper.columns);
  const paint = painter(paper.colour);
  const { rows } = overview;
  const worst = rows[0]?.standing ?? "closed";
  const head = [
    ...(lost === undefined
      ? []
      : wrapped(
          `STALE: ${plain(lost.why)} What is below is ${span(now - lost.since)} old. Trying again.`,
          width,
        ).map(paint.stale)),
    ...wrapped(plain(headline(rows, now)), width).map(paint.standing(worst)),
    ...providerSentences(overview).flatMap((one) => wrapped(plain(one), width)),
    ...others(rows)
      .slice(0, MOST_OTHERS)
      .map((row) => paint.standing(row.standing)(cut(plain(sentence(row, now)), width))),
    ...(others(rows).length === 0 ? [] : [cut(tally(rows), width)]),
    "",
  ];
  const table = tableLines(rows, now, width).map((line, at) =>
    at === 0 ? paint.title(line) : paint.standing(rows[at - 1]?.standing ?? "closed")(line),
  );
  const events = rows.length === 0 ? [] : eventLines(overview, now, width);
  const { lines, from } = fitted(head, rows.length === 0 ? [] : table, events, overview.hidden, paper);
  return { lines: lines.slice(0, paper.rows), from };
}

/** The table gets what room there is; the changes below it get what it leaves. */
function fitted(
  head: readonly string[],
  table: readonly string[],
  events: readonly string[],
  hidden: number,
  { rows, from, columns }: Paper,
): { readonly lines: readonly string[]; readonly from: number } {
  const [titles, ...lines] = table;
  if (titles === undefined) return { lines: head, from: 0 };
  const room = Math.max(1, rows - head.length - 1);
  const last = Math.max(0, lines.length - (room - 1));
  const start = Math.min(from, lines.length <= room ? 0 : last);
  const shown = lines.length <= room ? lines : lines.slice(start, start + Math.max(1, room - 1));
  const below = lines.length - start - shown.length + hidden;
  const more = [
    ...(start > 0 ? [`${some(start, "circuit")} above`] : []),
    ...(below > 0 ? [`${some(below, "more circuit")} below, none worse`] : []),
  ].join(", ");
  const body = [...head, titles, ...shown, ...(more === "" ? [] : [cut(more, columns)])];
  const left = rows - body.length - 1;
  const changes =
    left < 2 || events.length === 0 ? [] : ["", ...events.slice(-Math.min(left, events.length))];
  return { lines: [...body, ...changes], from: start };
}

/** The last changes, the latest last; probes that failed in a row as one. */
function eventLines({ events }: Overview, now: number, width: number): readonly string[] {
  const lines = condensed(events).flatMap(({ event, probes }) => {
    const what = wordsOf(event);
    if (what === undefined) return [];
    const times = probes > 1 ? ` (${some(probes, "failed probe")})` : "";
    return [cut(`${clockSeconds(event.at, now)}  ${plain(`${event.circuit} ${what}${times}`)}`, width)];
  });
  return lines.slice(-MOST_EVENTS);
}

function wordsOf(event: Overview["events"][number]): string | undefined {
  switch (event.kind) {
    case "transition":
      return `is ${event.to}: ${event.message}`;
    case "limited":
      return `${event.limited ? "is limited" : "is no longer limited"}: ${event.message}`;
    case "operator":
      return event.message;
    case "judged":
      return undefined;
  }
}

function painter(colour: boolean) {
  const pc = createColors(colour);
  const standings: Readonly<Record<Standing, (text: string) => string>> = {
    open: (text) => pc.bold(pc.red(text)),
    "half-open": (text) => pc.bold(pc.magenta(text)),
    "forced-open": (text) => pc.bold(pc.red(text)),
    limited: (text) => pc.yellow(text),
    "forced-closed": (text) => pc.cyan(text),
    closed: (text) => text,
  };
  return {
    standing: (standing: Standing) => standings[standing],
    title: (text: string) => pc.dim(text),
    stale: (text: string) => pc.inverse(text),
  };
}
