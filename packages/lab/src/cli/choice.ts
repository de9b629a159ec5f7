import { availableParallelism } from "node:os";
import { LabError } from "../lab-error.js";
import { choosePolicies } from "../policy/catalogue.js";
import type { Comparison } from "../run/compare.js";
import { loadScenario, ownScenarios } from "../scenario/load.js";
import type { Scenario } from "../scenario/scenario.js";

/** What the command line asks for, as text. */
export interface ComparisonFlags {
  readonly policies: string;
  readonly seeds: string;
  readonly tuning?: boolean;
  readonly workers?: string;
  readonly threads?: string;
}

/** Parameters are tuned on seeds 1 and up, and reported on 101 and up. */
const FIRST_TUNING_SEED = 1;
const FIRST_TEST_SEED = 101;
const MOST_SEEDS = 99;
const MOST_WORKERS = 100_000;

/** @throws LabError that names the flag, its value, and what it may be. */
export function choose(names: readonly string[], flags: ComparisonFlags): Comparison {
  const first = flags.tuning === true ? FIRST_TUNING_SEED : FIRST_TEST_SEED;
  const count = whole("--seeds", flags.seeds, MOST_SEEDS);
  const workers = flags.workers === undefined ? undefined : whole("--workers", flags.workers, MOST_WORKERS);
  const wanted = names.flatMap((name) => (name === "all" ? ownScenarios() : [name]));
  return {
    scenarios: [...new Set(wanted)].map((name) => resized(loadScenario(name), workers)),
    policies: choosePolicies(flags.policies),
    seeds: Array.from({ length: count }, (_, index) => first + index),
    threads: flags.threads === undefined ? availableParallelism() : whole("--threads", flags.threads, 1024),
  };
}

/** The same world with more or fewer workers: what they share grows with them. */
function resized(scenario: Scenario, workers: number | undefined): Scenario {
  if (workers === undefined) return scenario;
  const factor = workers / scenario.workers;
  const { capacity } = scenario;
  return {
    ...scenario,
    workers,
    capacity: capacity && { ...capacity, servers: Math.max(1, Math.round(capacity.servers * factor)) },
    phases: scenario.phases.map((phase) => ({
      ...phase,
      quota: phase.quota && {
        ...phase.quota,
        perSecond: phase.quota.perSecond * factor,
        burst: Math.max(1, phase.quota.burst * factor),
      },
    })),
  };
}

export function whole(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new LabError(`${flag} is ${JSON.stringify(text)}; give a whole number from 1 to ${most}.`);
}
