import type { FailureReason, FailureVerdict } from "../outcome/verdict.js";
import { seconds } from "../outcome/words.js";
import type { CallFacts, Detector, DetectorContext, DetectorFactory, Meter, Trip } from "./detector.js";
import { halved, RequestRate } from "./rate.js";

/** The failure share of a healthy dependency, and of one that is down. */
const HEALTHY = 0.02;
const DOWN = 0.95;
/** However bad it has been, more than this is never called tolerable. */
const MOST_TOLERABLE = 0.6;
/** Weight of one vote in the learned failure share. */
const SHARE_WEIGHT = 1 / 32;
/** A meter below this is empty: it would otherwise decay for ever without starting a new run. */
const EMPTY = 0.05;
const SHORTEST_HALF_LIFE_S = 120;
const HALF_LIFE_CALLS = 10;
/** Failures that held their caller's slot until a limit passed, instead of failing in a moment. */
const HELD_A_SLOT: ReadonlySet<FailureReason> = new Set(["stalled", "timeout", "no-first-token"]);
/** A third as many of those are tolerable. A full pool of them is also the last evidence that there will be. */
const COST_OF_A_WAIT = 3;
const LOW_RATE_STEEPNESS = 1.75;
/** Nats that three failures in a row cannot reach at the default threshold, and four can, decay included. */
const FOUR_FAILURES = 3.5;

const remains = (level: number): number => (level < EMPTY ? 0 : level);

/** A one-sided CUSUM between two failure shares, in nats, that knows when its current run of failures began. */
class Cusum {
  level = 0;
  #tolerable: number;
  #runStartedAt = -Infinity;

  constructor(tolerable: number) {
    this.#tolerable = tolerable;
  }

  decay(kept: number): void {
    this.level = remains(this.level * kept);
  }

