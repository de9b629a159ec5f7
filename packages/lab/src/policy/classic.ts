import { type CircuitOptions, consecutive, thresholds } from "recloser";
import { CircuitGuard } from "./circuit-guard.js";
import { countWindow } from "./count-window.js";
import type { GuardNeeds, Policy } from "./guard.js";
import { type Knob, type Tunable, tunable, type Values } from "./tuning.js";

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

const COUNT: Knob = { default: 5, least: 1, most: 1_000, whole: true, tries: [3, 5, 8, 12] };
const ERROR_RATE = { least: 0.01, most: 1, tries: [0.1, 0.2, 0.3, 0.5] };
const WINDOW_MS = { least: 1_000, most: 3_600_000, tries: [10_000, 30_000, 60_000] };
const COOL_DOWN_MS = { least: 0, most: 3_600_000, tries: [5_000, 10_000, 30_000, 60_000] };
const CALLS = { least: 1, most: 100_000, whole: true, tries: [5, 10, 20, 50, 100] };

/** @param optionsOf the circuit's options, from the values of the knobs. */
function classic(
  id: string,
  title: string,
  knobs: Tunable["knobs"],
  optionsOf: (values: (name: string) => number) => CircuitOptions,
): Policy {
  const make = (values: Values, needs: GuardNeeds) => {
    const options = optionsOf((name) => values[name] ?? knobs[name]?.default ?? 0);
    return new CircuitGuard({ ...options, maxConcurrent: needs.bulkhead }, needs);
  };
  return tunable(id, title, { knobs, make });
}

/** A window of time. */
function windowed(id: string, title: string, knobs: Tunable["knobs"]): Policy {
  return classic(id, title, knobs, (value) => ({
    ...fixed(value("coolDownMs")),
    detector: thresholds({
      windowMs: value("windowMs"),
      minCalls: value("minCalls"),
      errorRate: value("errorRate"),
    }),
  }));
}

/**
 * The rules of well-known breakers with their defaults, run by the library's state machine: one probe at a time, and a
 * probation after it. Where the original differs (ten probes at once, say), the original does worse.
 */
export const CLASSIC: readonly Policy[] = [
  classic(
    "consecutive",
    "consecutive(5), 30 s",
    { count: COUNT, coolDownMs: { ...COOL_DOWN_MS, default: 30_000 } },
    (value) => ({ ...fixed(value("coolDownMs")), detector: consecutive(value("count")) }),
  ),
  classic(
    "resilience4j",
    "resilience4j defaults",
    {
      size: { ...CALLS, default: 100 },
      errorRate: { ...ERROR_RATE, default: 0.5 },
      coolDownMs: { ...COOL_DOWN_MS, default: 60_000 },
    },
    (value) => ({
      ...fixed(value("coolDownMs")),
      detector: countWindow({
        size: value("size"),
        minCalls: value("size"),
        errorRate: value("errorRate"),
        slowRate: 1,
        slowAfterMs: 60_000,
      }),
    }),
  ),
  windowed("hystrix", "Hystrix defaults", {
    windowMs: { ...WINDOW_MS, default: 10_000 },
    minCalls: { ...CALLS, default: 20 },
    errorRate: { ...ERROR_RATE, default: 0.5 },
    coolDownMs: { ...COOL_DOWN_MS, default: 5_000 },
  }),
  windowed("polly", "Polly defaults", {
    windowMs: { ...WINDOW_MS, default: 30_000 },
    minCalls: { ...CALLS, default: 100 },
    errorRate: { ...ERROR_RATE, default: 0.1 },
    coolDownMs: { ...COOL_DOWN_MS, default: 5_000 },
  }),
];
