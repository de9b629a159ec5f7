import { ALONE, type Entry, RATES, warmCalls } from "./entry.js";
import type { Fault } from "./fault.js";
import { BREAKERS, RECLOSER } from "./policies.js";
import { HEAVY_TAILED, type Traffic, USUAL } from "./traffic.js";

/** Healthy hours of all seeds together, by rate: about as many calls at each, so that the slow ones are not judged on a handful. */
const HEALTHY_HOURS = new Map<number, number>([
  [0.1, 480],
  [1, 120],
  [5, 24],
]);
/** As many seeds as these hours are meant for. */
const SEEDS = 20;

function healthy(
  id: string,
  title: string,
  traffic: Traffic,
  {
    fault = { kind: "none" },
    quick = false,
    factor = 1,
  }: { fault?: Fault; quick?: boolean; factor?: number } = {},
): Entry {
  return {
    id,
    title,
    table: "healthy",
    rates: RATES,
    policies: BREAKERS,
    quick,
    at: (perSecond) => ({
      ...ALONE,
      name: id,
      perSecond,
      traffic,
      fault,
      warmCalls: warmCalls(perSecond),
      watchS: ((HEALTHY_HOURS.get(perSecond) ?? SEEDS) * 3600 * factor) / SEEDS,
      otherWork: false,
    }),
    repeats: () => 1,
  };
}

export const HEALTHY: readonly Entry[] = [
  healthy("healthy", "usual traffic", USUAL),
  healthy("heavy-tail", "heavy-tailed", HEAVY_TAILED, { quick: true, factor: 4 }),
  healthy("bursty", "bursts, CV 4", { ...USUAL, gapCv: 4 }, { quick: true }),
  healthy("blips", "dead 5 s each 10 min", USUAL, { fault: { kind: "blips", periodS: 600, lastS: 5 } }),
  healthy("failing-5", "5 % always fail", { ...USUAL, failing: 0.05 }),
  healthy("failing-10", "10 % always fail", { ...USUAL, failing: 0.1 }, { quick: true }),
  healthy("throttled-2", "2 % are 429s", { ...USUAL, throttled: 0.02 }),
];

export const DRIFT: Entry = {
  id: "drift",
  title: "first token × 2 for good",
  table: "drift",
  rates: RATES,
  policies: [RECLOSER],
  quick: false,
  at: (perSecond) => ({
    ...ALONE,
    name: "drift",
    perSecond,
    traffic: USUAL,
    fault: { kind: "slow", firstToken: 2, token: 1 },
    warmCalls: warmCalls(perSecond),
    watchS: perSecond > 1 ? 3600 : 7200,
    otherWork: false,
  }),
  repeats: () => 1,
};
