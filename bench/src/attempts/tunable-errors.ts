import type { CallFacts, Detector, DetectorFactory, FailureVerdict, Meter, Trip } from "recloser";

/** What the library keeps constant and this detector lets a benchmark vary. */
export interface Tuning {
  /** The second test is full at this many nats, by requests a second. */
  readonly intolerableFull: (perSecond: number) => number;
  /** The estimate of the rate starts as if so many requests had come in so many seconds. */
  readonly rateStart: { readonly requests: number; readonly seconds: number };
}

/** The library's own rule; `attempts` checks that with it this detector decides as the library does. */
export const LIBRARY_TUNING: Tuning = {
  intolerableFull: (perSecond) =>
    Math.max(3.5, Math.log(900) + (perSecond < 1 ? 1.75 : 1) * Math.log(perSecond)),
  rateStart: { requests: 1, seconds: 20 },
};

const HEALTHY = 0.02;
const DOWN = 0.95;
/** Failures that held a slot until a limit passed weigh more: a third as many of them are tolerable. */
const HELD_A_SLOT: ReadonlySet<string> = new Set(["stalled", "timeout", "no-first-token"]);
const COST_OF_A_WAIT = 3;
const RATE_HALF_LIFE_S = 600;
const SLOWEST_PER_S = 0.05;

interface Test {
  nats: number;
  tolerable: number;
  runStartedAt: number;
}

/**
 * The errors meter once more, written against the public `Detector` interface and its description alone, with its
 * constants open. It is a tool for docs/decisions/0002-threshold-at-low-rates.md, not a policy to use.
 */
class TunableErrors implements Detector {
  readonly #tuning: Tuning;
  readonly #errorThreshold: number;
  readonly #unhealthyCallsPerFalseOpen: number;
  readonly #unhealthy: Test = { nats: 0, tolerable: HEALTHY, runStartedAt: -Infinity };
  readonly #intolerable: Test;
  #share = 0;
  #requests: number;
  #seconds: number;
  #requestedAt: number;
  #votedAt: number;

  constructor(tuning: Tuning, errorThreshold: number, falseOpensPerDay: number, now: number) {
    this.#tuning = tuning;
    this.#errorThreshold = errorThreshold;
    this.#unhealthyCallsPerFalseOpen = (2 * 86_400) / falseOpensPerDay;
    this.#intolerable = { nats: 0, tolerable: errorThreshold, runStartedAt: -Infinity };
    this.#requests = tuning.rateStart.requests;
    this.#seconds = tuning.rateStart.seconds;
    this.#requestedAt = now;
    this.#votedAt = now;
  }

  requested(now: number): void {
    const elapsedS = (now - this.#requestedAt) / 1000;
    const kept = 2 ** (-elapsedS / RATE_HALF_LIFE_S);
    this.#requests = this.#requests * kept + 1;
    this.#seconds = this.#seconds * kept + elapsedS;
    this.#requestedAt = now;
  }

  firstToken(call: CallFacts, now: number): void {
    this.#decay(now);
    for (const test of [this.#unhealthy, this.#intolerable]) {
      if (call.streaming && call.admittedAt < test.runStartedAt) continue;
      test.nats = Math.max(0, test.nats + Math.log((1 - DOWN) / (1 - Math.min(test.tolerable, DOWN))));
    }
    this.#share -= this.#share / 32;
  }

  succeeded(call: CallFacts, now: number): void {
    if (call.firstTokenAt === undefined) this.firstToken(call, now);
  }

  failed(call: CallFacts, verdict: FailureVerdict, now: number): void {
    if (verdict.reason === "throttled" || verdict.reason === "quota") return;
    this.#decay(now);
    const tolerable = Math.max(this.#errorThreshold, Math.min(this.#share, 0.6));
    fail(this.#unhealthy, call, HEALTHY, 1);
    fail(this.#intolerable, call, tolerable, HELD_A_SLOT.has(verdict.reason) ? COST_OF_A_WAIT : 1);
    this.#share += (1 - this.#share) / 32;
  }

  trip(): Trip | undefined {
    return this.#level() >= 1 ? { message: "too many calls failed" } : undefined;
  }

  meters(): readonly Meter[] {
    return [{ name: "errors", level: Math.min(1, this.#level()), sentence: "" }];
  }

  reset(now: number): void {
    this.#unhealthy.nats = 0;
    this.#intolerable.nats = 0;
    this.#votedAt = now;
  }

  #perSecond(): number {
    return Math.max(SLOWEST_PER_S, this.#requests / this.#seconds);
  }

  #decay(now: number): void {
    const halfLifeS = Math.max(120, 10 / this.#perSecond());
    const kept = 2 ** (-(now - this.#votedAt) / 1000 / halfLifeS);
    this.#votedAt = now;
    for (const test of [this.#unhealthy, this.#intolerable]) {
      test.nats *= kept;
      if (test.nats < 0.05) test.nats = 0;
    }
  }

  #level(): number {
    const perSecond = this.#perSecond();
    const unhealthyFull = Math.max(6, Math.log(perSecond * this.#unhealthyCallsPerFalseOpen));
    return Math.min(
      this.#unhealthy.nats / unhealthyFull,
      this.#intolerable.nats / this.#tuning.intolerableFull(perSecond),
    );
  }
}

function fail(test: Test, call: CallFacts, tolerable: number, cost: number): void {
  if (test.nats === 0) {
    test.runStartedAt = call.admittedAt;
    test.tolerable = tolerable;
  }
  test.nats += Math.log((DOWN * cost) / test.tolerable);
}

export function tunableErrors(tuning: Tuning): DetectorFactory {
  return ({ errorThreshold, falseOpensPerDay, now }) =>
    new TunableErrors(tuning, errorThreshold, falseOpensPerDay, now);
}
