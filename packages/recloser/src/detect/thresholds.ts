import { Slices } from "../evidence/slices.js";
import type { FailureVerdict } from "../outcome/verdict.js";
import { seconds } from "../outcome/words.js";
import { atLeast, checkKeys, within } from "../require.js";
import type { CallFacts, Detector, DetectorFactory, Meter, Trip } from "./detector.js";

/** The classic policy's options. */
export interface ThresholdOptions {
  /** How far back it looks, in milliseconds. At least 1,000. Default 30,000. */
  readonly windowMs?: number;
  /** It decides nothing on fewer calls than this. A whole number of at least 1. Default 10. */
  readonly minCalls?: number;
  /** Opens when at least this share of the calls in the window failed, 0–1. Default 0.5. */
  readonly errorRate?: number;
  /** Opens when at least this share of the calls in the window was slow, 0–1. Default 1. */
  readonly slowRate?: number;
  /** A call that took longer than this in all was slow, in milliseconds. At least 0. Default: none is. */
  readonly slowAfterMs?: number;
}

const SLICES = 10;
const CALLS = 0;
const FAILED = 1;
const SLOW = 2;
const KINDS = 3;

class Thresholds implements Detector {
  readonly #options: Required<ThresholdOptions>;
  readonly #slices: Slices;
  readonly #counts = new Uint32Array(SLICES * KINDS);
  readonly #sums = new Uint32Array(KINDS);
  #last: FailureVerdict | undefined;

  constructor(options: Required<ThresholdOptions>, now: number) {
    this.#options = options;
    this.#slices = new Slices(options.windowMs, SLICES, now);
  }

  readonly #clear = (slot: number): void => {
    for (let kind = 0; kind < KINDS; kind++) {
      const at = slot * KINDS + kind;
      this.#sums[kind] = (this.#sums[kind] ?? 0) - (this.#counts[at] ?? 0);
      this.#counts[at] = 0;
    }
  };

  succeeded(call: CallFacts, now: number): void {
    const slot = this.#slices.advance(now, this.#clear);
    this.#add(slot, CALLS);
    if (now - call.admittedAt > this.#options.slowAfterMs) this.#add(slot, SLOW);
  }

  failed(call: CallFacts, verdict: FailureVerdict, now: number): void {
    if (verdict.reason === "throttled" || verdict.reason === "quota") return;
    this.succeeded(call, now);
    this.#add(this.#slices.advance(now, this.#clear), FAILED);
    this.#last = verdict;
  }

  trip(now: number): Trip | undefined {
    return this.#level(now) >= 1 ? { message: this.#sentence() } : undefined;
  }

  meters(now: number): readonly Meter[] {
    return [{ name: "errors", level: Math.min(1, this.#level(now)), sentence: this.#sentence() }];
  }

  reset(): void {
    this.#counts.fill(0);
    this.#sums.fill(0);
  }

  #add(slot: number, kind: number): void {
    const at = slot * KINDS + kind;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sums[kind] = (this.#sums[kind] ?? 0) + 1;
  }

  #sum(kind: number): number {
    return this.#sums[kind] ?? 0;
  }

  /** The fuller of the two rules, scaled by how much of the minimum has been seen. */
  #level(now: number): number {
    this.#slices.advance(now, this.#clear);
    const { minCalls, errorRate, slowRate } = this.#options;
    const calls = this.#sum(CALLS);
    if (calls === 0) return 0;
    const fullest = Math.max(
      reached(this.#sum(FAILED) / calls, errorRate),
      reached(this.#sum(SLOW) / calls, slowRate),
    );
    return calls < minCalls ? Math.min(0.99, fullest * (calls / minCalls)) : fullest;
  }

  #sentence(): string {
    const { windowMs, slowAfterMs } = this.#options;
    const slow = this.#sum(SLOW) === 0 ? "" : `, ${this.#sum(SLOW)} took over ${seconds(slowAfterMs)}`;
    const last = this.#last === undefined ? "" : `, last failure: ${this.#last.detail ?? this.#last.reason}`;
    const failed = `${this.#sum(FAILED)} of ${this.#sum(CALLS)} calls failed`;
    return `${failed} in the last ${seconds(windowMs)}${slow}${last}`;
  }
}

/** How far `share` is on the way to `threshold`; nothing is reached by nothing, even a threshold of 0. */
function reached(share: number, threshold: number): number {
  if (share === 0) return 0;
  return threshold === 0 ? 1 : share / threshold;
}

/**
 * The classic policy: open when, of the calls that ended in the last `windowMs`, at least `errorRate` failed or at least
 * `slowRate` were slow. It knows nothing of calls still pending beyond their stall deadline, which counts as a failure.
 *
 * @throws RangeError or TypeError that names the option, its value and its range.
 */
export function thresholds(options: ThresholdOptions = {}): DetectorFactory {
  checkKeys("thresholds", options, ["windowMs", "minCalls", "errorRate", "slowRate", "slowAfterMs"]);
  const complete = {
    windowMs: options.windowMs ?? 30_000,
    minCalls: options.minCalls ?? 10,
    errorRate: options.errorRate ?? 0.5,
    slowRate: options.slowRate ?? 1,
    slowAfterMs: options.slowAfterMs ?? Infinity,
  };
  atLeast("thresholds.windowMs", complete.windowMs, 1000);
  atLeast("thresholds.minCalls", complete.minCalls, 1, { whole: true });
  within("thresholds.errorRate", complete.errorRate, 0, 1);
  within("thresholds.slowRate", complete.slowRate, 0, 1);
  atLeast("thresholds.slowAfterMs", complete.slowAfterMs, 0, { infinite: true });
  return ({ now }) => new Thresholds(complete, now);
}
