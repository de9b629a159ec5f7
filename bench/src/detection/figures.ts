import type { Row } from "../report.js";
import { mean, median, quantile, rounded, sum } from "../stats.js";
import { boundS } from "./bound.js";
import type { Entry } from "./entry.js";
import type { Policy } from "./policies.js";
import type { Scenario } from "./scenario.js";
import type { Tally } from "./tally.js";
import { ANSWERS_AHEAD_S, type Run } from "./world.js";

/** The runs of one policy in one scenario. */
export interface Cell {
  readonly entry: Entry;
  readonly policy: Policy;
  readonly scenario: Scenario;
  readonly runs: readonly Run[];
}

const DAY_S = 86_400;
const HOUR_S = 3600;
/** Recovered: the first so many seconds in which answers come at this share of the rate before. */
const REGAINED_SHARE = 0.9;
const REGAIN_STEP_S = 5;

function tallies({ runs }: Cell): readonly Tally[] {
  return runs.flatMap(({ workers }) => workers);
}

function total(workers: readonly Tally[], of: (tally: Tally) => number): number {
  return sum(workers.map(of));
}

export function actedS(cell: Cell): number {
  return median(tallies(cell).map(({ actedAfterS }) => actedAfterS));
}

export function openedS(cell: Cell): number {
  return median(tallies(cell).map(({ openedAfterS }) => openedAfterS));
}

/** Calls answered, of those wanted, 0–1. */
export function answeredShare(cell: Cell): number {
  const workers = tallies(cell);
  return total(workers, ({ answered }) => answered) / total(workers, ({ requests }) => requests);
}

/** What other work got done after the onset, as a share of what it got done before. */
export function otherShare(cell: Cell): number {
  const workers = tallies(cell);
  const share = (of: (tally: Tally) => { readonly offered: number; readonly done: number }): number =>
    total(workers, (tally) => of(tally).done) / total(workers, (tally) => of(tally).offered);
  return share(({ otherAfter }) => otherAfter) / share(({ otherBefore }) => otherBefore);
}

/** Worker-hours that were watched. */
export function hours(cell: Cell): number {
  return (tallies(cell).length * cell.scenario.watchS) / HOUR_S;
}

export function opensADay(cell: Cell): number {
  return total(tallies(cell), ({ opens }) => opens) / ((hours(cell) * HOUR_S) / DAY_S);
}

function boundOf({ fault, perSecond }: Scenario): number | undefined {
  return fault.kind === "errors" ? boundS(perSecond, fault.share) : undefined;
}

/** One line of the table that the cell belongs to. */
export function rowOf(cell: Cell): Row {
  const { entry, policy, scenario } = cell;
  const row = {
    table: entry.table,
    id: entry.id,
    scenario: entry.title,
    perSecond: scenario.perSecond,
    policy: policy.name,
  };
  return { ...row, ...figuresOf(cell) };
}

function figuresOf(cell: Cell): Row {
  switch (cell.entry.table) {
    case "fault":
    case "shared":
      return faultFigures(cell);
    case "healthy":
      return healthyFigures(cell);
    case "drift":
      return driftFigures(cell);
    case "quota":
      return quotaFigures(cell);
    case "brown-out":
      return brownOutFigures(cell);
  }
}

function faultFigures(cell: Cell): Row {
  const workers = tallies(cell);
  const bound = boundOf(cell.scenario);
  const opened = openedS(cell);
  return {
    actS: rounded(actedS(cell)),
    openS: rounded(opened),
    openP95S: rounded(
      quantile(
        workers.map(({ openedAfterS }) => openedAfterS),
        0.95,
      ),
    ),
    openedPercent: percent(workers.filter(({ opens }) => opens > 0).length / workers.length),
    timesBound: bound === undefined ? null : rounded(opened / bound),
    okPercent: percent(answeredShare(cell)),
    slotS: Math.round(mean(workers.map(({ slotS }) => slotS))),
    sent: rounded(mean(workers.map(({ sent }) => sent))),
    otherPercent: percent(otherShare(cell)),
    workers: workers.length,
  };
}

