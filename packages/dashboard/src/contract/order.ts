import { type CircuitRow, STANDINGS } from "./contract.js";

/** A meter at least this full is worth a look. */
const FILLING = 0.5;

/** Worst first; what is alike by name, so that rows do not dance. */
export function inOrder(rows: readonly CircuitRow[]): CircuitRow[] {
  return [...rows].sort(
    (a, b) => rank(a) - rank(b) || (a.circuit < b.circuit ? -1 : a.circuit > b.circuit ? 1 : 0),
  );
}

/** Two ranks for each standing: those that an operator observes or whose meters fill come before the calm ones. */
export function rank({ standing, meters, hold }: Pick<CircuitRow, "standing" | "meters" | "hold">): number {
  const noticed = hold !== null || meters.some(({ level }) => level >= FILLING);
  return 2 * STANDINGS.indexOf(standing) + (noticed ? 0 : 1);
}
