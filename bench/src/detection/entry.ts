import type { Policy } from "./policies.js";
import type { Scenario } from "./scenario.js";

export const RATES = [0.1, 1, 5] as const;
/** Which table an entry's figures go to. */
type Table = "fault" | "shared" | "healthy" | "drift" | "quota" | "brown-out";

/** One scenario at all its rates. */
export interface Entry {
  /** As `--only` names it. */
  readonly id: string;
  readonly title: string;
  readonly table: Table;
  readonly rates: readonly number[];
  readonly policies: readonly Policy[];
  /** Part of `--quick`. */
  readonly quick: boolean;
  at(perSecond: number): Scenario;
  /** Worlds for each seed: more where a world is small. */
  repeats(perSecond: number): number;
}

/** Healthy calls before the onset: what the library learns is learned by then, at high rates also over some minutes. */
const WARM_CALLS = 500;
const WARM_S = 240;

export function warmCalls(perSecond: number): number {
  return Math.max(WARM_CALLS, WARM_S * perSecond);
}

export const ALONE = { workers: 1, backend: { kind: "separate" }, sdkRetries: 0 } as const;
