import { anyOf, type CircuitOptions, errors, slowness, throttling } from "recloser";
import { CircuitGuard } from "./circuit-guard.js";
import { COMPLETED_ONLY } from "./classic.js";
import type { Policy } from "./guard.js";
import { type Tunable, tunable } from "./tuning.js";

function own(id: string, title: string, options: CircuitOptions): Policy {
  return {
    id,
    title,
    time: "virtual",
    make: (needs) => new CircuitGuard({ maxConcurrent: needs.bulkhead, ...options }, needs),
  };
}

/** Its options, by the names and with the defaults that users know. */
const KNOBS: Tunable["knobs"] = {
  errorThreshold: { default: 0.3, least: 0, most: 1, tries: [0.1, 0.2, 0.3, 0.5] },
  falseOpensPerDay: { default: 1, least: 0.001, most: 1e6, tries: [0.1, 1, 10] },
  "coolDown.initialMs": { default: 5_000, least: 0, most: 3_600_000, tries: [1_000, 2_500, 5_000, 10_000] },
  "coolDown.growth": { default: 1.5, least: 1, most: 10, tries: [1, 1.25, 1.5, 2] },
  "coolDown.maxMs": { default: 30_000, least: 0, most: 3_600_000, tries: [10_000, 30_000, 60_000] },
  "probes.successes": { default: 1, least: 1, most: 100, whole: true, tries: [1, 2, 3] },
};

/** With the bulkhead that every other policy has, too. */
export const RECLOSER = tunable("recloser", "Recloser", {
  knobs: KNOBS,
  make(values, needs) {
    const value = (name: string) => values[name] ?? KNOBS[name]?.default ?? 0;
    const initialMs = value("coolDown.initialMs");
    const options: CircuitOptions = {
      maxConcurrent: needs.bulkhead,
      errorThreshold: value("errorThreshold"),
      falseOpensPerDay: value("falseOpensPerDay"),
      coolDown: {
        initialMs,
        growth: value("coolDown.growth"),
        maxMs: Math.max(initialMs, value("coolDown.maxMs")),
      },
      probes: { successes: value("probes.successes") },
    };
    return new CircuitGuard(options, needs);
  },
});

/** Recloser with one part switched off. */
export const PARTS: readonly Policy[] = [
  own("recloser-no-bulkhead", "Recloser, no bulkhead", { maxConcurrent: Infinity }),
  own("recloser-no-slowness", "Recloser, no slowness meter", { detector: anyOf(errors(), throttling()) }),
  own("recloser-no-throttling", "Recloser, no throttling meter", { detector: anyOf(errors(), slowness()) }),
  own("recloser-no-errors", "Recloser, no errors meter", { detector: anyOf(throttling(), slowness()) }),
  own("recloser-no-stall", "Recloser, no stall deadline", COMPLETED_ONLY),
  own("recloser-fixed-stall", "Recloser, stall deadline not learned", {
    stallDeadlineMs: { streaming: 60_000, unary: 180_000 },
  }),
  own("recloser-no-growth", "Recloser, cool-down does not grow", { coolDown: { growth: 1 } }),
  own("recloser-no-jitter", "Recloser, no jitter", { random: () => 0.5 }),
  own("recloser-no-hint", "Recloser, no Retry-After", { coolDown: { retryAfterMaxMs: 0 } }),
];
