import * as Plot from "@observablehq/plot";
import { escaped, htmlTable, page, swatch } from "../report/page.js";
import { svg } from "../report/svg.js";
import { isMistaken, type Replay } from "./replay.js";
import { CAVEATS, COLUMNS, logInWords, moment, openingLines, tableRows } from "./words.js";

const BUCKETS = 180;
const ANSWERED = "#4c78a8";
const FAILED = "#c8402f";
const MISTAKEN = "#e6b422";
const VERDICTS = { success: "answered", failure: "failed", neutral: "neither" } as const;

/** A report that needs no other file and runs no script. */
export function replayReport(replay: Replay): string {
  const { rows, span } = replay;
  return page(
    "Recloser lab: replay",
    `<h1>What each policy would have done</h1>
<p>${escaped(logInWords(replay))}</p>
${CAVEATS.map((caveat) => `<p>${escaped(caveat)}</p>`).join("")}
${htmlTable(["policy", ...COLUMNS.map(({ heading }) => heading)], tableRows(replay))}
<h2>Calls of the log</h2><p class="key">${swatch("answered", ANSWERED)}${swatch("failed", FAILED)}</p>${callsChart(replay)}
<h2>Openings</h2><p class="key">${swatch("open", FAILED)}${swatch("open by mistake", MISTAKEN)}</p>${openingsChart(replay)}
${rows
  .map(({ policy, openings }) =>
    openings.length === 0
      ? ""
      : `<h3>${escaped(policy.title)}</h3><ul>${openingLines(openings, span)
          .map((line) => `<li>${escaped(line.trim())}</li>`)
          .join("")}</ul>`,
  )
  .join("")}
<h2>What the figures mean</h2><dl>${COLUMNS.map(({ heading, meaning }) => `<dt>${escaped(heading)}</dt><dd>${escaped(meaning)}</dd>`).join("")}</dl>
<p>Times are ${escaped(moment(span.from, span))} and later${span.from < 1e11 ? ", from the log's own beginning" : ", UTC"}.</p>`,
  );
}

function minutes({ span }: Replay): (at: number) => number {
  return (at) => (at - span.from) / 60_000;
}

/** Calls a minute by how they ended, at the time of their end. */
function callsChart(replay: Replay): string {
  const { log, span } = replay;
  const widthMs = Math.max(1, (span.to - span.from) / BUCKETS);
  const counts = new Map<string, number>();
  for (const { start, durationMs, verdict } of log.calls) {
    if (verdict.verdict === "neutral") continue;
    const bucket = Math.min(BUCKETS - 1, Math.floor((start + durationMs - span.from) / widthMs));
    const key = `${VERDICTS[verdict.verdict]} ${bucket}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const points = ["answered", "failed"].flatMap((verdict) =>
    Array.from({ length: BUCKETS }, (_, bucket) => ({
      verdict,
      minutes: ((bucket + 0.5) * widthMs) / 60_000,
      value: (counts.get(`${verdict} ${bucket}`) ?? 0) / (widthMs / 60_000),
    })),
  );
  return svg({
    height: 200,
    x: { label: "minutes since the log's beginning" },
    y: { label: "calls a minute", grid: true, zero: true },
    color: { legend: false, domain: ["answered", "failed"], range: [ANSWERED, FAILED] },
    marks: [Plot.lineY(points, { x: "minutes", y: "value", stroke: "verdict", strokeWidth: 1.4 })],
  });
}

function openingsChart(replay: Replay): string {
  const since = minutes(replay);
  const bars = replay.rows.flatMap(({ policy, openings }) =>
    openings.map((opening) => ({
      policy: policy.title,
      from: since(opening.from),
      to: since(opening.until ?? replay.span.to),
      kind: isMistaken(opening) ? "mistaken" : "open",
    })),
  );
  return svg({
    height: 40 + 28 * replay.rows.length,
    marginLeft: 190,
    x: { label: "minutes since the log's beginning", domain: [0, since(replay.span.to)] },
    y: { label: null, domain: replay.rows.map(({ policy }) => policy.title) },
    color: { legend: false, domain: ["open", "mistaken"], range: [FAILED, MISTAKEN] },
    marks: [
      Plot.barX(bars, {
        x1: "from",
        x2: "to",
        y: "policy",
        fill: "kind",
        insetTop: 4,
        insetBottom: 4,
        stroke: FAILED,
        strokeWidth: 0.5,
      }),
    ],
  });
}
