import { type Signal, signal, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { Samples } from "../../contract/contract.js";
import { clockSeconds } from "../../words/format.js";
import { aligned, SHOWN_MS } from "../history.js";
import { now } from "../store.js";
import { shown } from "../theme.js";

export interface Series {
  readonly label: string;
  readonly column: string;
  /** Which of the six colours of charts; 0 is the text's. */
  readonly colour: 0 | 1 | 2 | 3 | 4 | 5 | 6;
  readonly dashed?: boolean;
}

interface ChartProps {
  readonly title: string;
  readonly note?: string;
  readonly samples: Samples;
  readonly series: readonly Series[];
  /** Horizontal lines: what is usual. */
  readonly levels?: readonly number[];
  /** The least that the scale shows. */
  readonly top?: number;
  readonly unit: (value: number) => string;
}

/** Where the pointer is, in seconds, for all charts at once; undefined when it is nowhere. */
const pointedAt: Signal<number | undefined> = signal(undefined);

const HEIGHT = 130;
/** Lines differ in their dashes too, for those who do not tell the colours apart. */
const DASHES: readonly number[][] = [[2, 3], [], [7, 3], [2, 2], [9, 3, 2, 3], [4, 4], [12, 4]];

export function Chart({ title, note = "", samples, series, levels = [], top = 0, unit }: ChartProps): VNode {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const width = useSignal(0);
  const columns = series.map(({ column }) => column);
  const kind = JSON.stringify([series, levels, shown.value]);
  const data = aligned(samples, columns);
  // What the drawing functions see; they outlive a render.
  const latest = useRef({ levels, unit, top });
  latest.current = { levels, unit, top };

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const made = new uPlot(optionsOf(series, latest, element), data as uPlot.AlignedData, element);
    plot.current = made;
    const resized = new ResizeObserver(() => {
      if (element.clientWidth > 0 && element.clientWidth !== width.peek()) {
        width.value = element.clientWidth;
        made.setSize({ width: element.clientWidth, height: HEIGHT });
      }
    });
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      width.value = 0;
    };
  }, [kind]);
  useEffect(() => plot.current?.setData(data as uPlot.AlignedData), [samples]);

  const at = indexAt(data[0] ?? [], pointedAt.value);
  const value = (index: number) => data[index + 1]?.[at] ?? null;
  const words = series.map(({ label }, index) => `${label} ${wordsOf(value(index), unit)}`).join(", ");
  return (
    <figure class="chart">
      <figcaption>
        <span class="title">{title}</span>{" "}
        <span class="muted">
          {pointedAt.value === undefined ? "" : `at ${clockSeconds((data[0]?.[at] ?? 0) * 1000, now.value)}`}
        </span>
        <span class="legend">
          {series.map(({ label, colour }, index) => (
            <span key={label} class="key">
              <svg class={`line-key c${colour}`} viewBox="0 0 24 4" aria-hidden="true">
                <path d="M0 2h24" stroke-dasharray={DASHES[colour]?.join(" ")} />
              </svg>{" "}
              {label} <b>{wordsOf(value(index), unit)}</b>
            </span>
          ))}
        </span>
      </figcaption>
      <div class="plot" ref={place} role="img" aria-label={`${title}: ${words}`} />
      {note === "" ? null : <p class="note muted">{note}</p>}
    </figure>
  );
}

function wordsOf(value: number | null, unit: (value: number) => string): string {
  return value === null ? "–" : unit(value);
}

function indexAt(times: readonly (number | null)[], seconds: number | undefined): number {
  if (seconds === undefined) return times.length - 1;
  const index = times.findIndex((time) => (time ?? 0) >= seconds);
  return index === -1 ? times.length - 1 : index;
}

function optionsOf(
  series: readonly Series[],
  latest: { readonly current: { levels: readonly number[]; unit: (value: number) => string; top: number } },
  element: HTMLElement,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour("--muted"),
    font: "11px system-ui, sans-serif",
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: Math.max(200, element.clientWidth),
    height: HEIGHT,
    padding: [6, 8, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: false, y: false },
      sync: { key: "recloser" },
    },
    scales: {
      x: {
        range: (_plot, least, most) => {
          const end = Math.max(most, 1);
          return [Math.max(end - SHOWN_MS / 1000, Math.min(least, end - 60)), end];
        },
      },
      y: { range: (_plot, _least, most) => [0, highEnd(most, latest.current)] },
    },
    axes: [
      { ...axis, space: 70, size: 22, values: (_plot, splits) => splits.map(timeOfDay) },
      {
        ...axis,
        space: 28,
        size: 58,
        values: (_plot, splits) => splits.map((value) => latest.current.unit(value)),
      },
    ],
    series: [
      {},
      ...series.map(({ colour: number }) => ({
        stroke: colour(number === 0 ? "--text" : `--series-${number}`),
        dash: DASHES[number] ?? [],
        width: 1.5,
        points: { show: false },
        spanGaps: false,
      })),
    ],
    hooks: {
      setCursor: [
        (plot) => {
          const { idx, left } = plot.cursor;
          const seconds = idx === null || idx === undefined ? undefined : plot.data[0][idx];
          pointedAt.value = left === undefined || left < 0 ? undefined : seconds;
        },
      ],
      draw: [(plot) => drawLevels(plot, latest.current.levels, colour("--muted"))],
    },
  };
}

function highEnd(most: number | null, { levels, top }: { levels: readonly number[]; top: number }): number {
  const highest = Math.max(most ?? 0, top, ...levels);
  return highest === 0 ? 1 : highest * 1.08;
}

function timeOfDay(seconds: number): string {
  return clockSeconds(seconds * 1000, seconds * 1000).slice(0, 5);
}

function drawLevels(plot: uPlot, levels: readonly number[], colour: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.lineWidth = devicePixelRatio;
  for (const level of levels) {
    const y = Math.round(plot.valToPos(level, "y", true)) + 0.5;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}
