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
import { delayCurve } from "./curve.js";
import { escaped, htmlTable, page, swatch } from "./page.js";
import { shown } from "./text.js";

/** A report that needs no other file and runs no script. Charts show the first replication, tables all of them. */
export function htmlReport(results: readonly ScenarioResult[]): string {
  const seeds = results[0]?.cells[0]?.seeds ?? [];
  return page(
    "Recloser lab",
    `<h1>Recloser lab</h1>
<p>Seeds ${escaped(seeds.join(", "))}. Tables: means over the seeds, ± 95 % confidence. Charts: seed ${seeds[0] ?? "–"}. Dashed lines: the fault begins, the fault ends.</p>
${results.map(section).join("\n")}
${curve(results)}
<h2>What the figures mean</h2><dl>${FIGURES.map(({ heading, meaning }) => `<dt>${escaped(heading)}</dt><dd>${escaped(meaning)}</dd>`).join("")}</dl>`,
  );
}

function curve(results: readonly ScenarioResult[]): string {
  const chart = delayCurve(results);
  return chart === "" ? "" : `<h2>Detection delay against false opens</h2>${chart}`;
}

function section(result: ScenarioResult): string {
  const { scenario, cells } = result;
  const colours = lineColours(result);
  const key = cells.map(({ policy }, at) => swatch(policy.title, colours[at] ?? "")).join("");
  const heatKey = HEAT_LEGEND.map(({ name, colour }) => swatch(name, colour)).join("");
  const maps = cells.filter(showsAnything);
  return `<h2>${escaped(scenario.title)}</h2>
<p>${escaped(scenario.description)} ${scenario.workers} workers at ${Number(scenario.calls.perSecond.toFixed(3))} calls a second each.</p>
${table(cells)}
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

function table(cells: readonly Cell[]): string {
  const figures = FIGURES.filter(({ id }) => cells.some((cell) => shown(cell.figures[id]) !== "–"));
  const head = ["policy", "workers", ...figures.map(({ heading }) => heading)];
  const rows = cells.map((cell) => [
    cell.policy.title,
    String(cell.workers),
    ...figures.map(({ id }) => shown(cell.figures[id])),
  ]);
  return htmlTable(head, rows);
}
