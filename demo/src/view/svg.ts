import { PHASES, ROUND_SECONDS, WORK } from "../bad-day.js";
import type { FleetName, RoundRecord, Sample } from "../round/record.js";

const WIDTH = 960;
const LEFT = 64;
const RIGHT = 24;
const PANEL = 150;
const GAP = 56;
const TOP = 84;
/** Rates are over this many simulated seconds. */
const OVER_SECONDS = 4;

interface Panel {
  readonly title: string;
  readonly most: number;
  readonly value: (record: RoundRecord, index: number, fleet: FleetName) => number;
}

const PANELS: readonly Panel[] = [
  {
    title: `LLM calls in flight, of ${WORK.slots} slots`,
    most: WORK.slots,
    value: (record, index, fleet) => sampleAt(record, index).fleets[fleet].llm.inFlight,
  },
  {
    title: `Other jobs done a second (${WORK.otherPerSecond} arrive; catching up is cut off above)`,
    most: WORK.otherPerSecond * 1.5,
    value: (record, index, fleet) => rate(record, index, (sample) => sample.fleets[fleet].other.done),
  },
  {
    title: "Attempts on the provider a second",
    most: 16,
    value: (record, index, fleet) => rate(record, index, (sample) => sample.attempts[fleet]),
  },
];

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #333 }
  .title { font-size: 18px; font-weight: 600 } .small { font-size: 11px; fill: #666 }
  .axis { stroke: #bbb; stroke-width: 1 } .phase { fill: #000; opacity: .045 }
  .direct, .protected { fill: none; stroke-width: 1.8; stroke-linejoin: round }
  .direct { stroke: #c2410c; stroke-dasharray: 5 3 } .protected { stroke: #0f6ab4 }
  @media (prefers-color-scheme: dark) {
    svg { background: #14171a } text { fill: #ddd } .small { fill: #999 } .axis { stroke: #555 }
    .phase { fill: #fff; opacity: .06 } .direct { stroke: #fb923c } .protected { stroke: #60a5fa }
  }`;

/** A round as an SVG: what both fleets did through the provider's bad day. */
export function picture(record: RoundRecord): string {
  const height = TOP + PANELS.length * (PANEL + GAP);
  const parts = PANELS.map((panel, index) => drawn(panel, record, TOP + index * (PANEL + GAP)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="t d">`,
    `<title id="t">Two worker fleets through their provider's bad day</title>`,
    `<desc id="d">Dashed: straight to the provider. Solid: the same work through Recloser.</desc>`,
    `<style>${STYLE}</style>`,
    `<text class="title" x="${LEFT}" y="28">The same work, the same bad day</text>`,
    `<line class="direct" x1="${LEFT}" x2="${LEFT + 36}" y1="50" y2="50"/><text x="${LEFT + 44}" y="54">straight to the provider, the SDKs' defaults</text>`,
    `<line class="protected" x1="${LEFT + 340}" x2="${LEFT + 376}" y1="50" y2="50"/><text x="${LEFT + 384}" y="54">through Recloser, LLM calls held to ${WORK.llmSlots} slots</text>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function drawn(panel: Panel, record: RoundRecord, top: number): string {
  const bottom = top + PANEL;
  const x = (seconds: number): string =>
    (LEFT + (Math.min(seconds, ROUND_SECONDS) / ROUND_SECONDS) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const y = (value: number): string =>
    (bottom - (Math.min(value, panel.most) / panel.most) * PANEL).toFixed(1);
  const line = (fleet: FleetName): string => {
    // One point a second is all that a picture of this width can show.
    const points = record.samples.flatMap((sample, index) =>
      index % 2 === 0 ? [`${x(sample.at)},${y(panel.value(record, index, fleet))}`] : [],
    );
    return `<polyline class="${fleet}" points="${points.join(" ")}"/>`;
  };
  let start = 0;
  const phases = PHASES.map(({ name, seconds }, index) => {
    const [from, to] = [Number(x(start)), Number(x(start + seconds))];
    start += seconds;
    const shade =
      index % 2 === 1
        ? `<rect class="phase" x="${from}" y="${top}" width="${to - from}" height="${PANEL}"/>`
        : "";
    return `${shade}<text class="small" x="${((from + to) / 2).toFixed(1)}" y="${bottom + 16}" text-anchor="middle">${name}</text>`;
  });
  return [
    `<text x="${LEFT}" y="${top - 8}">${panel.title}</text>`,
    ...phases,
    `<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${bottom}" y2="${bottom}"/>`,
    `<text class="small" x="${LEFT - 8}" y="${bottom + 4}" text-anchor="end">0</text>`,
    `<text class="small" x="${LEFT - 8}" y="${top + 8}" text-anchor="end">${panel.most}</text>`,
    line("direct"),
    line("protected"),
  ].join("\n");
}

function rate(record: RoundRecord, index: number, count: (sample: Sample) => number): number {
  const last = sampleAt(record, index);
  let earlier = index;
  while (earlier > 0 && sampleAt(record, earlier).at > last.at - OVER_SECONDS) earlier--;
  const first = sampleAt(record, earlier);
  return last.at > first.at ? (count(last) - count(first)) / (last.at - first.at) : 0;
}

function sampleAt(record: RoundRecord, index: number): Sample {
  const sample = record.samples[index];
  if (sample === undefined) throw new Error(`The round has no sample ${index}.`);
  return sample;
}
