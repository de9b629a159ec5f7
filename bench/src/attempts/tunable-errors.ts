import type {
  CallFacts,
  Detector,
  DetectorContext,
  DetectorFactory,
  FailureVerdict,
  Meter,
  Trip,
} from "recloser";
import { OwnRate, type RateStart } from "./own-rate.js";

/** What the library keeps constant and this detector lets a benchmark vary. */
export interface Tuning {
  /** The second test is full at this many nats, by calls a second. */
  readonly intolerableFull: (perSecond: number) => number;
  /** Where given, the rate is not the circuit's: the detector estimates it from the calls that it hears of. */
  readonly rateStart: RateStart | undefined;
}

/** The library's own rule; `attempts` checks that with it this detector decides as the library does. */
export const LIBRARY_TUNING: Tuning = {
  intolerableFull: (perSecond) =>
    Math.max(3.5, Math.log(900) + (perSecond < 1 ? 1.75 : 1) * Math.log(perSecond)),
  rateStart: undefined,
};

/** What a unary call that has outlived twice the usual time to fail is worth while it is pending, in successes. */
const SURVIVOR_SHARE = 0.5;
const HEALTHY = 0.02;
const DOWN = 0.95;
/** Failures that held a slot until a limit passed weigh more: a third as many of them are tolerable. */
const HELD_A_SLOT: ReadonlySet<string> = new Set(["stalled", "timeout", "no-first-token"]);
const COST_OF_A_WAIT = 3;
/** The usual time to fail is that of about so many failures. */
const USUAL_OF = 8;
/** The second of the waits that a call may outlive is the healthy p90. */
const P90 = 2;

interface Test {
  nats: number;
  tolerable: number;
  runStartedAt: number;
  /** Counts the runs of failures: a credit is taken back only in the run in which it was given. */
  run: number;
}

interface Credit {
  readonly at: number;
  readonly nats: number;
  readonly run: number;
}

/**
 * The errors meter once more, written against the public `Detector` interface and its description alone, with its
 * constants open. It is a tool for docs/decisions/0002-threshold-at-low-rates.md, not a policy to use: it leaves out what
 * the simulated provider never meets, such as calls with a fallback.
 */
class TunableErrors implements Detector {
  readonly #context: DetectorContext;
  readonly #intolerableFull: Tuning["intolerableFull"];
  readonly #ownRate: OwnRate | undefined;
  readonly #unhealthy: Test = { nats: 0, tolerable: HEALTHY, runStartedAt: -Infinity, run: 0 };
  readonly #intolerable: Test;
  readonly #tests: readonly Test[];
  /** What pending calls were credited with, in nats, test by test. */
  readonly #credits = new Map<CallFacts, readonly Credit[]>();
  #share = 0;
  #votedAt: number;
  #failures = 0;
  #usualMs = 1;

  constructor({ intolerableFull, rateStart }: Tuning, context: DetectorContext) {
    this.#context = context;
    this.#intolerableFull = intolerableFull;
    this.#ownRate = rateStart && new OwnRate(rateStart, context.now);
    this.#intolerable = { nats: 0, tolerable: context.errorThreshold, runStartedAt: -Infinity, run: 0 };
    this.#tests = [this.#unhealthy, this.#intolerable];
    this.#votedAt = context.now;
  }

  firstToken(call: CallFacts, now: number): void {
    this.#succeed(call, now);
  }

  succeeded(call: CallFacts, now: number): void {
    this.#ownRate?.heard(now);
    if (call.firstTokenAt === undefined) this.#succeed(call, now);
  }

