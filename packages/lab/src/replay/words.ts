import { textTable } from "../report/text-table.js";
import { figuresOf, lengthMs, type ReplayFigures } from "./figures.js";
import type { Opening } from "./player.js";
import { isMistaken, type Replay, type Span } from "./replay.js";

/** Openings of one policy that are told one by one. */
const MOST_OPENINGS = 12;
/** Below, a log counts from its own beginning and not from 1970. */
const EPOCH_MS = 1e11;

interface Column {
  readonly heading: string;
  readonly meaning: string;
  of(figures: ReplayFigures): number;
}

export const COLUMNS: readonly Column[] = [
  { heading: "openings", meaning: "how often a circuit would have opened", of: ({ openings }) => openings },
  {
    heading: "mistaken",
    meaning: "of these: most of the calls that they refused were answered",
    of: ({ mistaken }) => mistaken,
  },
  {
    heading: "open s",
    meaning: "seconds in which it was not closed, all circuits together",
    of: ({ openS }) => openS,
  },
  { heading: "probes", meaning: "calls let through to see", of: ({ probes }) => probes },
  { heading: "not sent", meaning: "calls refused, in all", of: ({ spared }) => spared },
  {
    heading: "failures spared",
    meaning: "of these: failed in the log",
    of: ({ failuresSpared }) => failuresSpared,
  },
  {
    heading: "answers lost",
    meaning: "calls refused, or given up, that were answered in the log",
    of: ({ answersLost }) => answersLost,
  },
  {
    heading: "slot-s spared",
    meaning: "seconds that refused and given-up calls had held a slot",
    of: ({ slotSSpared }) => slotSSpared,
  },
  { heading: "full", meaning: "calls that found the bulkhead full", of: ({ full }) => full },
];

export const CAVEATS = [
  "A log tells what happened to calls that were sent. A call that a policy refuses is counted with what it met; nobody knows what the rest would have met without it.",
  "A provider that was overloaded may have recovered sooner with fewer calls, and callers may have called again after a refusal. Neither is in a log; `recloser-lab compare` simulates both.",
] as const;

export function replayText(replay: Replay): string {
  const rows = tableRows(replay);
  return [
    `${logInWords(replay)}`,
    textTable(["policy", ...COLUMNS.map(({ heading }) => heading)], rows),
    ...replay.rows.flatMap(({ policy, openings }) =>
      openings.length === 0 ? [] : [`${policy.title}:\n${openingLines(openings, replay.span).join("\n")}`],
    ),
    COLUMNS.map(({ heading, meaning }) => `  ${heading.padEnd(16)} ${meaning}`).join("\n"),
    CAVEATS.join("\n"),
  ].join("\n\n");
}

export function tableRows({ rows, span }: Replay): readonly (readonly string[])[] {
  return rows.map((row) => {
    const figures = figuresOf(row, span);
    return [row.policy.title, ...COLUMNS.map((column) => number(column.of(figures)))];
  });
}

/** `1,204 calls of 3 circuits from … to …: 1,100 answered, 90 failed, 14 neither.` */
export function logInWords({ log, span }: Replay): string {
  const { circuits, workers, from, to, successes, failures, neutral } = span;
  const who = `${plural(circuits, "circuit")}${workers > 1 ? ` on ${workers} workers` : ""}`;
  const left = [
    ...(log.unsent === 0 ? [] : [`${number(log.unsent)} more were rejected then and tell nothing`]),
    ...(log.torn === 0 ? [] : [`${plural(log.torn, "torn line")} passed over`]),
  ];
  const what = `${number(successes)} answered, ${number(failures)} failed, ${number(neutral)} neither`;
  return `${plural(log.calls.length, "call")} of ${who}, ${moment(from, span)} to ${moment(to, span)}: ${[what, ...left].join("; ")}.`;
}

export function openingLines(openings: readonly Opening[], span: Span): readonly string[] {
  const lines = openings.slice(0, MOST_OPENINGS).map((opening) => {
    const { circuit, worker, from, until, why, probes, refused } = opening;
    const who = worker === "" ? circuit : `${circuit} on ${worker}`;
    const lasted = `${number(lengthMs(opening, span.to) / 1_000)} s${until === undefined ? ", to the end of the log" : ""}`;
    const because = why === undefined ? "" : ` (${why.replace(/; the next probe .*$/, "")})`;
    const judged = isMistaken(opening) ? "; mistaken" : "";
    return `  ${moment(from, span)}  ${who} for ${lasted}${because}: ${number(refused.failures)} failures spared, ${number(refused.successes)} answers lost, ${plural(probes, "probe")}${judged}`;
  });
  const more = openings.length - lines.length;
  return more === 0 ? lines : [...lines, `  and ${number(more)} more`];
}

export function moment(at: number, { from }: Span): string {
  return from < EPOCH_MS
    ? `${number(at / 1_000)} s`
    : new Date(at).toISOString().replace("T", " ").slice(0, 19);
}

function number(value: number): string {
  return value.toLocaleString("en-GB", { maximumFractionDigits: Math.abs(value) < 10 ? 1 : 0 });
}

function plural(count: number, one: string): string {
  return `${number(count)} ${count === 1 ? one : `${one}s`}`;
}
