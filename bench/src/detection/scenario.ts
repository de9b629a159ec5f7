import type { Fault } from "./fault.js";
import { meanHoldS, type Traffic } from "./traffic.js";

/** How calls of different workers meet at the provider. */
export type Backend =
  /** They do not: each fares on its own. */
  | { readonly kind: "separate" }
  /** From the onset on they share a quota: a token bucket. Beyond it, a 429 at once. */
  | {
      readonly kind: "quota";
      readonly perSecond: number;
      readonly burst: number;
      readonly retryAfterMs: number | undefined;
    }
  /** They queue for servers, and during the drop there are fewer. What its client has given up is served all the same. */
  | { readonly kind: "queue"; readonly servers: number; readonly dropTo: number; readonly dropS: number };

export interface Scenario {
  readonly name: string;
  readonly workers: number;
  /** Calls a second of each worker. */
  readonly perSecond: number;
  readonly traffic: Traffic;
  readonly fault: Fault;
  readonly backend: Backend;
  /** Retries that the SDK makes of a call that failed; it makes none of one that was refused. */
  readonly sdkRetries: number;
  /** Healthy calls of each worker before the onset. */
  readonly warmCalls: number;
  /** How long it is watched from the onset on. */
  readonly watchS: number;
  /** Whether other work shares the worker's slots: 2 jobs a second of 50 ms. */
  readonly otherWork: boolean;
}

const FEWEST_CONCURRENT = 12;

/** A worker is built for its traffic: room for twice the calls that are in flight on average, and at least 12. */
export function bulkheadOf({ perSecond, traffic }: Scenario): number {
  return Math.max(FEWEST_CONCURRENT, Math.ceil(2 * perSecond * meanHoldS(traffic)));
}

/** The bulkhead leaves a quarter of the slots to other work. */
export function slotsOf(scenario: Scenario): number {
  return Math.ceil((bulkheadOf(scenario) * 4) / 3);
}
