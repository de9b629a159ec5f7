import type { CallContext } from "./call.js";
import { type Clock, systemClock } from "./clock.js";
import type { DetectorFactory } from "./detect/detector.js";
import { meters } from "./detect/meters.js";
import type { StallDeadlines } from "./evidence/in-flight.js";
import type { Verdict } from "./outcome/verdict.js";
import { COOL_DOWN_DEFAULTS, type CoolDownOptions } from "./recover/cool-down.js";
import { atLeast, callable, checkKeys, oneOf, shown, within } from "./require.js";

/** Whether a circuit acts on what it decides. */
export type Mode = "enforce" | "observe";

/** Everything is optional; the defaults are meant to be kept. */
export interface CircuitOptions {
  /**
   * The share of failing calls that is still worth using, 0–1. Default 0.3, and 0.1 while nearly all failing calls have a
   * `fallback`, because opening is cheap then. Raise it where half an answer is better than none; at 1 the `errors` meter
   * never opens.
   */
  readonly errorThreshold?: number;
  /**
   * How often a healthy circuit may open by mistake, per day; the meters' thresholds follow from it and from the learned
   * rate of calls. At least 0.001. Default 1. Raise it to detect a little sooner.
   */
  readonly falseOpensPerDay?: number;
  /**
   * The policy that decides when to open and when to limit: `meters()` (default: `errors()`, `throttling()` and
   * `slowness()`), `thresholds(…)`, `consecutive(n)`, `anyOf(…)`, or your own. Change it to compare, or to keep a rule that
   * your team knows.
   */
  readonly detector?: DetectorFactory;
  /**
   * A call without a sign of life for this long counts as a failure there and then, in milliseconds, at least 1. For
   * streaming calls that is the first token, for unary calls the whole answer. Default: learned, max(15 s, 3 × the healthy
   * p99); until a hundred calls were seen 60,000 and 180,000, because a reasoning model may think for minutes. Give a number
   * where you know what your models never need; it is used as it is.
   */
  readonly stallDeadlineMs?: Partial<StallDeadlines>;
  /** How long an opening lasts. */
  readonly coolDown?: CoolDownOptions;
  readonly probes?: {
    /** Probes that must succeed, one after the other, before the circuit closes on probation. A whole number of at least 1. Default 1. Raise it where calls are cheap and a relapse is not. */
    readonly successes?: number;
    /** A probe without a verdict after this long has failed, in milliseconds, above 0. Default: the stall deadline. */
    readonly leaseMs?: number;
  };
  /** Calls in flight at once; the next one is rejected as `saturated`. A whole number of at least 1. Default Infinity. */
  readonly maxConcurrent?: number;
  /**
   * Sends a request again when it failed at once in a way that may pass, before its first token. Default: off, because
   * most SDKs retry; set theirs to 0 first. `{}` means the defaults.
   */
  readonly retries?: {
    /** The most requests for one call, the first included. A whole number of at least 1. Default 2. */
    readonly attempts?: number;
    /**
     * Retries for each recent success, 0–1. Default 0.1. A few more are always there, three at first and one each five
     * minutes, so that a circuit with few calls can retry at all. Lower it where load is what makes your provider fail.
     */
    readonly budget?: number;
  };
  /**
   * Asks the dependency itself whether it is healthy again, instead of letting real calls try: it should make one cheap
   * request, and throw or reject when that fails. Run when a call arrives after the cool-down; that call, and those until
   * the verdict, are rejected as `probing`. It is under the limits of a call and under `probes.leaseMs`. Default: the next
   * call is the probe. Give one where calls are dear and a cheap request tells as much.
   */
  readonly probe?: (context: CallContext) => PromiseLike<unknown> | unknown;
  /** `observe` decides and reports, but rejects nothing. Default `enforce`. */
  readonly mode?: Mode;
  /** The longest a call may take in all, in milliseconds, above 0. Default: no limit of ours. */
  readonly timeoutMs?: number;
  /** The longest a streaming call may take to its first token, in milliseconds, above 0. Default: no limit of ours. */
  readonly firstTokenTimeoutMs?: number;
  /** The longest silence between two tokens, in milliseconds, above 0. Default: no limit of ours. */
  readonly stallTimeoutMs?: number;
  /** Judges what was thrown; `undefined` leaves it to the standard table. One that throws is ignored. Default: none. */
  readonly classify?: (subject: unknown) => Verdict | undefined;
  /** Where time comes from. Default: the process's monotonic clock. */
  readonly clock?: Clock;
  /** Uniform in [0, 1), for jitter. Default `Math.random`. */
  readonly random?: () => number;
}

