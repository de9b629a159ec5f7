import { stream } from "../engine/random.js";
import { policyOf } from "../policy/catalogue.js";
import { type Values, withOptions } from "../policy/tuning.js";
import { loadScenario } from "../scenario/load.js";
import type { Scenario } from "../scenario/scenario.js";
import { combinations } from "../tune/tune.js";
import type { Size } from "./plan.js";
import type { Row } from "./runs.js";

/** What options are chosen in; of each kind of trouble one, and two in which all is well. */
const TRAINING = ["dead", "hang-600", "errors-30", "flapping-20", "slow-5", "failing-10", "heavy-tail"];
/** What they have not seen. */
const OTHERS = [
  "dead-slow-traffic",
  "hang-40",
  "errors-60",
  "one-of-three",
  "quota-hint",
  "bursty-4",
  "slow-10",
];
const POLICIES = ["consecutive", "resilience4j", "hystrix", "polly", "adaptive", "recloser"];
const TUNING_SEEDS = [1, 2];
const TUNING_WORKERS = 8;

/** In per cent, the mean over scenarios, with half of its 95 % interval. */
export interface Cost {
  readonly mean: number;
  readonly half: number;
}

export interface TunedLine {
  readonly title: string;
  readonly values: Values;
  /** In the scenarios that the options were chosen in, and in others; with test seeds. */
  readonly training: { readonly defaults: Cost; readonly tuned: Cost };
  readonly others: { readonly defaults: Cost; readonly tuned: Cost };
}

/** Runs policies in a scenario. */
export type Runner = (
  scenario: Scenario,
  policies: readonly string[],
  seeds: readonly number[] | undefined,
  workers: number | undefined,
) => Promise<readonly Row[]>;

export function tunedJobs({ scenarios }: Size): number {
  const here = (names: readonly string[]) => names.filter((name) => scenarios.includes(name)).length;
  return 2 * here(TRAINING) + here(OTHERS);
}

/** Gives every policy the same number of tries, on tuning seeds, and compares what came of it on test seeds. */
export async function tunedLines({ scenarios, trials }: Size, run: Runner): Promise<readonly TunedLine[]> {
  const loaded = (names: readonly string[]) =>
    names.filter((name) => scenarios.includes(name)).map(loadScenario);
  const [training, others] = [loaded(TRAINING), loaded(OTHERS)];
  const candidates = POLICIES.map((id) => {
    const policy = policyOf(id);
    const values = policy.tuning === undefined ? [{}] : combinations(policy.tuning, trials, stream(1));
    return { policy, values, ids: values.map((one) => withOptions(policy, one).id) };
  });
  const tries = new Map<string, number>();
  for (const scenario of training) {
    const ids = candidates.flatMap((candidate) => candidate.ids);
    for (const row of await run(scenario, ids, TUNING_SEEDS, TUNING_WORKERS))
      tries.set(row.policy, (tries.get(row.policy) ?? 0) + costIn(scenario, row).mean);
  }
  const chosen = candidates.map(({ policy, values, ids }) => {
    const costs = ids.map((id) => tries.get(id) ?? Infinity);
    const best = costs.indexOf(Math.min(...costs));
    return { policy, id: ids[best] ?? policy.id, values: values[best] ?? {} };
  });
  const ids = [...new Set(chosen.flatMap(({ policy, id }) => [policy.id, id]))];
  const measured = async (these: readonly Scenario[]): Promise<ReadonlyMap<string, Cost>> => {
    const costs = new Map<string, Cost[]>();
    for (const scenario of these)
      for (const row of await run(scenario, ids, undefined, undefined))
        costs.set(row.policy, [...(costs.get(row.policy) ?? []), costIn(scenario, row)]);
    return new Map([...costs].map(([id, of]) => [id, meanOf(of)]));
  };
  const [inTraining, inOthers] = [await measured(training), await measured(others)];
  const none: Cost = { mean: Number.NaN, half: 0 };
  return chosen.map(({ policy, id, values }) => ({
    title: policy.title,
    values,
    training: { defaults: inTraining.get(policy.id) ?? none, tuned: inTraining.get(id) ?? none },
    others: { defaults: inOthers.get(policy.id) ?? none, tuned: inOthers.get(id) ?? none },
  }));
}

/** Requests that were not answered, and slot time that brought nothing, each in per cent of all there was. */
function costIn({ slots, watchMs }: Scenario, { figures }: Row): Cost {
  const slotsHeld = 100_000 / (slots * watchMs);
  const { okAll, slotS } = figures;
  return {
    mean: 100 - (okAll?.mean ?? 0) + (slotS?.mean ?? 0) * slotsHeld,
    half: Math.hypot(okAll?.half ?? 0, (slotS?.half ?? 0) * slotsHeld),
  };
}

function meanOf(costs: readonly Cost[]): Cost {
  return {
    mean: costs.reduce((sum, { mean }) => sum + mean, 0) / costs.length,
    half: Math.hypot(...costs.map(({ half }) => half)) / costs.length,
  };
}