  failed(call: CallFacts, { reason }: FailureVerdict, now: number): void {
    this.#ownRate?.heard(now);
    this.#revoke(call, now);
    if (reason === "throttled" || reason === "quota") return;
    this.#decay(now);
    if (this.#intolerable.nats === 0) this.#failures = 0;
    const tolerable = Math.max(this.#context.errorThreshold, Math.min(this.#share, 0.6));
    fail(this.#unhealthy, call, HEALTHY, 1);
    fail(this.#intolerable, call, tolerable, HELD_A_SLOT.has(reason) ? COST_OF_A_WAIT : 1);
    this.#share += (1 - this.#share) / 32;
    this.#failures++;
    const tookMs = Math.max(1, now - call.admittedAt);
    // A geometric mean that forgets.
    this.#usualMs *= (tookMs / this.#usualMs) ** (1 / Math.min(this.#failures, USUAL_OF));
    this.#creditSurvivors(now);
  }

  outlived(call: CallFacts, now: number): void {
    if (call.outlived >= P90) this.#revoke(call, now);
  }

  dropped(call: CallFacts, now: number): void {
    this.#revoke(call, now);
  }

  trip(): Trip | undefined {
    return this.#level() >= 1 ? { message: "too many calls failed" } : undefined;
  }

  meters(): readonly Meter[] {
    return [{ name: "errors", level: Math.min(1, this.#level()), sentence: "" }];
  }

  reset(now: number): void {
    for (const test of this.#tests) test.nats = 0;
    this.#credits.clear();
    this.#votedAt = now;
    this.#ownRate?.skipTo(now);
  }

  #succeed(call: CallFacts, now: number): void {
    // The credit stands; the end pays the rest.
    const share = this.#credits.delete(call) ? 1 - SURVIVOR_SHARE : 1;
    this.#decay(now);
    for (const test of this.#tests) payBack(test, call, share);
    this.#share -= this.#share / 32;
  }

  /** Every young unary call of this run that has outlived twice the usual time to fail, once. */
  #creditSurvivors(now: number): void {
    for (const call of this.#context.youngUnary()) {
      const ofThisRun = call.admittedAt >= this.#intolerable.runStartedAt;
      const survives = now - call.admittedAt > 2 * this.#usualMs;
      if (!ofThisRun || !survives || this.#credits.has(call)) continue;
      this.#credits.set(
        call,
        this.#tests.map((test) => ({ nats: payBack(test, call, SURVIVOR_SHARE), run: test.run, at: now })),
      );
    }
  }

  #revoke(call: CallFacts, now: number): void {
    const credits = this.#credits.get(call) ?? [];
    this.#credits.delete(call);
    for (const [i, test] of this.#tests.entries())
      if (credits[i]?.run === test.run) test.nats += credits[i].nats * this.#kept(now - credits[i].at);
  }

  #perSecond(): number {
    return this.#ownRate?.perSecond ?? this.#context.callsPerSecond();
  }

  /** What is left of one nat after so many milliseconds. */
  #kept(ms: number): number {
    return 2 ** (-ms / 1000 / Math.max(120, 10 / this.#perSecond()));
  }

  #decay(now: number): void {
    const kept = this.#kept(now - this.#votedAt);
    this.#votedAt = now;
    for (const test of this.#tests) {
      test.nats *= kept;
      if (test.nats < 0.05) test.nats = 0;
    }
  }

  #level(): number {
    const perSecond = this.#perSecond();
    const callsPerFalseOpen = (2 * 86_400 * perSecond) / this.#context.falseOpensPerDay;
    return Math.min(
      this.#unhealthy.nats / Math.max(6, Math.log(callsPerFalseOpen)),
      this.#intolerable.nats / this.#intolerableFull(perSecond),
    );
  }
}

function fail(test: Test, call: CallFacts, tolerable: number, cost: number): void {
  if (test.nats === 0) {
    test.run++;
    test.runStartedAt = call.admittedAt;
    test.tolerable = tolerable;
  }
  test.nats += Math.log((DOWN * cost) / test.tolerable);
}

/** Takes this share of a success off the test; gives what came off. A call from before the run pays nothing. */
function payBack(test: Test, call: CallFacts, share: number): number {
  if (call.admittedAt < test.runStartedAt) return 0;
  const paid = Math.min(test.nats, share * Math.log((1 - Math.min(test.tolerable, DOWN)) / (1 - DOWN)));
  test.nats -= paid;
  return paid;
}

export function tunableErrors(tuning: Tuning): DetectorFactory {
  return (context) => new TunableErrors(tuning, context);
}