function healthyFigures(cell: Cell): Row {
  const workers = tallies(cell);
  const refused = total(workers, ({ refusedWell }) => refusedWell);
  return {
    hours: rounded(hours(cell)),
    opensADay: rounded(opensADay(cell), 2),
    limitsAnHour: rounded(total(workers, ({ limits }) => limits) / hours(cell), 3),
    limitedPercent: rounded(
      (100 * total(workers, ({ limitedS }) => limitedS)) / (workers.length * cell.scenario.watchS),
      2,
    ),
    refusedPercent: rounded((100 * refused) / total(workers, ({ requestsWell }) => requestsWell), 3),
  };
}

function driftFigures(cell: Cell): Row {
  const workers = tallies(cell);
  return {
    actS: rounded(actedS(cell)),
    suspectedUntilS: rounded(median(workers.map(({ suspectedUntilS }) => suspectedUntilS))),
    suspectedUntilMostS: rounded(Math.max(...workers.map(({ suspectedUntilS }) => suspectedUntilS))),
    limitedS: rounded(mean(workers.map(({ limitedS }) => limitedS))),
    opens: total(workers, ({ opens }) => opens),
    okPercent: percent(answeredShare(cell)),
    watchedS: cell.scenario.watchS,
  };
}

function quotaFigures(cell: Cell): Row {
  const { backend, watchS } = cell.scenario;
  const quota = backend.kind === "quota" ? backend.perSecond * watchS * cell.runs.length : Number.NaN;
  const workers = tallies(cell);
  const answered = total(workers, (tally) => tally.answered);
  return {
    okPercent: percent(answeredShare(cell)),
    ofQuotaPercent: percent(answered / quota),
    throttledPerOk: rounded(total(workers, ({ throttled }) => throttled) / answered, 2),
    sent: rounded(mean(workers.map(({ sent }) => sent))),
    openedPercent: percent(workers.filter(({ opens }) => opens > 0).length / workers.length),
  };
}

function brownOutFigures(cell: Cell): Row {
  const { backend } = cell.scenario;
  const dropS = backend.kind === "queue" ? backend.dropS : 0;
  const each = cell.runs.map(({ answers }) => recovery(answers, dropS));
  return {
    beforePerS: rounded(mean(each.map(({ beforePerS }) => beforePerS))),
    dropPerS: rounded(mean(each.map(({ dropPerS }) => dropPerS))),
    regainS: rounded(median(each.map(({ regainS }) => regainS))),
    afterPerS: rounded(mean(each.map(({ afterPerS }) => afterPerS))),
  };
}

/** Of a brown-out. */
interface Recovery {
  readonly beforePerS: number;
  readonly dropPerS: number;
  readonly regainS: number;
  readonly afterPerS: number;
}

/** Answers a second before, during and after the drop, and how long after its end they came back. */
export function recovery(answers: Uint32Array, dropS: number): Recovery {
  const perS = (from: number, to: number): number => mean([...answers.subarray(from, to)]);
  const healed = ANSWERS_AHEAD_S + dropS;
  const beforePerS = perS(0, ANSWERS_AHEAD_S);
  let regainS = Number.POSITIVE_INFINITY;
  for (let at = healed; at + REGAIN_STEP_S <= answers.length; at += REGAIN_STEP_S) {
    if (perS(at, at + REGAIN_STEP_S) < REGAINED_SHARE * beforePerS) continue;
    regainS = at - healed;
    break;
  }
  return {
    beforePerS,
    dropPerS: perS(ANSWERS_AHEAD_S, healed),
    regainS,
    afterPerS: perS(healed, answers.length),
  };
}

function percent(share: number): number {
  return rounded(100 * share);
}
