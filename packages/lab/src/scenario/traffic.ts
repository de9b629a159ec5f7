import type { Model } from "./scenario.js";

/** How long a call to a healthy model takes, on average, in milliseconds. */
export function meanHoldMs({ firstToken, tokens, tokenMs }: Model): number {
  const { share, from, to } = firstToken.stalls;
  const stall = 1 + share * ((from + to) / 2 - 1);
  return (
    lognormalMean(firstToken.medianMs, firstToken.sigma) * stall +
    lognormalMean(tokens.median, tokens.sigma) * tokenMs
  );
}

function lognormalMean(median: number, sigma: number): number {
  return median * Math.exp(sigma ** 2 / 2);
}

const FEWEST_CONCURRENT = 12;

/** A worker is built for its traffic: room for twice the calls that are in flight on average, and at least 12. */
export function usualBulkhead(perSecond: number, model: Model): number {
  return Math.max(FEWEST_CONCURRENT, Math.ceil((2 * perSecond * model.share * meanHoldMs(model)) / 1000));
}

/** The bulkheads leave a quarter of the slots to other work. */
export function usualSlots(bulkheads: readonly number[]): number {
  return Math.ceil((bulkheads.reduce((sum, most) => sum + most, 0) * 4) / 3);
}

const WARM_CALLS = 500;
const WARM_MS = 240_000;

/** Healthy calls before the onset: what a policy learns is learned by then, at high rates also over some minutes. */
export function usualWarmUpMs(perSecond: number): number {
  return Math.max(WARM_MS, (1000 * WARM_CALLS) / perSecond);
}
