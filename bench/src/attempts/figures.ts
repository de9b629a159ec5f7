import { quantile, rounded, sum } from "../stats.js";
import { NONE } from "./policies.js";
import { deadSlow, errorsFor300s, healthyDays } from "./scenarios.js";
import { type Policy, type Result, type Scenario, simulate } from "./world.js";

/** Attempts of fifteen that a dead provider may get when the traffic is slow. */
export const PATIENCE = 8;
/** The same number of calls at each rate, so that the slow ones are not judged on a handful. */
const HEALTHY_CALLS = 345_600;

/** The runs of one policy in one scenario, one for each seed. */
export type Runs = (scenario: Scenario, policy: Policy) => readonly Result[];

/** Several figures read the same scenario; it is simulated once. */
export function rememberedRuns(seeds: number): Runs {
  const known = new Map<string, readonly Result[]>();
  return (scenario, policy) => {
    const key = JSON.stringify([scenario, policy.name]);
    let results = known.get(key);
    if (results === undefined) {
      const count = Math.max(5, Math.ceil(seeds / Math.max(1, scenario.perSecond)));
      results = Array.from({ length: count }, (_, i) => simulate(scenario, policy, i + 1));
      known.set(key, results);
    }
    return results;
  };
}

export function openedS(results: readonly Result[], q: number): number {
  return rounded(
    quantile(
      results.map(({ openedAfterS }) => openedAfterS),
      q,
    ),
  );
}

export function answeredPercent(
  runs: Runs,
  policy: Policy,
  share: number,
  rate: number,
  streaming: boolean,
): number {
  return rounded(100 * ratio(runs(errorsFor300s(share, rate, streaming), policy), "answered"));
}

/** Answers as a share of those that callers would have had without a breaker, in the same runs. */
export function ofNonePercent(
  runs: Runs,
  policy: Policy,
  share: number,
  rate: number,
  streaming: boolean,
): number {
  const scenario = errorsFor300s(share, rate, streaming);
  return rounded((100 * ratio(runs(scenario, policy), "answered")) / ratio(runs(scenario, NONE), "answered"));
}

export function ratio(results: readonly Result[], of: "attempts" | "answered"): number {
  return sum(results.map((result) => result[of])) / sum(results.map(({ requests }) => requests));
}

export function opensADay(policy: Policy, failing: number, perSecond: number): number {
  const days = HEALTHY_CALLS / perSecond / 86_400;
  const { openings } = simulate(healthyDays(days, failing, perSecond), policy, 1);
  return rounded(openings / days, 2);
}

export function openedShare(results: readonly Result[]): number {
  return results.filter(({ openings }) => openings > 0).length / results.length;
}

/** Of all four ways to start (cold or warm, with the SDK's retries or without), the worst share of runs over eight. */
export function over8Percent(runs: Runs, policy: Policy): number {
  const shares = [false, true].flatMap((warm) =>
    [0, 2].map((sdkRetries) => {
      const results = runs(deadSlow(warm, sdkRetries), policy);
      return (100 * results.filter(({ attempts }) => attempts > PATIENCE).length) / results.length;
    }),
  );
  return rounded(Math.max(...shares));
}

/** The least time in which any rule can see a dead provider, at one false opening a day and 2 % healthy failures. */
export function boundS(perSecond: number): number {
  return Math.log(perSecond * 86_400) / Math.log(1 / 0.02) / perSecond;
}
