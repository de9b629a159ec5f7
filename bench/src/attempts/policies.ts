import { consecutive, type Detector, errors, thresholds } from "recloser";
import { LIBRARY_TUNING, type Tuning, tunableErrors } from "./tunable-errors.js";
import type { Policy } from "./world.js";

/** Counts nothing and never opens: what the provider sees when there is no breaker. */
const never: Detector = {
  succeeded() {},
  failed() {},
  trip: () => undefined,
  meters: () => [],
  reset() {},
};

export const RECLOSER: Policy = { name: "Recloser", options: {} };
/** The errors meter alone: what the tunable detector is a second telling of. */
export const ERRORS: Policy = { name: "errors()", options: { detector: errors() } };
export const NONE: Policy = { name: "none", options: { detector: () => never } };
const CONSECUTIVE: Policy = { name: "consecutive(5)", options: { detector: consecutive(5) } };

/** Cool-down, probes and probation are Recloser's for all of them, so only the rule that opens or limits differs. */
export const POLICIES: readonly Policy[] = [
  RECLOSER,
  CONSECUTIVE,
  { name: "half of ≥ 10 in 30 s", options: { detector: thresholds() } },
  {
    // resilience4j's defaults with a time-based window.
    name: "half of ≥ 100 in 100 s",
    options: { detector: thresholds({ windowMs: 100_000, minCalls: 100, errorRate: 0.5 }) },
  },
  NONE,
];

const IN_FLIGHT = { stallDeadlineMs: { streaming: 15_000, unary: 15_000 } };
/** Longer than the client's own limit: nothing is known of a call until it has ended, as in most breakers. */
const COMPLETED_ONLY = { stallDeadlineMs: { streaming: 1e9, unary: 1e9 } };

export const HANG_POLICIES: readonly Policy[] = [
  { name: "Recloser, stall deadline 15 s", options: IN_FLIGHT },
  { name: "Recloser, learned deadlines", options: {} },
  { name: "consecutive(5), stall deadline 15 s", options: { ...CONSECUTIVE.options, ...IN_FLIGHT } },
  { name: "consecutive(5), completed calls only", options: { ...CONSECUTIVE.options, ...COMPLETED_ONLY } },
];

/** The rate is one call a second, and becomes what it is. */
const STARTS_AT_1 = { calls: 20, seconds: 20 };

function rule(
  name: string,
  intolerableFull: Tuning["intolerableFull"],
  rateStart = LIBRARY_TUNING.rateStart,
): Policy {
  return { name, options: { detector: tunableErrors({ intolerableFull, rateStart }) } };
}

function steep(floor: number, steepness: number): Tuning["intolerableFull"] {
  return (perSecond) =>
    Math.max(floor, Math.log(900) + (perSecond < 1 ? steepness : 1) * Math.log(perSecond));
}

/** The library's rule, made of the tunable detector. */
export const CHOSEN: Policy = rule(
  "max(3.5, ln 900 + 1.75·ln λ), the library's",
  LIBRARY_TUNING.intolerableFull,
);

/** What the second threshold of the errors meter could be. Each is full at this many nats, at λ calls a second. */
export const RULES: readonly Policy[] = [
  CHOSEN,
  rule("the same, rate starts at 1/s", LIBRARY_TUNING.intolerableFull, STARTS_AT_1),
  rule("max(3.4, ln 900 + 1.75·ln λ)", steep(3.4, 1.75)),
  rule("max(4.5, ln 900 + 1.75·ln λ)", steep(4.5, 1.75)),
  rule("max(3.5, ln 900 + 2.5·ln λ)", steep(3.5, 2.5)),
  rule("max(3.5, ln(900·λ))", steep(3.5, 1)),
  rule("max(2.2, ln(900·λ)), rate starts at 1/s", steep(2.2, 1), STARTS_AT_1),
  rule("max(2.2, ln(300·λ))", (perSecond) => Math.max(2.2, Math.log(300 * perSecond))),
  rule("max(2.2, ln(100·λ))", (perSecond) => Math.max(2.2, Math.log(100 * perSecond))),
];
