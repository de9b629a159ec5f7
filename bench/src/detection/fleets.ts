import { type Entry, warmCalls } from "./entry.js";
import { ALL, BULKHEADED } from "./policies.js";
import { meanHoldS, USUAL } from "./traffic.js";

const QUOTA_WORKERS = 20;
const QUOTA_SHARE = 0.5;

function quota(id: string, title: string, retryAfterMs: number | undefined): Entry {
  return {
    id,
    title,
    table: "quota",
    rates: [1],
    policies: BULKHEADED,
    quick: false,
    at: (perSecond) => {
      const quotaPerSecond = QUOTA_SHARE * QUOTA_WORKERS * perSecond;
      return {
        name: id,
        workers: QUOTA_WORKERS,
        perSecond,
        traffic: USUAL,
        fault: { kind: "none" },
        // A second's worth may come at once.
        backend: { kind: "quota", perSecond: quotaPerSecond, burst: quotaPerSecond, retryAfterMs },
        sdkRetries: 0,
        warmCalls: warmCalls(perSecond),
        watchS: 300,
        otherWork: false,
      };
    },
    // A fleet is large, and its workers are alike.
    repeats: () => 0.25,
  };
}

const BROWN_OUT_WORKERS = 200;
const LOAD = 0.8;

function brownOut(id: string, dropS: number, sdkRetries: number): Entry {
  return {
    id,
    title: `for ${dropS} s, ${sdkRetries} SDK retries`,
    table: "brown-out",
    rates: [0.25],
    policies: ALL,
    quick: false,
    at: (perSecond) => ({
      name: id,
      workers: BROWN_OUT_WORKERS,
      perSecond,
      traffic: USUAL,
      fault: { kind: "none" },
      backend: {
        kind: "queue",
        servers: Math.round((BROWN_OUT_WORKERS * perSecond * meanHoldS(USUAL)) / LOAD),
        dropTo: 0.4,
        dropS,
      },
      sdkRetries,
      warmCalls: 200,
      watchS: dropS + 300,
      otherWork: false,
    }),
    repeats: () => 0.15,
  };
}

/** Workers that meet at a provider with less to give than they want. */
export const FLEETS: readonly Entry[] = [
  quota("quota-hint", "with Retry-After 10 s", 10_000),
  quota("quota", "without Retry-After", undefined),
  brownOut("brown-out", 120, 0),
  brownOut("brown-out-retries", 180, 2),
];
