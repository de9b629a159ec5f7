import * as Plot from "@observablehq/plot";
import { HEAT, type SeriesName } from "../figures/tally.js";
import { type Timeline, timelineOf } from "../figures/timeline.js";
import type { Cell, ScenarioResult } from "../run/compare.js";
import { MOST_HEAT_ROWS } from "../world/world.js";
import { svg } from "./svg.js";

const LINES_HEIGHT = 220;
const ROW_HEIGHT = 5;
const STATES = Object.keys(HEAT);
const STATE_NAMES: Readonly<Record<string, string>> = {
  closed: "closed",
  limited: "limited",
  halfOpen: "half-open",
  open: "open",
};
/** Told apart with any eyes, in this order. */
const COLOURS = ["#dfe7ee", "#e6b422", "#7b6fd0", "#c8402f"];

interface Point {
  readonly seconds: number;
  readonly value: number;
  readonly policy: string;
}

type Marks = NonNullable<Plot.PlotOptions["marks"]>;

/** Answers a second of all workers, by policy. */
export function goodputChart(result: ScenarioResult): string {
  return linesChart(result, "answers a second", (cell, timeline) => {
    const seconds = timeline.bucketMs / 1000;
    return (bucket) =>
      (series(cell, "answered", bucket) / seconds) * (result.scenario.workers / cell.workers);
  });
}

/** The mean wait for a slot of the requests that got one, by policy. */
export function waitChart(result: ScenarioResult): string {
  return linesChart(result, "wait for a slot, s", (cell) => (bucket) => {
    const slotted = series(cell, "slotted", bucket);
    return slotted === 0 ? 0 : series(cell, "waitMs", bucket) / slotted / 1000;
  });
}

/** The share of guards that are not closed, by policy: where it is neither 0 nor 1, workers disagree. */
export function opinionChart(result: ScenarioResult): string {
  return linesChart(result, "open or half-open, %", (cell) => {
    const guards = cell.workers * result.scenario.models.length;
    let open = 0;
    return (bucket) => {
      open += series(cell, "notClosed", bucket);
      return (100 * open) / guards;
    };
  });
}

/** Probes a second of all workers, by policy. */
export function probeChart(result: ScenarioResult): string {
  return linesChart(result, "probes a second", (cell, timeline) => (bucket) => {
    return (
      (series(cell, "probes", bucket) / (timeline.bucketMs / 1000)) * (result.scenario.workers / cell.workers)
    );
  });
}

function series(cell: Cell, name: SeriesName, bucket: number): number {
  return cell.first.series[name][bucket] ?? 0;
}

function linesChart(
  result: ScenarioResult,
  label: string,
  valueBy: (cell: Cell, timeline: Timeline) => (bucket: number) => number,
): string {
  const timeline = timelineOf(result.scenario);
  const points = result.cells.flatMap((cell): readonly Point[] => {
    const value = valueBy(cell, timeline);
    return Array.from({ length: timeline.buckets }, (_, bucket) => ({
      seconds: secondsAt(timeline, bucket),
      value: value(bucket),
      policy: cell.policy.title,
    }));
  });
  return svg({
    height: LINES_HEIGHT,
    x: { label: "seconds since the onset" },
    y: { label, grid: true, zero: true },
    color: {
      legend: false,
      domain: result.cells.map(({ policy }) => policy.title),
      range: lineColours(result),
    },
    marks: [
      ...faultMarks(timeline),
      Plot.lineY(points, { x: "seconds", y: "value", stroke: "policy", strokeWidth: 1.4 }),
    ],
  });
}

/** What each of the first workers' guards was, over time. */
export function heatMap({ scenario }: ScenarioResult, cell: Cell): string {
  const timeline = timelineOf(scenario);
  const rows = Math.min(cell.workers, MOST_HEAT_ROWS);
  const { heat } = cell.first;
  const cells = runs(heat, rows, timeline.buckets).map(({ row, from, to, state }) => ({
    worker: row,
    next: row + 1,
    from: secondsAt(timeline, from),
    to: secondsAt(timeline, to),
    state: STATE_NAMES[STATES[state] ?? ""] ?? "",
  }));
  return svg({
    height: rows * ROW_HEIGHT + 50,
    x: {
      label: "seconds since the onset",
      domain: [secondsAt(timeline, 0), secondsAt(timeline, timeline.buckets)],
    },
    y: { label: "worker", domain: [0, rows], reverse: true },
    color: { domain: STATES.map((state) => STATE_NAMES[state] ?? state), range: COLOURS },
    marks: [
      Plot.frame({ fill: COLOURS[HEAT.closed] ?? "none", stroke: "none" }),
      Plot.rect(cells, { x1: "from", x2: "to", y1: "worker", y2: "next", fill: "state", insetTop: 0.5 }),
      ...faultMarks(timeline),
    ],
  });
}

/** Stretches of one state, but for closed, which is the background. */
function runs(
  heat: Uint8Array,
  rows: number,
  buckets: number,
): readonly { readonly row: number; readonly from: number; readonly to: number; readonly state: number }[] {
  const all = [];
  for (let row = 0; row < rows; row++) {
    let from = 0;
    for (let bucket = 1; bucket <= buckets; bucket++) {
      const state = heat[row * buckets + from] ?? HEAT.closed;
      if (bucket < buckets && heat[row * buckets + bucket] === state) continue;
      if (state !== HEAT.closed) all.push({ row, from, to: bucket, state });
      from = bucket;
    }
  }
  return all;
}

function faultMarks({ faultFrom, healed, onset }: Timeline): Marks {
  const moments = [faultFrom, healed].filter(Number.isFinite).map((at) => (at - onset) / 1000);
  return [Plot.ruleX(moments, { stroke: "#666", strokeDasharray: "3,3" })];
}

function secondsAt({ seriesFrom, bucketMs, onset }: Timeline, bucket: number): number {
  return (seriesFrom + bucket * bucketMs - onset) / 1000;
}

const LINE_COLOURS = [
  "#8a8f98",
  "#4c78a8",
  "#e6872e",
  "#3a9a8f",
  "#b279a2",
  "#9d755d",
  "#eeca3b",
  "#54a24b",
  "#c8402f",
  "#222222",
];

/** A colour for each policy, in the order of the cells. */
export function lineColours({ cells }: ScenarioResult): readonly string[] {
  return cells.map((_, at) => LINE_COLOURS[at % LINE_COLOURS.length] ?? "#222");
}

export const HEAT_LEGEND: readonly { readonly name: string; readonly colour: string }[] = STATES.map(
  (state, at) => ({
    name: STATE_NAMES[state] ?? state,
    colour: COLOURS[at] ?? "#000",
  }),
);
