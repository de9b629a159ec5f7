import { FIGURES } from "../figures/figures.js";
import type { Cell, ScenarioResult } from "../run/compare.js";
import {
  goodputChart,
  HEAT_LEGEND,
  heatMap,
  lineColours,
  opinionChart,
  probeChart,
  waitChart,
} from "./charts.js";
import { shown } from "./text.js";

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1d2126; background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 3rem; border-top: 1px solid #d5dae0; padding-top: 1.5rem; }
h3 { font-size: 1rem; margin-bottom: 0.2rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: 0.82rem; white-space: nowrap; }
th, td { padding: 0.2rem 0.6rem; text-align: right; border-bottom: 1px solid #e6eaee; } th:first-child, td:first-child { text-align: left; }
.key span { margin-right: 1.2rem; white-space: nowrap; } .key i { display: inline-block; width: 0.8rem; height: 0.8rem; margin-right: 0.3rem; }
svg { max-width: 100%; height: auto; background: #fff; color: #1d2126; } dt { font-weight: 600; } dd { margin: 0 0 0.3rem; }
`;

/** A report that needs no other file and runs no script. Charts show the first replication, tables all of them. */
export function htmlReport(results: readonly ScenarioResult[]): string {
  const seeds = results[0]?.cells[0]?.seeds ?? [];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Recloser lab</title><style>${STYLE}</style></head><body>
<h1>Recloser lab</h1>
<p>Seeds ${escaped(seeds.join(", "))}. Tables: means over the seeds, ± 95 % confidence. Charts: seed ${seeds[0] ?? "–"}. Dashed lines: the fault begins, the fault ends.</p>
${results.map(section).join("\n")}
<h2>What the figures mean</h2><dl>${FIGURES.map(({ heading, meaning }) => `<dt>${escaped(heading)}</dt><dd>${escaped(meaning)}</dd>`).join("")}</dl>
</body></html>
`;
}

function section(result: ScenarioResult): string {
  const { scenario, cells } = result;
  const colours = lineColours(result);
  const key = cells.map(({ policy }, at) => swatch(policy.title, colours[at] ?? "")).join("");
  const heatKey = HEAT_LEGEND.map(({ name, colour }) => swatch(name, colour)).join("");
  const maps = cells.filter(showsAnything);
  return `<h2>${escaped(scenario.title)}</h2>
<p>${escaped(scenario.description)} ${scenario.workers} workers at ${Number(scenario.calls.perSecond.toFixed(3))} calls a second each.</p>
<div class="wide">${table(cells)}</div>
<p class="key">${key}</p>
<h3>Answers a second</h3>${goodputChart(result)}
<h3>Guards that are not closed</h3>${opinionChart(result)}
<h3>Wait for a slot</h3>${waitChart(result)}
<h3>Probes a second</h3>${probeChart(result)}
${maps.length === 0 ? "" : `<h3>Guards of the first workers</h3><p class="key">${heatKey}</p>`}
${maps.map((cell) => `<h3>${escaped(cell.policy.title)}</h3>${heatMap(result, cell)}`).join("\n")}`;
}

function showsAnything({ first }: Cell): boolean {
  return first.heat.some((state) => state !== 0);
}

function swatch(name: string, colour: string): string {
  return `<span><i style="background:${colour}"></i>${escaped(name)}</span>`;
}

function table(cells: readonly Cell[]): string {
  const figures = FIGURES.filter(({ id }) => cells.some((cell) => shown(cell.figures[id]) !== "–"));
  const head = ["policy", "workers", ...figures.map(({ heading }) => heading)];
  const rows = cells.map((cell) => [
    cell.policy.title,
    String(cell.workers),
    ...figures.map(({ id }) => shown(cell.figures[id])),
  ]);
  const row = (tag: "th" | "td", texts: readonly string[]): string =>
    `<tr>${texts.map((text) => `<${tag}>${escaped(text)}</${tag}>`).join("")}</tr>`;
  return `<table><thead>${row("th", head)}</thead><tbody>${rows.map((texts) => row("td", texts)).join("")}</tbody></table>`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
