import { halved, meterHalfLifeMs } from "../evidence/call-rate.js";
import type { FailureReason, FailureVerdict } from "../outcome/verdict.js";
import { seconds } from "../outcome/words.js";
import { Cusum, DOWN, type Paid, remains, type SavedCusum } from "./cusum.js";
import type { CallFacts, Detector, DetectorContext, DetectorFactory, Meter, Trip } from "./detector.js";
import { requireLike } from "./like.js";

/** The failure share of a healthy dependency. */
const HEALTHY = 0.02;
/** However bad it has been, more than this is never called tolerable. */
const MOST_TOLERABLE = 0.6;
/** Weight of one vote in the learned failure share. */
const SHARE_WEIGHT = 1 / 32;
/** Failures that held their caller's slot until a limit passed, instead of failing in a moment. */
const HELD_A_SLOT: ReadonlySet<FailureReason> = new Set(["stalled", "timeout", "no-first-token"]);
/** A third as many of those are tolerable. A full pool of them is also the last evidence that there will be. */
const COST_OF_A_WAIT = 3;
const LOW_RATE_STEEPNESS = 1.75;
/** Nats that three failures in a row cannot reach at the default threshold, and four can, decay included. */
const FOUR_FAILURES = 3.5;

/** Weight of one failure in the learned share of calls that have a fallback. */
const FALLBACK_WEIGHT = 1 / 8;
/** From this share on, opening costs little. */
const NEARLY_ALL = 0.9;
/** The usual time to fail is that of about this many failures. */
const USUAL_OF = 8;
/** Under a fast failure nothing outlives this many times the usual time to fail. */
const SURVIVES_AFTER = 2;
/** More pending calls than this are not looked over at each failure. */
const MANY = 64;
/** What a pending call that has outlived it is worth, in successes. */
const SURVIVOR_SHARE = 0.5;
/** A pending call that has outlived the healthy p90 is no survivor any more. */
const LATE = 2;

/** What a pending call has paid back already. */
interface Credit {
  readonly at: number;
  readonly unhealthy: Paid;
  readonly intolerable: Paid;
}