  /** `tolerable` is frozen when a run begins: a fresh outage must not dilute its own test. */
  fail(call: CallFacts, tolerable: number, cost: number): void {
    if (this.level === 0) {
      this.#runStartedAt = call.admittedAt;
      this.#tolerable = tolerable;
    }
    this.level = Math.max(0, this.level + Math.log((DOWN * cost) / this.#tolerable));
  }

  succeed(call: CallFacts): void {
    // A streaming call that was admitted before this run of failures says nothing about what came after. A unary one
    // still pays back: among unary calls the survivors of a partial failure are exactly those that end late.
    if (call.streaming && call.admittedAt < this.#runStartedAt) return;
    const tolerable = Math.min(this.#tolerable, DOWN);
    this.level = Math.max(0, this.level + Math.log((1 - DOWN) / (1 - tolerable)));
  }

  reset(): void {
    this.level = 0;
  }
}

class ErrorsMeter implements Detector {
  readonly #context: DetectorContext;
  readonly #rate: RequestRate;
  /** Worse than healthy. */
  readonly #unhealthy = new Cusum(HEALTHY);
  /** Worse than tolerable. */
  readonly #intolerable: Cusum;
  #share = 0;
  #votedAt: number;
  #failures = 0;
  #calls = 0;
  #runStartedAt: number;
  #last: FailureVerdict | undefined;

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#rate = new RequestRate(context.now);
    this.#intolerable = new Cusum(this.#tolerable());
    this.#votedAt = context.now;
    this.#runStartedAt = context.now;
  }

  requested(now: number): void {
    this.#rate.requested(now);
  }

  firstToken(call: CallFacts, now: number): void {
    this.#succeed(call, now);
  }

  succeeded(call: CallFacts, now: number): void {
    // A call that reported a first token was credited then; its end adds nothing.
    if (call.firstTokenAt === undefined) this.#succeed(call, now);
  }

  failed(call: CallFacts, verdict: FailureVerdict, now: number): void {
    // Being asked for less, or for money, is not a fault of the dependency: neither adds nor pays back.
    if (verdict.reason === "throttled" || verdict.reason === "quota") return;
    this.#decay(now);
    if (this.#intolerable.level === 0) {
      this.#failures = 0;
      this.#calls = 0;
      // From its admission: calls that hang fail in one moment, after a long wait.
      this.#runStartedAt = call.admittedAt;
    }
    this.#unhealthy.fail(call, HEALTHY, 1);
    const tolerable = this.#tolerable();
    // Where everything is tolerable, so is a wait.
    const cost = tolerable < DOWN && HELD_A_SLOT.has(verdict.reason) ? COST_OF_A_WAIT : 1;
    this.#intolerable.fail(call, tolerable, cost);
    this.#share += (1 - this.#share) * SHARE_WEIGHT;
    this.#failures++;
    this.#calls++;
    this.#last = verdict;
  }

  trip(now: number): Trip | undefined {
    // Asked after every call: nothing is worked out for a calm meter.
    if (this.#intolerable.level < FOUR_FAILURES || this.#level(1) < 1) return undefined;
    return { message: this.#sentence(now) };
  }

  meters(now: number): readonly Meter[] {
    // Looking changes nothing: what has decayed since the last vote is only taken off what is shown.
    const level = Math.min(1, this.#level(this.#kept(now)));
    return [
      { name: "errors", level, sentence: level === 0 ? "no failures that count" : this.#sentence(now) },
    ];
  }

  reset(now: number): void {
    this.#unhealthy.reset();
    this.#intolerable.reset();
    this.#failures = 0;
    this.#calls = 0;
    this.#votedAt = now;
  }

  #succeed(call: CallFacts, now: number): void {
    // A calm meter has nothing to decay and nothing to pay back: the usual case, and the quick one.
    if (this.#unhealthy.level === 0 && this.#intolerable.level === 0) {
      this.#votedAt = now;
    } else {
      this.#decay(now);
      this.#unhealthy.succeed(call);
      this.#intolerable.succeed(call);
    }
    this.#share -= this.#share * SHARE_WEIGHT;
    this.#calls++;
  }

  #decay(now: number): void {
    const kept = this.#kept(now);
    this.#votedAt = now;
    this.#unhealthy.decay(kept);
    this.#intolerable.decay(kept);
  }

  /** The share of the meters that is left of what the last vote found. */
  #kept(now: number): number {
    const halfLifeMs = 1000 * Math.max(SHORTEST_HALF_LIFE_S, HALF_LIFE_CALLS / this.#rate.perSecond);
    return halved(now - this.#votedAt, halfLifeMs);
  }

  /** What this dependency has been failing lately, within the bounds of what may be called tolerable. */
  #tolerable(): number {
    const least = Math.max(HEALTHY, this.#context.errorThreshold);
    return Math.min(Math.max(this.#share, least), Math.max(MOST_TOLERABLE, least));
  }

  /**
   * Both tests must be full. Wald's threshold for a mean time between false alarms is ln(calls in that time). The first
   * test allows `falseOpensPerDay`, halved because it is not the only way to open; the second allows one in 15 minutes
   * *at* the tolerable share, where opening by mistake costs little. Below one call a second the second threshold falls
   * faster, down to four failures in a row: see docs/decisions/0002-threshold-at-low-rates.md.
   */
  #level(kept: number): number {
    const perSecond = this.#rate.perSecond;
    const unhealthyFull = Math.max(
      6,
      Math.log((perSecond * 86_400) / this.#context.falseOpensPerDay) + Math.LN2,
    );
    const steepness = perSecond < 1 ? LOW_RATE_STEEPNESS : 1;
    const intolerableFull = Math.max(FOUR_FAILURES, Math.log(900) + steepness * Math.log(perSecond));
    return Math.min(
      remains(this.#unhealthy.level * kept) / unhealthyFull,
      remains(this.#intolerable.level * kept) / intolerableFull,
    );
  }

  #sentence(now: number): string {
    const last = this.#last;
    const what = last === undefined ? "" : `, last: ${last.detail ?? last.reason}`;
    return `${this.#failures} of ${this.#calls} calls failed within ${seconds(now - this.#runStartedAt)}${what}`;
  }
}

/**
 * The `errors` meter, the default policy. It fills only when failures are both worse than healthy *and* worse than what
 * is tolerable: a provider that fails one call in ten is worth using, and one that has failed half of them for an hour is
 * not news. Two CUSUM tests in nats, halved every `max(120 s, 10 / call rate)`; a failure adds ln(0.95/p), a success adds
 * ln(0.05/(1−p)), where p is 2 % for the first test and the tolerable share for the second.
 *
 * A failure that held its caller's slot until a limit passed (`stalled`, `timeout`, `no-first-token`) counts against a
 * third of the tolerable share: it adds ln(3) more to the second test.
 *
 * A streaming call counts as a success at its first token, and one that was admitted before the current run of failures
 * began pays nothing back.
 */
export function errors(): DetectorFactory {
  return (context) => new ErrorsMeter(context);
}
