import { FIGURES } from "../figures/figures.js";
import type { Tally } from "../figures/tally.js";
import { choosePolicies, policyOf } from "../policy/catalogue.js";
import type { Policy } from "../policy/guard.js";
import { simulate } from "../run/simulate.js";
import type { Scenario } from "../scenario/scenario.js";

export interface Simulated {
  readonly tally: Tally;
  readonly figures: ReadonlyMap<string, number>;
}

/** One replication, in this thread. */
export async function simulated(scenario: Scenario, policy: string | Policy, seed = 1): Promise<Simulated> {
  const chosen = typeof policy === "string" ? policyOf(policy) : policy;
  const { tally } = await simulate(scenario, chosen, seed, { from: 0, workers: scenario.workers });
  return { tally, figures: new Map(FIGURES.map((figure) => [figure.id, figure.of({ scenario, tally })])) };
}

export function figureOf({ figures }: Simulated, id: string): number {
  return figures.get(id) ?? Number.NaN;
}

export const VIRTUAL = choosePolicies("all").filter(({ time }) => time === "virtual");
