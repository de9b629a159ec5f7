import type { FleetStats } from "../fleet/stats.js";

export type FleetName = "direct" | "protected";
export const FLEETS: readonly FleetName[] = ["direct", "protected"];

/** One circuit of the gateway, as the view shows it. */
export interface CircuitLine {
  readonly circuit: string;
  readonly state: string;
  readonly cause: string | null;
  readonly endsInMs: number | null;
}

/** Both fleets at one moment. */
export interface Sample {
  /** Simulated seconds since the round began. */
  readonly at: number;
  readonly fleets: Readonly<Record<FleetName, FleetStats>>;
  /** Requests that the provider of each fleet has seen so far. */
  readonly attempts: Readonly<Record<FleetName, number>>;
  readonly circuits: readonly CircuitLine[];
}

/** One round, from its first phase to its last. */
export interface RoundRecord {
  readonly seed: number;
  readonly speed: number;
  readonly samples: readonly Sample[];
}

export interface PhaseFigures {
  readonly seconds: number;
  readonly offered: number;
  readonly answered: number;
  readonly rejected: number;
  readonly failed: number;
  readonly attempts: number;
  readonly otherOffered: number;
  readonly otherDone: number;
  readonly longestWaitMs: number;
  readonly mostInFlight: number;
  /** Slots held by LLM calls, times how long. */
  readonly slotSeconds: number;
}

/** What happened to a fleet between two moments of a round, in simulated seconds. */
export function figuresBetween(
  record: RoundRecord,
  fleet: FleetName,
  from: number,
  to: number,
): PhaseFigures {
  const inside = record.samples.filter((sample) => sample.at >= from && sample.at <= to);
  const first = record.samples.findLast((sample) => sample.at <= from) ?? inside[0];
  const last = inside.at(-1);
  if (first === undefined || last === undefined)
    throw new Error(`Nothing was sampled between ${from} and ${to} s.`);
  const before = first.fleets[fleet];
  const after = last.fleets[fleet];
  return {
    seconds: last.at - first.at,
    offered: after.llm.offered - before.llm.offered,
    answered: after.llm.answered - before.llm.answered,
    rejected: after.llm.rejected - before.llm.rejected,
    failed: after.llm.failed - before.llm.failed,
    attempts: last.attempts[fleet] - first.attempts[fleet],
    otherOffered: after.other.offered - before.other.offered,
    otherDone: after.other.done - before.other.done,
    longestWaitMs: Math.max(...inside.map((sample) => sample.fleets[fleet].longestWaitMs)),
    mostInFlight: Math.max(...inside.map((sample) => sample.fleets[fleet].llm.inFlight)),
    slotSeconds: slotSeconds(inside, fleet),
  };
}

function slotSeconds(samples: readonly Sample[], fleet: FleetName): number {
  let sum = 0;
  samples.forEach((sample, index) => {
    const next = samples[index + 1];
    if (next !== undefined) sum += sample.fleets[fleet].llm.inFlight * (next.at - sample.at);
  });
  return sum;
}
