import { FIGURES, type Figure } from "../figures/figures.js";
import type { Estimate } from "../figures/stats.js";
import type { Cell, ScenarioResult } from "../run/compare.js";
import { textTable } from "./text-table.js";

/** Of what a table would have no room for, the most telling; what means nothing in a scenario is left out. */
const SHOWN = [
  "act",
  "open",
  "openP95",
  "timesBound",
  "ok",
  "okAll",
  "other",
  "wasted",
  "slotS",
  "amplification",
  "recover",
  "recoverP95",
  "refusedHealed",
  "regain",
  "endGoodput",
  "opens",
  "falseOpens",
  "blamed",
  "limits",
  "refusedWell",
];

/** One scenario's table: a row for each policy, `mean ±half` of the 95 % interval. */
export function scenarioTable({ scenario, cells }: ScenarioResult): string {
  const figures = FIGURES.filter(({ id }) => SHOWN.includes(id) && means(id, cells));
  const head = ["policy", ...figures.map(({ heading }) => heading)];
  const rows = cells.map((cell) => [cell.policy.title, ...figures.map(({ id }) => shown(cell.figures[id]))]);
  const { perSecond } = scenario.calls;
  const size = `${scenario.workers} workers, ${round(perSecond)} calls/s each, ${cells[0]?.seeds.length ?? 0} seeds`;
  const smaller = cells.filter(({ workers }) => workers < scenario.workers);
  const note =
    smaller.length === 0
      ? ""
      : `\n${smaller.map(({ policy }) => policy.title).join(", ")}: ${smaller[0]?.workers} workers.`;
  return `${scenario.title} (${scenario.name}; ${size})\n${textTable(head, rows)}${note}`;
}

/** What the headings mean. */
export function legend(): string {
  return FIGURES.filter(({ id }) => SHOWN.includes(id))
    .map(({ heading, meaning }: Figure) => `  ${heading.padEnd(14)} ${meaning}`)
    .join("\n");
}

function means(id: string, cells: readonly Cell[]): boolean {
  return cells.some(({ figures }) => {
    const { mean, never } = figures[id] ?? { mean: null, never: 0 };
    return mean !== null || never > 0;
  });
}

/** `never` where it never happened in most replications, a dash where there is nothing to say. */
export function shown(value: Estimate | undefined): string {
  if (value === undefined || (value.mean === null && value.never === 0)) return "–";
  if (value.mean === null) return "never";
  const half = value.half === null || value.half === 0 ? "" : ` ±${round(value.half)}`;
  return `${round(value.mean)}${half}`;
}

function round(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 || size === 0 ? 0 : size >= 1 ? 1 : size >= 0.01 ? 2 : 4;
  return String(Number(value.toFixed(digits)));
}
