import { anyOf, type CircuitOptions, errors, slowness, throttling } from "recloser";
import { CircuitGuard } from "./circuit-guard.js";
import { COMPLETED_ONLY } from "./classic.js";
import type { Policy } from "./guard.js";

function own(id: string, title: string, options: CircuitOptions): Policy {
  return {
    id,
    title,
    time: "virtual",
    make: (needs) => new CircuitGuard({ maxConcurrent: needs.bulkhead, ...options }, needs),
  };
}

/** With the bulkhead that every other policy has, too. */
export const RECLOSER = own("recloser", "Recloser", {});

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
