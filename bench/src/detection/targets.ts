import { atLeast, atMost, type Target } from "../report.js";
import { boundS } from "./bound.js";
import { actedS, answeredShare, type Cell, hours, openedS, opensADay, otherShare } from "./figures.js";
import { BULKHEAD, type Policy, RECLOSER } from "./policies.js";

/** Times the information bound within which a dead provider must be seen. */
const TIMES_BOUND = 2.2;

/** What is promised about the cells that were run; a promise whose scenario was left out is left out too. */
export function targetsOf(cells: readonly Cell[]): Target[] {
  const at = (id: string, perSecond: number, policy: Policy = RECLOSER): Cell[] =>
    cells.filter(
      (cell) => cell.entry.id === id && cell.scenario.perSecond === perSecond && cell.policy.id === policy.id,
    );
  const hang = at("hang-600", 1);
  return [
    ...hang.map((cell) => atMost("hang at 1/s, client limit 600 s: first action", actedS(cell), 10, "s", 1)),
    ...hang.map((cell) => atMost("hang at 1/s, client limit 600 s: open", openedS(cell), 25, "s", 1)),
    ...["dead", "dead-unary"]
      .flatMap((id) => at(id, 1))
      .map((cell) =>
        atMost(
          `${cell.entry.title} at 1/s: open, against ${TIMES_BOUND} × the bound`,
          openedS(cell),
          TIMES_BOUND * boundS(1, 1),
          "s",
          2,
        ),
      ),
    ...cells
      .filter(({ entry, policy }) => /^errors-30/.test(entry.id) && policy.id === RECLOSER.id)
      .flatMap((cell) =>
        at(cell.entry.id, cell.scenario.perSecond, BULKHEAD).map((without) =>
          atLeast(
            `${cell.entry.title} at ${cell.scenario.perSecond}/s: answers, of those without a breaker`,
            (100 * answeredShare(cell)) / answeredShare(without),
            95,
            "%",
            1,
          ),
        ),
      ),
    ...cells
      .filter(({ entry, policy }) => entry.id === "heavy-tail" && policy.id === RECLOSER.id)
      .map((cell) =>
        atMost(
          `healthy heavy-tailed traffic at ${cell.scenario.perSecond}/s, ${hours(cell)} worker-hours: false opens a worker`,
          opensADay(cell),
          1,
          "a day",
          2,
        ),
      ),
    ...otherWork(cells),
  ];
}

function otherWork(cells: readonly Cell[]): Target[] {
  const guarded = cells.filter(({ entry, policy }) => entry.table === "fault" && policy.id === RECLOSER.id);
  if (guarded.length === 0) return [];
  const worst = Math.min(...guarded.map(otherShare));
  return [
    atLeast("other work in the same worker, of its healthy goodput: worst fault", 100 * worst, 99, "%", 1),
  ];
}