/** Options with every default filled in. */
export interface CircuitPolicy {
  readonly errorThreshold: number;
  readonly errorThresholdWithFallback: number;
  readonly falseOpensPerDay: number;
  readonly detector: DetectorFactory;
  /** `undefined` where it is learned. */
  readonly stallDeadlineMs: { readonly streaming: number | undefined; readonly unary: number | undefined };
  readonly coolDown: Required<CoolDownOptions>;
  readonly probes: { readonly successes: number; readonly leaseMs: number };
  readonly maxConcurrent: number;
  readonly retries: { readonly attempts: number; readonly budget: number } | undefined;
  readonly probe: ((context: CallContext) => PromiseLike<unknown> | unknown) | undefined;
  readonly mode: Mode;
  readonly timeoutMs: number;
  readonly firstTokenTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly classify: ((subject: unknown) => Verdict | undefined) | undefined;
  readonly clock: Required<Clock>;
  readonly random: () => number;
}

const KEYS: readonly (keyof CircuitOptions)[] = [
  "errorThreshold",
  "falseOpensPerDay",
  "detector",
  "stallDeadlineMs",
  "coolDown",
  "probes",
  "maxConcurrent",
  "retries",
  "probe",
  "mode",
  "timeoutMs",
  "firstTokenTimeoutMs",
  "stallTimeoutMs",
  "classify",
  "clock",
  "random",
];

/** The shortest wait above 0 that a deadline may have. */
const ONE_MS = 1;

/**
 * Checks the options and fills in the defaults.
 *
 * @throws RangeError or TypeError that names the option, its value and its range.
 */
