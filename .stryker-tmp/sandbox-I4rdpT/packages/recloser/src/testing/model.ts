// @ts-nocheck
import type { StateName } from "../outcome/outcome.js";
import type { FailureReason, Verdict } from "../outcome/verdict.js";
import type { Rule } from "./model-rules.js";

/** A call, as the model remembers it. */
export interface ModelCall {
  /** Its place in the order of admission. */
  readonly n: number;
  readonly at: number;
  readonly streaming: boolean;
  readonly epoch: number;
  tokenAt?: number;
  signAt: number;
  stalledAt?: number;
  end?: "settled" | "aborted" | "expired";
}

export interface ModelSettings {
  readonly stall: { readonly streaming: number; readonly unary: number };
  readonly leaseMs: number;
  readonly successes: number;
  readonly maxConcurrent: number;
  readonly retryAfterMaxMs: number;
}

const PERMIT_LEASE_MS = 900_000;
const HOUR_MS = 3_600_000;

/**
 * A second telling of what a circuit does, slow and plain: no lists kept, nothing counted on the way; whatever it needs
 * it works out again from the calls it remembers. Jitter is taken to be 1× (`random` is 0.5).
 */
export class Model {
  state: StateName = "closed";
  epoch = 0;
  until = Infinity;
  /** Probation: the calls that may wait since it closed after probes. */
  room = Infinity;
  calls: ModelCall[] = [];
  transitions: string[] = [];
  readonly #rule: Rule;
  readonly #settings: ModelSettings;
  #why: "open" | "throttled" | "quota" = "open";
  #probe: ModelCall | undefined;
  #good = 0;
  #badProbes = 0;
  #askedUntil = 0;
  #openedIn = -1;
  /** When stalled calls that have taken every place say so again. */
  #againAt = Infinity;
  /** The most calls that waited while nothing held them back, halving each hour. */
  #peak = { calls: 0, at: 0 };

  constructor(rule: Rule, settings: ModelSettings) {
    this.#rule = rule;
    this.#settings = settings;
  }

