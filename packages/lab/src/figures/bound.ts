import { faultSpan, stretchesOf } from "../scenario/phases.js";
import type { Scenario } from "../scenario/scenario.js";

/** The share of calls that fails at a healthy provider, as the bound assumes it. */
const HEALTHY = 0.02;

/**
 * The least time, on average, in which any rule that opens a healthy circuit at most once a day can see that calls fail with
 * probability `failing`: `ln(λ · 86,400) / D` calls (Lorden 1971), D being the Kullback–Leibler divergence from 2 %.
 *
 * @returns seconds.
 */
export function boundS(perSecond: number, failing: number): number {
  return Math.log(perSecond * 86_400) / divergence(failing, HEALTHY) / perSecond;
}

function divergence(p: number, from: number): number {
  const failed = p === 0 ? 0 : p * Math.log(p / from);
  const succeeded = p === 1 ? 0 : (1 - p) * Math.log((1 - p) / (1 - from));
  return failed + succeeded;
}

/** The bound for a scenario whose first fault is that calls fail at once; NaN for all others. */
export function boundOf(scenario: Scenario): number {
  const { fromMs } = faultSpan(scenario);
  const bounds = scenario.models.map(({ name, share }) => {
    const stretch = stretchesOf(scenario, name).find(({ condition }) => condition.faulty);
    const errors = stretch?.fromMs === fromMs ? stretch.condition.errors : 0;
    return errors > HEALTHY ? boundS(scenario.calls.perSecond * share, errors) : Number.NaN;
  });
  return bounds.find((bound) => !Number.isNaN(bound)) ?? Number.NaN;
}
