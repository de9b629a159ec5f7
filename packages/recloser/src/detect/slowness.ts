import { halved, meterHalfLifeMs } from "../evidence/call-rate.js";
import type { Healthy } from "../evidence/healthy.js";
import { remains } from "./cusum.js";
import type { CallFacts, Detector, DetectorContext, DetectorFactory, Meter } from "./detector.js";
import { requireLike } from "./like.js";

/**
 * Five bins of a duration against the healthy p50, p90, p99 and twice the p99, and what one call in that bin says, in nats:
 * ln(share of a slow dependency / share of a healthy one), for .02 .13 .35 .25 .25 against .50 .40 .085 .012 .003. The
 * healthy shares beyond the p99 are larger than their names, because a learned p99 is not exact.
 */
const SAYS = [-3.22, -1.12, 1.42, 3.04, 4.42] as const;
/** What a pending call says once it has outlived that many milestones: the same for the shares that are left. */
const OUTLIVED_SAYS = [0, 0.67, 2.14, 3.51, 4.42] as const;
/** A dependency that has been slow for an hour must not take an hour to be believed. */
const CAPPED_AT = 2;
const LATE_BIN = 2;

/** A one-sided test on durations, in nats. */
class Pace {
  level = 0;
  /** Calls since it was last empty, and how many of them took longer than the healthy p90. */
  calls = 0;
  late = 0;

  add(nats: number, full: number): void {
    if (this.level === 0) this.calls = this.late = 0;
    this.level = Math.min(CAPPED_AT * full, Math.max(0, this.level + nats));
  }

  count(bin: number): void {
    this.calls++;
    if (bin >= LATE_BIN) this.late++;
  }

  reset(): void {
    this.level = this.calls = this.late = 0;
  }
}

class SlownessMeter implements Detector {
  readonly #context: DetectorContext;
  /** Waits for a first sign of life; evidence before they end. */
  readonly #waits = new Pace();
  /** The time between tokens, once they flow. */
  readonly #tokens = new Pace();
  #votedAt: number;

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#votedAt = context.now;
  }

  outlived({ outlived, witness }: CallFacts, now: number): void {
    if (!witness) return;
    this.#decay(now);
    const more = (OUTLIVED_SAYS[outlived] ?? 0) - (OUTLIVED_SAYS[outlived - 1] ?? 0);
    this.#waits.add(more, this.#full());
    if (outlived === LATE_BIN) this.#waits.count(LATE_BIN);
  }

  firstToken(call: CallFacts, now: number): void {
    if (call.streaming && call.witness)
      this.#waited(call, now, now - call.admittedAt, this.#context.healthy(true).wait);
  }

  succeeded(call: CallFacts, now: number, perTokenMs?: number): void {
    if (!call.witness) return;
    const healthy = this.#context.healthy(call.streaming);
    const paced = perTokenMs !== undefined && healthy.perToken !== undefined;
    if (call.firstTokenAt !== undefined) {
      if (!call.streaming || !paced) return;
      this.#decay(now);
      const bin = binOf(perTokenMs, healthy.perToken);
      this.#tokens.add(SAYS[bin] ?? 0, this.#full());
      this.#tokens.count(bin);
    } else if (!call.streaming) {
      // A long answer takes long: where its length is known, the time for each token decides.
      if (paced) this.#waited(call, now, perTokenMs, healthy.perToken);
      else this.#waited(call, now, now - call.admittedAt, healthy.wait);
    }
  }

  /** A failure is for another meter; what the wait for it has said stands. */
  failed(): void {}

  /** Slow is not down: it never opens. */
  trip(): undefined {}

  slowness(now: number): number {
    if (this.#waits.level === 0 && this.#tokens.level === 0) return 0;
    return (Math.max(this.#waits.level, this.#tokens.level) * this.#kept(now)) / this.#full();
  }

  meters(now: number): readonly Meter[] {
    return [{ name: "slowness", level: Math.min(1, this.slowness(now)), sentence: this.#sentence() }];
  }

  reset(now: number): void {
    this.#waits.reset();
    this.#tokens.reset();
    this.#votedAt = now;
  }

  #waited(call: CallFacts, now: number, ms: number, healthy: Healthy | undefined): void {
    if (healthy === undefined) return;
    this.#decay(now);
    const bin = binOf(ms, healthy);
    // What its wait has said already is part of what the end of the wait says.
    this.#waits.add((SAYS[bin] ?? 0) - (OUTLIVED_SAYS[call.outlived] ?? 0), this.#full());
    // One that had outlived the p90 was counted then.
    if (call.outlived < LATE_BIN) this.#waits.count(bin);
  }

  /** Wald's threshold for one false limit in `1 / falseOpensPerDay` days, twice, because there are two tests. */
  #full(): number {
    const { callsPerSecond, falseOpensPerDay } = this.#context;
    return Math.max(6, Math.log((callsPerSecond() * 86_400) / falseOpensPerDay)) + Math.LN2;
  }

  #decay(now: number): void {
    if (this.#waits.level !== 0 || this.#tokens.level !== 0) {
      const kept = this.#kept(now);
      this.#waits.level = remains(this.#waits.level * kept);
      this.#tokens.level = remains(this.#tokens.level * kept);
    }
    this.#votedAt = now;
  }

  #kept(now: number): number {
    return halved(now - this.#votedAt, meterHalfLifeMs(this.#context.callsPerSecond()));
  }

  #sentence(): string {
    const waits = this.#waits.level >= this.#tokens.level;
    const { level, calls, late } = waits ? this.#waits : this.#tokens;
    if (level === 0) return "as fast as healthy";
    const what = waits ? "waited longer for an answer to begin" : "took longer for each token";
    if (calls === 0) return "pending calls wait longer than healthy ones do";
    return `${late} of ${calls} calls ${what} than nine in ten do when healthy`;
  }

  save(now: number): Saved {
    return { waits: copied(this.#waits), tokens: copied(this.#tokens), votedAgoMs: now - this.#votedAt };
  }

  restore(saved: Saved, now: number): void {
    requireLike(saved, this.save(now));
    const { waits, tokens, votedAgoMs } = saved;
    Object.assign(this.#waits, copied(waits));
    Object.assign(this.#tokens, copied(tokens));
    this.#votedAt = now - votedAgoMs;
  }
}

type SavedPace = Pick<Pace, "level" | "calls" | "late">;

interface Saved {
  readonly waits: SavedPace;
  readonly tokens: SavedPace;
  readonly votedAgoMs: number;
}

const copied = ({ level, calls, late }: SavedPace): SavedPace => ({ level, calls, late });

function binOf(ms: number, { p50Ms, p90Ms, p99Ms }: Healthy): number {
  if (ms <= p50Ms) return 0;
  if (ms <= p90Ms) return 1;
  if (ms <= p99Ms) return 2;
  return ms <= 2 * p99Ms ? 3 : 4;
}

/**
 * The `slowness` meter. It fills when calls wait longer for their first token (unary ones: for their answer), or take
 * longer for each token, than what was learned as healthy; a pending call counts as soon as it has outlived the healthy
 * p50, p90, p99 and twice the p99. It never opens a circuit: it makes it limit the calls that wait. Two likelihood-ratio
 * tests in nats (Page's CUSUM with Hayashibara's in-flight evidence), halved every `max(120 s, 10 / call rate)`.
 *
 * Of calls that are admitted within a quarter of a second only the first testifies: the quick ones of a burst end first, and
 * then the slow ones in a row. Silent until the circuit has learned from a hundred calls in at least two minutes.
 */
export function slowness(): DetectorFactory {
  return (context) => new SlownessMeter(context);
}
