import type { StateName } from "../outcome/outcome.js";
import type { FailureReason, Verdict } from "../outcome/verdict.js";
import type { Rule } from "./model-rules.js";

/** A call, as the model remembers it. */
export interface ModelCall {
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

/**
 * A second telling of what a circuit does, slow and plain: no lists kept, nothing counted on the way; whatever it needs
 * it works out again from the calls it remembers. Jitter is taken to be 1× (`random` is 0.5).
 */
export class Model {
  state: StateName = "closed";
  epoch = 0;
  until = Infinity;
  readonly calls: ModelCall[] = [];
  readonly transitions: string[] = [];
  readonly #rule: Rule;
  readonly #settings: ModelSettings;
  #why: "open" | "throttled" | "quota" = "open";
  #probe: ModelCall | undefined;
  #good = 0;
  #badProbes = 0;
  #askedUntil = 0;
  #openedIn = -1;

  constructor(rule: Rule, settings: ModelSettings) {
    this.#rule = rule;
    this.#settings = settings;
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
    if (no !== undefined) {
      if (no !== "saturated") this.#rule.asked(now);
      return no;
    }
    const call: ModelCall = { at: now, streaming, epoch: this.epoch, signAt: now };
    if (this.state === "half-open") this.#probe = call;
    this.calls.push(call);
    return call;
  }

  token(call: ModelCall, now: number): void {
    this.pass(now);
    if (call.end !== undefined) return;
    call.signAt = now;
    if (call.tokenAt !== undefined) return;
    call.tokenAt = now;
    if (call.stalledAt !== undefined || call.epoch !== this.epoch) return;
    if (this.state === "closed") this.#good1(() => this.#rule.token(call, now), now);
    else if (this.#probe === call) this.#probeGood(now);
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
      this.#good1(() => this.#rule.success(call, now), now);
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
      if (Math.min(stallAt, stateAt) > now) break;
      if (next !== undefined && stallAt <= stateAt) this.#stall(next, stallAt);
      else if (this.state === "open") this.#become("half-open", stateAt);
      else if (this.#probe === undefined) this.#unforce(stateAt);
      else {
        this.#probe.stalledAt = stateAt;
        this.#rule.asked(stateAt);
        this.#bad(this.#probe, stateAt, "stalled");
      }
    }
    for (const kind of [
      this.#stalled(),
      this.calls.filter((c) => c.end === undefined && c.tokenAt !== undefined),
    ])
      for (const call of kind.sort((a, b) =>
        a.tokenAt ? a.signAt - b.signAt : (a.stalledAt ?? 0) - (b.stalledAt ?? 0),
      )) {
        if (call.signAt > now - PERMIT_LEASE_MS) break;
        call.end = "expired";
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
    return call.at + this.#settings.stall[call.streaming ? "streaming" : "unary"];
  }

  #stall(call: ModelCall, now: number): void {
    call.stalledAt = now;
    this.#rule.asked(now);
    if (call.epoch === this.epoch) this.#bad(call, now, "stalled");
    else if (call.epoch < this.#openedIn) call.end = "aborted";
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
      if (why === "open") this.#rule.failure(call, now, reason);
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
    const own = Math.min(30_000, 5_000 * 1.5 ** this.#badProbes);
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
    this.state = to;
    this.until = until;
    this.#probe = undefined;
    this.#good = 0;
    this.#rule.clear(now);
    if (to === "closed") this.#askedUntil = this.#badProbes = 0;
    if (to === "closed" || to === "forced-closed") return;
    this.#openedIn = this.epoch;
    for (const call of this.#stalled()) call.end = "aborted";
  }
}