export function policyOf(options: CircuitOptions = {}): CircuitPolicy {
  checkKeys("options", options, KEYS);
  const { stallDeadlineMs = {}, coolDown = {}, probes = {} } = options;
  checkKeys("stallDeadlineMs", stallDeadlineMs, ["streaming", "unary"]);
  checkKeys("coolDown", coolDown, Object.keys(COOL_DOWN_DEFAULTS));
  checkKeys("probes", probes, ["successes", "leaseMs"]);
  const { retries } = options;
  if (retries !== undefined) checkKeys("retries", retries, ["attempts", "budget"]);
  const clock = options.clock ?? systemClock;
  if (typeof clock?.now !== "function")
    throw new TypeError("clock has no now(); give { now(): number } in milliseconds.");

  if (options.random !== undefined) callable("random", options.random);

  const policy: CircuitPolicy = {
    errorThreshold: options.errorThreshold ?? 0.3,
    errorThresholdWithFallback: options.errorThreshold ?? 0.1,
    falseOpensPerDay: options.falseOpensPerDay ?? 1,
    detector: options.detector ?? meters(),
    stallDeadlineMs: { streaming: stallDeadlineMs.streaming, unary: stallDeadlineMs.unary },
    coolDown: {
      initialMs: coolDown.initialMs ?? COOL_DOWN_DEFAULTS.initialMs,
      growth: coolDown.growth ?? COOL_DOWN_DEFAULTS.growth,
      maxMs: coolDown.maxMs ?? Math.max(COOL_DOWN_DEFAULTS.maxMs, Number(coolDown.initialMs ?? 0)),
      retryAfterMaxMs: coolDown.retryAfterMaxMs ?? COOL_DOWN_DEFAULTS.retryAfterMaxMs,
    },
    probes: { successes: probes.successes ?? 1, leaseMs: probes.leaseMs ?? Infinity },
    maxConcurrent: options.maxConcurrent ?? Infinity,
    retries: retries && { attempts: retries.attempts ?? 2, budget: retries.budget ?? 0.1 },
    probe: options.probe,
    mode: options.mode ?? "enforce",
    timeoutMs: options.timeoutMs ?? Infinity,
    firstTokenTimeoutMs: options.firstTokenTimeoutMs ?? Infinity,
    stallTimeoutMs: options.stallTimeoutMs ?? Infinity,
    classify: options.classify,
    clock: clock === systemClock ? systemClock : steady(clock),
    random: options.random === undefined ? Math.random : uniform(options.random),
  };

  const now: unknown = clock.now();
  if (!Number.isFinite(now))
    throw new TypeError(`clock.now() gives ${shown(now)}; give a finite number of milliseconds.`);
  within("errorThreshold", policy.errorThreshold, 0, 1);
  atLeast("falseOpensPerDay", policy.falseOpensPerDay, 0.001);
  callable("detector", policy.detector);
  for (const kind of ["streaming", "unary"] as const) {
    const given = policy.stallDeadlineMs[kind];
    if (given !== undefined) atLeast(`stallDeadlineMs.${kind}`, given, ONE_MS);
  }
  atLeast("coolDown.initialMs", policy.coolDown.initialMs, 0);
  atLeast("coolDown.growth", policy.coolDown.growth, 1);
  atLeast("coolDown.maxMs", policy.coolDown.maxMs, policy.coolDown.initialMs);
  atLeast("coolDown.retryAfterMaxMs", policy.coolDown.retryAfterMaxMs, 0);
  atLeast("probes.successes", policy.probes.successes, 1, { whole: true });
  atLeast("probes.leaseMs", policy.probes.leaseMs, ONE_MS, { infinite: true });
  atLeast("maxConcurrent", policy.maxConcurrent, 1, { whole: true, infinite: true });
  if (policy.retries !== undefined) {
    atLeast("retries.attempts", policy.retries.attempts, 1, { whole: true });
    within("retries.budget", policy.retries.budget, 0, 1);
  }
  if (policy.probe !== undefined) callable("probe", policy.probe);
  oneOf("mode", policy.mode, ["enforce", "observe"]);
  atLeast("timeoutMs", policy.timeoutMs, ONE_MS, { infinite: true });
  atLeast("firstTokenTimeoutMs", policy.firstTokenTimeoutMs, ONE_MS, { infinite: true });
  atLeast("stallTimeoutMs", policy.stallTimeoutMs, ONE_MS, { infinite: true });
  if (policy.classify !== undefined) callable("classify", policy.classify);
  return policy;
}

/** A clock that goes back by less than this stands still for that long. */
const JITTER_MS = 1_000;

/** A user's clock that cannot hurt a call: while it throws or gives no finite number, time stands still. */
function steady(clock: Clock): Required<Clock> {
  let last = -Infinity;
  let lost = 0;
  return {
    now() {
      try {
        const now = clock.now();
        if (Number.isFinite(now)) {
          // One that goes far back goes on from where it was: else it would stand still until it has caught up.
          if (now + lost < last - JITTER_MS) lost = last - now;
          last = Math.max(last, now + lost);
        }
      } catch {
        // It stands still.
      }
      return last;
    },
    schedule: clock.schedule?.bind(clock) ?? systemClock.schedule,
  };
}

/** A user's chance that cannot hurt a call: what is not in [0, 1) is taken for the middle. */
function uniform(random: () => number): () => number {
  return () => {
    try {
      const drawn = random();
      return drawn >= 0 && drawn < 1 ? drawn : 0.5;
    } catch {
      return 0.5;
    }
  };
}
