import * as Plot from "@observablehq/plot";
import type { ScenarioResult } from "../run/compare.js";
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
    marginRight: 160,
    x: { label: "false opens a worker-hour", grid: true, zero: true },
    y: { label: "seconds to opening", grid: true, zero: true },
    marks: [
      Plot.dot(points, { x: "falseOpens", y: "delayS", r: 4, fill: "#4c78a8" }),
      Plot.text(points, { x: "falseOpens", y: "delayS", text: "policy", dx: 7, textAnchor: "start" }),
    ],
  });
}

/** The means over the scenarios in which a figure means something. */
function pointsOf(results: readonly ScenarioResult[]): readonly Point[] {
  const policies = results[0]?.cells.map(({ policy }) => policy) ?? [];
  return policies.flatMap(({ id, title }) => {
    const cells = results.flatMap(({ cells: all }) => all.filter(({ policy }) => policy.id === id));
    const mean = (figure: string): number => {
      const means = cells.flatMap(({ figures }) => figures[figure]?.mean ?? []);
      return means.reduce((sum, value) => sum + value, 0) / means.length;
    };
    const [falseOpens, delayS] = [mean("falseOpens"), mean("open")];
    return Number.isFinite(falseOpens) && Number.isFinite(delayS)
      ? [{ policy: title, falseOpens, delayS }]
      : [];
  });
}
