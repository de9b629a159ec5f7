import { ownScenarios } from "../scenario/load.js";

/** A figure that counts in a group of scenarios. */
export interface Group {
  readonly title: string;
  readonly scenarios: readonly string[];
  readonly figures: readonly string[];
}

export const GROUPS: readonly Group[] = [
  {
    title: "Dead",
    scenarios: ["dead", "dead-unary", "dead-retries", "dead-cold", "dead-slow-traffic"],
    figures: ["open", "openP95", "timesBound", "wasted", "slotS", "recover", "refusedHealed", "other"],
  },
  {
    title: "Hanging",
    scenarios: ["hang-60", "hang-600", "hang-600-unary", "hang-40"],
    figures: ["act", "open", "ok", "wasted", "slotS", "recover", "refusedHealed", "other"],
  },
  {
    title: "Failing in part, or at times",
    scenarios: [
      "errors-10",
      "errors-30",
      "errors-30-unary",
      "errors-60",
      "flapping-20",
      "flapping-60",
      "one-of-three",
    ],
    figures: ["ok", "wasted", "recover", "blamed", "other"],
  },
  {
    title: "Broken streams",
    scenarios: ["cuts", "stalls"],
    figures: ["ok", "wasted", "slotS", "recover", "other"],
  },
  {
    title: "Slow",
    scenarios: ["slow-2", "slow-5", "slow-10", "slow-first-token-5", "slow-tokens-5"],
    figures: ["ok", "slotS", "refusedHealed", "other"],
  },
  { title: "Rate-limited", scenarios: ["quota", "quota-hint"], figures: ["ok", "throttled", "other"] },
  {
    title: "Brown-out",
    scenarios: ["brown-out", "brown-out-retries", "brown-out-noticed", "brown-out-unbounded"],
    figures: ["during", "ok", "wasted", "slotS", "regain", "endGoodput", "other"],
  },
  {
    title: "Well",
    scenarios: [
      "healthy",
      "heavy-tail",
      "bursty-4",
      "failing-5",
      "failing-10",
      "throttled-2",
      "drift",
      "blips",
    ],
    figures: ["falseOpens", "limits", "refusedWell", "okAll"],
  },
];

/** How much is simulated. */
export interface Size {
  readonly name: string;
  readonly seeds: number;
  /** Workers of scenarios in which workers share nothing. */
  readonly workers: number;
  readonly policies: string;
  readonly scenarios: readonly string[];
  readonly fleets: readonly number[];
  /** Combinations of options that each policy may try. */
  readonly trials: number;
}

const FIRST_TEST_SEED = 101;

export const SIZES: Readonly<Record<"quick" | "reduced" | "full", Size>> = {
  quick: {
    name: "quick",
    seeds: 2,
    workers: 4,
    policies: "none,consecutive,recloser,oracle",
    scenarios: ["dead", "errors-30"],
    fleets: [1, 4],
    trials: 2,
  },
  reduced: {
    name: "reduced",
    seeds: 3,
    workers: 20,
    policies: "none,bulkhead,classic,adaptive,recloser,oracle",
    scenarios: ownScenarios(),
    fleets: [1, 10, 100, 1_000, 10_000],
    trials: 24,
  },
  full: {
    name: "full",
    seeds: 5,
    workers: 20,
    policies: "none,bulkhead,classic,adaptive,opossum,cockatiel,effect,recloser,oracle",
    scenarios: ownScenarios(),
    fleets: [1, 10, 100, 1_000, 10_000],
    trials: 24,
  },
};

export function seedsOf(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => FIRST_TEST_SEED + index);
}
