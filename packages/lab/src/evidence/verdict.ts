import { FIGURES } from "../figures/figures.js";
import type { Estimate } from "../figures/stats.js";
import type { Row } from "./runs.js";

type Verdict = "better" | "equal" | "worse";

/** It knows the fault, so it is a bound and no rival. */
const ORACLE = "oracle";
const OWN = "recloser";
/** Easy for a policy that never opened, so there these do not compete. */
const OF_THOSE_THAT_OPENED: ReadonlySet<string> = new Set(["recover", "refusedHealed"]);
const MOST_OPENED_PERCENT = 50;

/** What one figure says of Recloser against the best of the others. */
export interface Judged {
  readonly verdict: Verdict;
  readonly best: Row;
}

/** Never counts as infinitely long; what means nothing cannot be judged. */
function measured({ mean, never }: Estimate): number {
  return mean ?? (never > 0 ? Infinity : Number.NaN);
}

/** Worse or better only where the 95 % intervals do not touch. `undefined` where there is nothing to compare. */
export function judge(rows: readonly Row[], figure: string): Judged | undefined {
  const better = FIGURES.find(({ id }) => id === figure)?.better;
  const own = rows.find(({ policy }) => policy === OWN)?.figures[figure];
  if (own === undefined || better === undefined || better === "neither") return undefined;
  const sign = better === "less" ? 1 : -1;
  const cost = (estimate: Estimate | undefined): number =>
    estimate === undefined ? Number.NaN : sign * measured(estimate);
  const competes = ({ policy, figures }: Row): boolean =>
    policy !== OWN &&
    policy !== ORACLE &&
    !Number.isNaN(cost(figures[figure])) &&
    (!OF_THOSE_THAT_OPENED.has(figure) || (figures.opened?.mean ?? 0) >= MOST_OPENED_PERCENT);
  const rivals = rows.filter(competes);
  const [best] = [...rivals].sort((a, b) => compared(cost(a.figures[figure]), cost(b.figures[figure])));
  if (best === undefined || Number.isNaN(cost(own))) return undefined;
  const theirs = best.figures[figure];
  const margin = (own.half ?? 0) + (theirs?.half ?? 0);
  const difference = compared(cost(own), cost(theirs));
  if (Math.abs(difference) <= margin) return { verdict: "equal", best };
  return { verdict: difference < 0 ? "better" : "worse", best };
}

/** Two that never happened are alike. */
function compared(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
