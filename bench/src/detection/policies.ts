import { consecutive, thresholds } from "recloser";
import { Bulkhead, CircuitGuard, type Guard, type GuardNeeds } from "./guard.js";

export interface Policy {
  /** As `--policy` names it. */
  readonly id: string;
  readonly name: string;
  guard(needs: GuardNeeds): Guard;
}

/** Longer than any client waits: what these policies know of a call, they know when it has ended, as most breakers do. */
const COMPLETED_ONLY = { stallDeadlineMs: { streaming: 1e9, unary: 1e9 } };

export const RECLOSER: Policy = {
  id: "recloser",
  name: "Recloser",
  guard: (needs) => new CircuitGuard({ maxConcurrent: needs.bulkhead }, needs),
};

export const CONSECUTIVE: Policy = {
  id: "consecutive",
  name: "consecutive(5)",
  guard: (needs) =>
    new CircuitGuard(
      {
        ...COMPLETED_ONLY,
        maxConcurrent: needs.bulkhead,
        detector: consecutive(5),
        coolDown: { initialMs: 30_000, growth: 1, maxMs: 30_000 },
        probes: { successes: 1 },
      },
      needs,
    ),
};

/**
 * resilience4j's defaults: half of the last 100 calls failed, or all of them took over 60 s; 60 s open. Theirs is a window of
 * 100 calls. Ours is one of time, so it is made to hold those 100, and a fifth more for chance.
 */
export const THRESHOLDS: Policy = {
  id: "thresholds",
  name: "thresholds (resilience4j)",
  guard: (needs) =>
    new CircuitGuard(
      {
        ...COMPLETED_ONLY,
        maxConcurrent: needs.bulkhead,
        detector: thresholds({
          windowMs: 120_000 / needs.perSecond,
          minCalls: 100,
          errorRate: 0.5,
          slowRate: 1,
          slowAfterMs: 60_000,
        }),
        coolDown: { initialMs: 60_000, growth: 1, maxMs: 60_000 },
        probes: { successes: 1 },
      },
      needs,
    ),
};

export const BULKHEAD: Policy = {
  id: "bulkhead",
  name: "bulkhead only",
  guard: ({ bulkhead }) => new Bulkhead(bulkhead),
};

/** No limit of its own on calls in flight: what it leaves to other work is what its suspicion leaves. */
const RECLOSER_SHARED: Policy = {
  id: "recloser-shared",
  name: "Recloser, no bulkhead",
  guard: (needs) => new CircuitGuard({}, needs),
};

export const NONE: Policy = {
  id: "none",
  name: "none",
  guard: () => new Bulkhead(Number.POSITIVE_INFINITY),
};

/** With a breaker: the ones that can be wrong about a healthy provider. */
export const BREAKERS: readonly Policy[] = [RECLOSER, CONSECUTIVE, THRESHOLDS];
/** Each with the same bulkhead. */
export const BULKHEADED: readonly Policy[] = [...BREAKERS, BULKHEAD];
/** On a pool without one. */
export const SHARED: readonly Policy[] = [RECLOSER_SHARED, NONE];
export const ALL: readonly Policy[] = [...BULKHEADED, ...SHARED];
