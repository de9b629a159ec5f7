import * as Plot from "@observablehq/plot";
import type { Cell, ScenarioResult } from "../run/compare.js";
import { svg } from "./svg.js";

interface Point {
  readonly policy: string;
  readonly falseOpens: number;
  readonly delayS: number;
}

/**
 * How soon each policy opens when it should, against how often when it should not: the trade that every detector makes.
 * Empty where the scenarios do not show both.
 */
export function delayCurve(results: readonly ScenarioResult[]): string {
  const points = pointsOf(results);
  if (points.length < 2) return "";
  return svg({
    height: 380,
    marginRight: 300,
    x: { label: "false opens a worker-hour", grid: true, zero: true },
    y: { label: "seconds to opening", grid: true, zero: true },
    marks: [
      Plot.dot(points, { x: "falseOpens", y: "delayS", r: 4, fill: "#4c78a8" }),
      Plot.text(points, { x: "falseOpens", y: "delayS", text: "policy", dx: 7, textAnchor: "start" }),
    ],
  });
}

/** Delays are the means over scenarios with a fault, false opens those over scenarios without one. */
function pointsOf(results: readonly ScenarioResult[]): readonly Point[] {
  const policies = results[0]?.cells.map(({ policy }) => policy) ?? [];
  return policies.flatMap(({ id, title }) => {
    const cells = results.flatMap(({ cells: all }) => all.filter(({ policy }) => policy.id === id));
    const [falseOpens, delayS] = [mean(cells.filter(isWell), "falseOpens"), mean(cells, "open")];
    return Number.isFinite(falseOpens) && Number.isFinite(delayS)
      ? [{ policy: title, falseOpens, delayS }]
      : [];
  });
}

/** There was nothing to open for. */
function isWell({ figures }: Cell): boolean {
  return figures.open?.mean === null && figures.open.never === 0;
}

function mean(cells: readonly Cell[], figure: string): number {
  const means = cells.flatMap(({ figures }) => figures[figure]?.mean ?? []);
  return means.reduce((sum, value) => sum + value, 0) / means.length;
}