  /** Another one that has seen the same, with a copy of its rule. */
  copy(rule: Rule): Model {
    const model = new Model(rule, this.#settings);
    model.state = this.state;
    model.epoch = this.epoch;
    model.until = this.until;
    model.room = this.room;
    model.calls = this.calls.map((call) => ({ ...call }));
    model.transitions = this.transitions.slice();
    model.#why = this.#why;
    model.#probe = this.#probe && model.calls[this.#probe.n];
    model.#good = this.#good;
    model.#badProbes = this.#badProbes;
    model.#askedUntil = this.#askedUntil;
    model.#openedIn = this.#openedIn;
    model.#againAt = this.#againAt;
    model.#peak = this.#peak;
    return model;
  }

  count(end: ModelCall["end"]): number {
    return this.calls.filter((call) => call.end === end).length;
  }

  ask(now: number, streaming: boolean): ModelCall | string {
    this.pass(now);
    let no: string | undefined;
    if (this.state === "open") no = this.#why;
    else if (this.state === "forced-open") no = "forced-open";
    else if (this.state === "half-open" && this.#probe !== undefined) no = "probing";
    else if (this.count(undefined) >= this.#settings.maxConcurrent) no = "saturated";
    else if (this.state === "closed" && this.#waiting().length >= this.room) no = "saturated";
    if (no !== undefined) {
      if (no !== "saturated") this.#rule.asked(now);
      return no;
    }
    const call: ModelCall = { n: this.calls.length, at: now, streaming, epoch: this.epoch, signAt: now };
    if (this.state === "half-open") this.#probe = call;
    this.calls.push(call);
    const waiting = this.#waiting().length;
    if (this.state === "closed" && this.room === Infinity && waiting >= this.#peakBy(now))
      this.#peak = { calls: waiting, at: now };
    return call;
  }

  token(call: ModelCall, now: number): void {
    this.pass(now);
    if (call.end !== undefined) return;
    call.signAt = now;
    if (call.tokenAt !== undefined) return;
    call.tokenAt = now;
    if (call.stalledAt !== undefined || call.epoch !== this.epoch) return;
    if (this.state === "closed") {
      this.#answered(now);
      this.#good1(() => this.#rule.token(call, now), now);
    } else if (this.#probe === call) this.#probeGood(now);
  }

  settle(call: ModelCall, verdict: Verdict, now: number): boolean {
    this.pass(now);
    if (call.end !== undefined) return false;
    call.end = "settled";
    if (verdict.verdict !== "neutral" && call.stalledAt === undefined) this.#rule.asked(now);
    const hint = verdict.verdict === "failure" ? (verdict.retryAfterMs ?? 0) : 0;
    if (this.state === "open" && hint > 0) this.until = Math.max(this.until, now + this.#hinted(hint));
    if (call.stalledAt !== undefined || call.epoch !== this.epoch) return true;
    if (verdict.verdict === "failure") {
      if (this.state === "closed" || this.state === "half-open")
        this.#askedUntil = Math.max(this.#askedUntil, now + hint);
      this.#bad(call, now, verdict.reason);
    } else if (this.state === "closed" && verdict.verdict === "success") {
      if (call.tokenAt === undefined) this.#answered(now);
      this.#good1(() => this.#rule.success(call, now), now);
    } else if (this.state === "closed") {
      this.#rule.dropped?.(call, now);
    } else if (this.#probe === call) {
      if (verdict.verdict === "success") this.#probeGood(now);
      else this.#probe = undefined;
    }
    return true;
  }

  force(to: "open" | "closed", forMs: number, now: number): void {
    this.pass(now);
    this.#become(`forced-${to}`, now, now + forMs);
  }

  release(now: number): void {
    this.pass(now);
    if (this.state.startsWith("forced")) this.#unforce(now);
  }

  /** Does everything that was due by `now`, in order. */
  pass(now: number): void {
    for (;;) {
      const next = this.#waiting().sort(
        (a, b) => this.#dueAt(a) - this.#dueAt(b) || +b.streaming - +a.streaming,
      )[0];
      const stallAt = next === undefined ? Infinity : this.#dueAt(next);
      const stateAt = this.#probe === undefined ? this.until : this.#probe.at + this.#settings.leaseMs;
      const dueAt = Math.min(stallAt, stateAt, this.#againAt);
      this.#expire(Math.min(dueAt, now), dueAt > now);
      if (dueAt > now) break;
      if (dueAt === this.#againAt) this.#sayAgain(dueAt);
      else if (next !== undefined && stallAt <= stateAt) this.#stall(next, stallAt);
      else if (this.state === "open") this.#become("half-open", stateAt);
      else if (this.#probe === undefined) this.#unforce(stateAt);
      else {
        this.#probe.stalledAt = stateAt;
        this.#rule.asked(stateAt);
        this.#bad(this.#probe, stateAt, "stalled");
      }
    }
  }

  /** Permits without a sign of life for their lease were dropped. What is due at the same moment comes first. */
  #expire(now: number, inclusive: boolean): void {
    for (const call of this.calls) {
      if (call.end !== undefined || (call.tokenAt === undefined && call.stalledAt === undefined)) continue;
      const lapsesAt = call.signAt + PERMIT_LEASE_MS;
      if (lapsesAt < now || (inclusive && lapsesAt === now)) call.end = "expired";
    }
  }

  #waiting(): ModelCall[] {
    return this.calls.filter(
      (c) => c.end === undefined && c.tokenAt === undefined && c.stalledAt === undefined,
    );
  }

  #stalled(): ModelCall[] {
    return this.calls.filter(
      (c) => c.end === undefined && c.tokenAt === undefined && c.stalledAt !== undefined,
    );
  }

  #dueAt(call: ModelCall): number {
    return call.at + this.#patience(call);
  }

  #patience({ streaming }: ModelCall): number {
    return this.#settings.stall[streaming ? "streaming" : "unary"];
  }

  #allStalled(): boolean {
    return this.#stalled().length >= this.#settings.maxConcurrent;
  }

  /** Nobody else can get in to say more. */
  #sayAgain(now: number): void {
    this.#againAt = Infinity;
    if (!this.#allStalled()) return;
    const { epoch } = this;
    for (const call of this.#stalled().sort((a, b) => (a.stalledAt ?? 0) - (b.stalledAt ?? 0))) {
      if (call.epoch !== epoch || this.epoch !== epoch) continue;
      this.#againAt = now + this.#patience(call);
      this.#bad(call, now, "stalled");
    }
  }

  #stall(call: ModelCall, now: number): void {
    call.stalledAt = now;
    this.#rule.asked(now);
    if (call.epoch === this.epoch) {
      if (this.state === "closed" && this.#allStalled()) this.#againAt = now + this.#patience(call);
      this.#bad(call, now, "stalled");
    } else if (call.epoch < this.#openedIn) call.end = "aborted";
  }

  /** One more may wait, until as many may as when all was well, and at least eight. */
  #answered(now: number): void {
    this.room++;
    if (this.room >= Math.max(8, this.#peakBy(now))) this.room = Infinity;
  }

  #peakBy(now: number): number {
    return this.#peak.calls * 2 ** -((now - this.#peak.at) / HOUR_MS);
  }

  #good1(tell: () => void, now: number): void {
    this.#askedUntil = 0;
    tell();
    if (this.#rule.full(now)) this.#open(now, "open");
  }

  #bad(call: ModelCall, now: number, reason: FailureReason): void {
    const why = reason === "throttled" || reason === "quota" ? reason : "open";
    if (this.state === "half-open") {
      this.#badProbes++;
      this.#open(now, why);
    } else if (this.state === "closed") {
      if (why === "open") this.#rule.failure(call, now, reason, this.#waiting());
      else this.#rule.dropped?.(call, now);
      if (this.#rule.full(now)) this.#open(now, "open");
    }
  }

  #probeGood(now: number): void {
    this.#badProbes = 0;
    this.#askedUntil = 0;
    this.#probe = undefined;
    if (++this.#good === this.#settings.successes) this.#become("closed", now);
  }

  #open(now: number, why: "open" | "throttled" | "quota"): void {
    const asked = this.#askedUntil - now;
    // Money has a slower clock.
    const own =
      why === "quota"
        ? Math.min(900_000, 60_000 * 2 ** this.#badProbes)
        : Math.min(30_000, 5_000 * 1.5 ** this.#badProbes);
    this.#why = why;
    this.#become("open", now, now + Math.max(own, asked > 0 ? this.#hinted(asked) : 0));
  }

  #hinted(ms: number): number {
    return Math.min(this.#settings.retryAfterMaxMs, ms) * 1.1;
  }

  #unforce(now: number): void {
    this.#why = "open";
    this.#become(this.state === "forced-open" ? "half-open" : "closed", now);
  }

  #become(to: StateName, now: number, until = Infinity): void {
    this.transitions.push(`${this.state} > ${to} at ${now}`);
    this.epoch++;
    this.room = this.state === "half-open" && to === "closed" ? 2 : Infinity;
    this.state = to;
    this.until = until;
    this.#againAt = Infinity;
    this.#probe = undefined;
    this.#good = 0;
    this.#rule.clear(now);
    if (to === "closed") this.#askedUntil = this.#badProbes = 0;
    if (to === "closed" || to === "forced-closed") return;
    this.#openedIn = this.epoch;
    for (const call of this.#stalled()) call.end = "aborted";
  }
}
