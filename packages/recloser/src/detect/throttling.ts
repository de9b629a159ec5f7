import { halved, meterHalfLifeMs } from "../evidence/call-rate.js";
import type { FailureVerdict } from "../outcome/verdict.js";
import { remains } from "./cusum.js";
import type { CallFacts, Detector, DetectorContext, DetectorFactory, Meter, Trip } from "./detector.js";
import { requireLike } from "./like.js";

/** The share of rate-limited calls that a healthy dependency has, and one that is asking for less. */
const HEALTHY = 0.05;
const THROTTLED = 0.5;
const THROTTLED_SAYS = Math.log(THROTTLED / HEALTHY);
const ANSWERED_SAYS = Math.log((1 - THROTTLED) / (1 - HEALTHY));
/** Nats that two in a row cannot reach, and three can, decay included. */
const THREE_IN_A_ROW = 4.7;
/** Empty accounts are not a matter of chance; one word of it may be a mistake. */
const QUOTA_IN_A_ROW = 2;
/** Two that are further apart than this are not one event. */
const QUOTA_HORIZON_MS = 3_600_000;

class ThrottlingMeter implements Detector {
  readonly #context: DetectorContext;
  #level = 0;
  #votedAt: number;
  #throttled = 0;
  #calls = 0;
  #quotas = 0;
  #quotaAt = -Infinity;
  #last = "";

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#votedAt = context.now;
  }

  firstToken(_call: CallFacts, now: number): void {
    this.#answered(now);
  }

  succeeded(call: CallFacts, now: number): void {
    if (call.firstTokenAt === undefined) this.#answered(now);
  }

  failed(_call: CallFacts, { reason, detail }: FailureVerdict, now: number): void {
    if (reason === "quota") {
      this.#quotas = this.#quotasBy(now) + 1;
      this.#quotaAt = now;
      this.#last = detail ?? reason;
    } else if (reason === "throttled") {
      this.#decay(now);
      if (this.#level === 0) this.#throttled = this.#calls = 0;
      this.#level += THROTTLED_SAYS;
      this.#throttled++;
      this.#calls++;
      this.#last = detail ?? reason;
    }
  }

  trip(): Trip | undefined {
    if (this.#quotas >= QUOTA_IN_A_ROW) return { kind: "quota", message: this.#sentence() };
    if (this.#level < THREE_IN_A_ROW || this.#level < this.#full()) return undefined;
    return { kind: "throttled", message: this.#sentence() };
  }

  meters(now: number): readonly Meter[] {
    const rate = remains(this.#level * this.#kept(now)) / this.#full();
    const level = Math.min(1, Math.max(rate, this.#quotasBy(now) / QUOTA_IN_A_ROW));
    return [{ name: "throttling", level, sentence: level === 0 ? "nothing throttled" : this.#sentence() }];
  }

  reset(now: number): void {
    this.#level = 0;
    this.#quotas = 0;
    this.#votedAt = now;
  }

  #answered(now: number): void {
    this.#quotas = 0;
    if (this.#level === 0) return;
    this.#decay(now);
    this.#level = Math.max(0, this.#level + ANSWERED_SAYS);
    this.#calls++;
  }

  #quotasBy(now: number): number {
    return now - this.#quotaAt > QUOTA_HORIZON_MS ? 0 : this.#quotas;
  }

  #decay(now: number): void {
    this.#level = remains(this.#level * this.#kept(now));
    this.#votedAt = now;
  }

  #kept(now: number): number {
    return halved(now - this.#votedAt, meterHalfLifeMs(this.#context.callsPerSecond()));
  }

  /** One mistake in 15 minutes at the healthy share: it costs what the dependency asks for. */
  #full(): number {
    return Math.max(THREE_IN_A_ROW, Math.log(900 * this.#context.callsPerSecond()));
  }

  #sentence(): string {
    if (this.#quotas > 0)
      return `the account's quota or credit was used up ${this.#quotas === 1 ? "once" : `${this.#quotas} times in a row`}, last: ${this.#last}`;
    return `${this.#throttled} of ${this.#calls} calls hit the rate limit, last: ${this.#last}`;
  }

  save(now: number): Saved {
    return {
      level: this.#level,
      votedAgoMs: now - this.#votedAt,
      throttled: this.#throttled,
      calls: this.#calls,
      quotas: this.#quotas,
      quotaAgoMs: this.#quotas === 0 ? 0 : now - this.#quotaAt,
      last: this.#last,
    };
  }

  restore(saved: Saved, now: number): void {
    requireLike(saved, this.save(now));
    this.#level = saved.level;
    this.#votedAt = now - saved.votedAgoMs;
    this.#throttled = saved.throttled;
    this.#calls = saved.calls;
    this.#quotas = saved.quotas;
    this.#quotaAt = now - saved.quotaAgoMs;
    this.#last = saved.last;
  }
}

interface Saved {
  readonly level: number;
  readonly votedAgoMs: number;
  readonly throttled: number;
  readonly calls: number;
  readonly quotas: number;
  readonly quotaAgoMs: number;
  readonly last: string;
}

/**
 * The `throttling` meter. Rate limits fill it (a CUSUM between 5 % and 50 % of calls, at least three in a row), answers pay
 * back, other failures do neither; full, the circuit opens as `throttled` for at least what the dependency asked for. Two
 * answers in a row that mean money open it as `quota`, on a slower clock. A single 429 in healthy traffic blocks nobody.
 */
export function throttling(): DetectorFactory {
  return (context) => new ThrottlingMeter(context);
}
