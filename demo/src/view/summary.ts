import { PHASES } from "../bad-day.js";
import { FLEETS, figuresBetween, type PhaseFigures, type RoundRecord } from "../round/record.js";
import { columns, perSecond, wait } from "./words.js";

interface PhaseRow {
  readonly phase: string;
  readonly direct: PhaseFigures;
  readonly protected: PhaseFigures;
}

export interface Summary {
  readonly phases: readonly PhaseRow[];
  readonly checks: readonly {
    readonly what: string;
    readonly target: string;
    readonly measured: string;
    readonly met: boolean;
  }[];
}

export function summarise(record: RoundRecord): Summary {
  let from = 0;
  const phases = PHASES.map(({ name, seconds }) => {
    const to = from + seconds;
    const row = {
      phase: name,
      direct: figuresBetween(record, "direct", from, to),
      protected: figuresBetween(record, "protected", from, to),
    };
    from = to;
    return row;
  });
  return { phases, checks: checks(record, phases) };
}

function checks(record: RoundRecord, phases: readonly PhaseRow[]): Summary["checks"] {
  const dead = phases.find(({ phase }) => phase === "dead");
  const hang = phases.find(({ phase }) => phase === "hang");
  if (dead === undefined || hang === undefined)
    throw new Error("The bad day has lost its dead or its hang phase.");
  const attempts = FLEETS.map((fleet) => (15 * dead[fleet].attempts) / dead[fleet].offered);
  const [direct = Number.NaN, guarded = Number.NaN] = attempts;
  const worst = FLEETS.map((fleet) =>
    Math.min(...phases.map((row) => row[fleet].otherDone / row[fleet].otherOffered)),
  );
  const [worstDirect = Number.NaN, worstGuarded = Number.NaN] = worst;
  const opened = openedAfter(record, "hang");
  return [
    {
      what: "attempts on the dead provider, for each 15 requests",
      target: "at most 4",
      measured: `${guarded.toFixed(1)} through Recloser, ${direct.toFixed(1)} straight`,
      met: guarded <= 4,
    },
    {
      what: "other jobs done of those that arrived, in the worst phase",
      target: "at least 99 %",
      measured: `${(100 * worstGuarded).toFixed(1)} % beside Recloser, ${(100 * worstDirect).toFixed(1)} % without`,
      met: worstGuarded >= 0.99,
    },
    {
      what: "first circuit open after the hang began",
      target: "within 25 s",
      measured: opened === undefined ? "never" : `${opened.toFixed(1)} s`,
      met: opened !== undefined && opened <= 25,
    },
  ];
}

/** Seconds from the beginning of the phase until a circuit that was closed in it is seen open. */
function openedAfter(record: RoundRecord, name: string): number | undefined {
  let from = 0;
  for (const phase of PHASES) {
    if (phase.name === name) break;
    from += phase.seconds;
  }
  const closed = new Set<string>();
  for (const { at, circuits } of record.samples) {
    if (at < from) continue;
    for (const { circuit, state } of circuits) {
      if (state === "closed") closed.add(circuit);
      else if (closed.has(circuit)) return at - from;
    }
  }
  return undefined;
}

/** The two fleets side by side, phase by phase, and what the round was to show. */
export function table(summary: Summary): string[] {
  const head = [
    "",
    "LLM answers/s",
    "",
    "other jobs/s",
    "",
    "attempts",
    "",
    "longest wait",
    "",
    "slot-seconds held",
    "",
  ];
  const sides = ["phase", ...Array.from({ length: 5 }, () => ["direct", "Recloser"]).flat()];
  const rows = summary.phases.map(({ phase, direct, protected: guarded }) => [
    phase,
    ...[direct, guarded].map((side) => perSecond(side.answered, side.seconds)),
    ...[direct, guarded].map((side) => perSecond(side.otherDone, side.seconds)),
    ...[direct, guarded].map((side) => String(side.attempts)),
    ...[direct, guarded].map((side) => wait(side.longestWaitMs)),
    ...[direct, guarded].map((side) => String(Math.round(side.slotSeconds))),
  ]);
  const results = summary.checks.map(({ what, target, measured, met }) => [
    `${met ? "met   " : "MISSED"} ${what}: ${measured} (target: ${target})`,
  ]);
  return [...columns([head, sides, ...rows]), "", ...results.flat()];
}