class ErrorsMeter implements Detector {
  readonly #context: DetectorContext;
  /** Worse than healthy. */
  readonly #unhealthy = new Cusum(HEALTHY);
  /** Worse than tolerable. */
  readonly #intolerable: Cusum;
  /** The failing share of all calls. */
  #share = 0;
  /** The share of failing calls that had a fallback. */
  #fallbacks = 0;
  #votedAt: number;
  #failures = 0;
  #calls = 0;
  #runStartedAt: number;
  /** The usual time to fail in this run: the geometric mean, which one failure that took a minute does not move far. */
  #lnUsualMs = 0;
  #last = "";
  /** When pending calls were last looked over for survivors, and how many of them were too young. */
  #walkedAt = -Infinity;
  #tooYoung = 0;
  /** Unary calls of this run that were credited while they were pending. */
  readonly #survivors = new Map<CallFacts, Credit>();
  /** What calls that still flow have paid back at their first token: one that breaks takes it back. */
  readonly #flowing = new Map<CallFacts, Credit>();

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#intolerable = new Cusum(this.#tolerable());
    this.#votedAt = context.now;
    this.#runStartedAt = context.now;
  }

  firstToken(call: CallFacts, now: number): void {
    const paid = this.#succeed(call, now);
    if (paid !== undefined) this.#flowing.set(call, paid);
  }

  outlived(call: CallFacts, now: number): void {
    if (call.outlived >= LATE) this.#takeBack(this.#survivors, call, now);
  }

  succeeded(call: CallFacts, now: number): void {
    // A call that reported a first token was credited then; its end adds nothing.
    if (call.firstTokenAt === undefined) this.#succeed(call, now);
    else if (this.#flowing.size > 0) this.#flowing.delete(call);
  }

  failed(call: CallFacts, verdict: FailureVerdict, now: number): void {
    this.#takeBack(this.#survivors, call, now);
    this.#takeBack(this.#flowing, call, now);
    // Being asked for less, or for money, is not a fault of the dependency: neither adds nor pays back.
    if (verdict.reason === "throttled" || verdict.reason === "quota") return;
    this.#decay(now);
    this.#fallbacks += ((call.fallback ? 1 : 0) - this.#fallbacks) * FALLBACK_WEIGHT;
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
    this.#last = verdict.detail ?? verdict.reason;
    const lnMs = Math.log(Math.max(1, now - call.admittedAt));
    this.#lnUsualMs += (lnMs - this.#lnUsualMs) / Math.min(this.#failures, USUAL_OF);
    this.#creditSurvivors(now);
  }

  dropped(call: CallFacts, now: number): void {
    this.#takeBack(this.#survivors, call, now);
    // Its caller left after a token: that much was healthy.
    this.#flowing.delete(call);
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
    this.#survivors.clear();
    this.#flowing.clear();
    this.#failures = 0;
    this.#calls = 0;
    this.#votedAt = now;
  }

  /** Gives what was paid back, if anything was. */
  #succeed(call: CallFacts, now: number): Credit | undefined {
    let paid: Credit | undefined;
    // What a survivor was credited with stands; only the rest is left to pay.
    const share = this.#survivors.size > 0 && this.#survivors.delete(call) ? 1 - SURVIVOR_SHARE : 1;
    // A calm meter has nothing to decay and nothing to pay back: the usual case, and the quick one.
    if (this.#unhealthy.level === 0 && this.#intolerable.level === 0) {
      this.#votedAt = now;
    } else {
      this.#decay(now);
      paid = {
        at: now,
        unhealthy: this.#unhealthy.succeed(call, share),
        intolerable: this.#intolerable.succeed(call, share),
      };
    }
    this.#share -= this.#share * SHARE_WEIGHT;
    this.#calls++;
    return paid;
  }

  /**
   * Under a fast failure nothing outlives the usual time to fail, so a pending call of this run that has is credited now
   * and not when it ends: of unary calls the successes end late, the failures soon, and counting ends alone would open on
   * a partial failure. Latest first, past those that are too young: it ends at the first that was credited before.
   */
  #creditSurvivors(now: number): void {
    const survivesAfterMs = SURVIVES_AFTER * Math.exp(this.#lnUsualMs);
    // With thousands in flight, going over all that are too young at each failure would cost more than it tells.
    if (this.#tooYoung > MANY && now - this.#walkedAt < survivesAfterMs / 4) return;
    this.#walkedAt = now;
    this.#tooYoung = 0;
    for (const call of this.#context.youngUnary()) {
      if (now - call.admittedAt <= survivesAfterMs) {
        this.#tooYoung++;
        continue;
      }
      if (call.admittedAt < this.#runStartedAt || this.#survivors.has(call)) return;
      this.#survivors.set(call, {
        at: now,
        unhealthy: this.#unhealthy.succeed(call, SURVIVOR_SHARE),
        intolerable: this.#intolerable.succeed(call, SURVIVOR_SHARE),
      });
    }
  }

  /** Takes back what a call has paid, less what would have faded meanwhile. */
  #takeBack(credits: Map<CallFacts, Credit>, call: CallFacts, now: number): void {
    const credit = credits.size === 0 ? undefined : credits.get(call);
    if (credit === undefined) return;
    credits.delete(call);
    const kept = halved(now - credit.at, this.#halfLifeMs);
    this.#unhealthy.revoke(credit.unhealthy, kept);
    this.#intolerable.revoke(credit.intolerable, kept);
  }

  #decay(now: number): void {
    const kept = this.#kept(now);
    this.#votedAt = now;
    this.#unhealthy.decay(kept);
    this.#intolerable.decay(kept);
  }

  /** The share of the meters that is left of what the last vote found. */
  #kept(now: number): number {
    return halved(now - this.#votedAt, this.#halfLifeMs);
  }

  get #halfLifeMs(): number {
    return meterHalfLifeMs(this.#context.callsPerSecond());
  }

  /** What this dependency has been failing lately, within the bounds of what may be called tolerable. */
  #tolerable(): number {
    const { errorThreshold, errorThresholdWithFallback } = this.#context;
    const given = this.#fallbacks > NEARLY_ALL ? errorThresholdWithFallback : errorThreshold;
    const least = Math.max(HEALTHY, given);
    return Math.min(Math.max(this.#share, least), Math.max(MOST_TOLERABLE, least));
  }

  /**
   * Both tests must be full. Wald's threshold for a mean time between false alarms is ln(calls in that time). The first
   * test allows `falseOpensPerDay`, halved because it is not the only way to open; the second allows one in 15 minutes
   * *at* the tolerable share, where opening by mistake costs little. Below one call a second the second threshold falls
   * faster, down to four failures in a row: see docs/decisions/0002-threshold-at-low-rates.md.
   */
  #level(kept: number): number {
    const perSecond = this.#context.callsPerSecond();
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
    const what = this.#last === "" ? "" : `, last: ${this.#last}`;
    const spanMs = now - this.#runStartedAt;
    const within = spanMs < 1_000 ? "" : ` within ${seconds(spanMs)}`;
    return `${this.#failures} of ${this.#calls} calls failed${within}${what}`;
  }

  save(now: number): Saved {
    return {
      unhealthy: this.#unhealthy.save(now),
      intolerable: this.#intolerable.save(now),
      share: this.#share,
      fallbacks: this.#fallbacks,
      votedAgoMs: now - this.#votedAt,
      failures: this.#failures,
      calls: this.#calls,
      runMs: now - this.#runStartedAt,
      lnUsualMs: this.#lnUsualMs,
      last: this.#last,
    };
  }

  restore(saved: Saved, now: number): void {
    requireLike(saved, this.save(now));
    this.#unhealthy.restore(saved.unhealthy, now);
    this.#intolerable.restore(saved.intolerable, now);
    this.#share = saved.share;
    this.#fallbacks = saved.fallbacks;
    this.#votedAt = now - saved.votedAgoMs;
    this.#failures = saved.failures;
    this.#calls = saved.calls;
    this.#runStartedAt = now - saved.runMs;
    this.#lnUsualMs = saved.lnUsualMs;
    this.#last = saved.last;
  }
}

interface Saved {
  readonly unhealthy: SavedCusum;
  readonly intolerable: SavedCusum;
  readonly share: number;
  readonly fallbacks: number;
  readonly votedAgoMs: number;
  readonly failures: number;
  readonly calls: number;
  readonly runMs: number;
  readonly lnUsualMs: number;
  readonly last: string;
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
 * A streaming call counts as a success at its first token, and a call that was admitted before the current run of
 * failures began pays nothing back. A pending unary call that has outlived twice the usual time to fail is credited with
 * half a success, until it ends or has outlived the healthy p90.
 */
export function errors(): DetectorFactory {
  return (context) => new ErrorsMeter(context);
}
