import { type CircuitOptions, consecutive, thresholds } from "recloser";
import { CircuitGuard } from "./circuit-guard.js";
import { countWindow } from "./count-window.js";
import type { Policy } from "./guard.js";

/** Longer than any client waits: what these policies know of a call, they know when it has ended, as most breakers do. */
export const COMPLETED_ONLY = { stallDeadlineMs: { streaming: 1e9, unary: 1e9 } } as const;

/** A fixed cool-down that no Retry-After and no chance changes, and one probe. */
function fixed(coolDownMs: number): CircuitOptions {
  return {
    ...COMPLETED_ONLY,
    coolDown: { initialMs: coolDownMs, growth: 1, maxMs: coolDownMs, retryAfterMaxMs: 0 },
    probes: { successes: 1 },
    random: () => 0.5,
  };
}

function classic(id: string, title: string, options: CircuitOptions): Policy {
  return {
    id,
    title,
    time: "virtual",
    make: (needs) => new CircuitGuard({ ...options, maxConcurrent: needs.bulkhead }, needs),
  };
}

/**
 * The rules of well-known breakers with their defaults, run by the library's state machine: one probe at a time, and a
 * probation after it. Where the original differs (ten probes at once, say), the original does worse.
 */
export const CLASSIC: readonly Policy[] = [
  classic("consecutive", "consecutive(5), 30 s", { ...fixed(30_000), detector: consecutive(5) }),
  classic("resilience4j", "resilience4j defaults", {
    ...fixed(60_000),
    detector: countWindow({ size: 100, minCalls: 100, errorRate: 0.5, slowRate: 1, slowAfterMs: 60_000 }),
  }),
  classic("hystrix", "Hystrix defaults", {
    ...fixed(5_000),
    detector: thresholds({ windowMs: 10_000, minCalls: 20, errorRate: 0.5 }),
  }),
  classic("polly", "Polly defaults", {
    ...fixed(5_000),
    detector: thresholds({ windowMs: 30_000, minCalls: 100, errorRate: 0.1 }),
  }),
];
