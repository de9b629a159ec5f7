import type { Listeners } from "./events.js";
import { Evidence } from "./evidence/evidence.js";
import { Limit } from "./limit/limit.js";
import type { CircuitMemory } from "./memory.js";
import type { CircuitPolicy } from "./options.js";
import { rejection } from "./outcome/failure.js";
import type { RejectionReason, StateName } from "./outcome/outcome.js";
import type { Verdict } from "./outcome/verdict.js";
import { unretried } from "./outcome/words.js";
import { Overdue } from "./overdue.js";
import {
  type Admission,
  type AdmitOptions,
  NO_EPOCH,
  type Permit,
  type PermitOwner,
  Ticket,
} from "./permit.js";
import { Enforcement } from "./recover/enforcement.js";
import { Hindsight, type Judgement } from "./recover/hindsight.js";
import { Machine } from "./recover/machine.js";
import type { Cause, HalfOpen, State } from "./recover/state.js";
import { Reports } from "./reports.js";
import { type CircuitSnapshot, snapshotOf } from "./snapshot.js";
import { Votes } from "./votes.js";

/** A half-open circuit that nobody has called for this long guards nothing any more. */
const ABANDONED_MS = 900_000;
/** A circuit without a call for this long has no say in what its provider looks like. */
const ACTIVE_MS = 600_000;
/** What a caller who meets a full circuit is told; nobody knows better. */
const SATURATED_RETRY_MS = 1_000;
/** So long after a cool-down the first probe is left to background calls, where there have been any … */
const BACKGROUND_FIRST_MS = 2_000;
/** … so lately. */
const BACKGROUND_LATELY_MS = 60_000;
/** Starts the user's own probe, with a permit that `take` gives. */
export type OwnProbe = (take: (options: AdmitOptions) => Permit) => void;

/**
 * What a circuit is inside: it admits calls, gathers what they say, and lets the meters and the state machine decide. Every
 * entry first does what has become due, so that what is read never depends on who looked before.
 */
export class Breaker implements PermitOwner {
  readonly #name: string;
  readonly #policy: CircuitPolicy;
  readonly #ownProbe: OwnProbe | undefined;
  readonly #machine: Machine<Ticket>;
  readonly #evidence: Evidence;
  readonly #limit: Limit;
  readonly #hindsight = new Hindsight();
  readonly #enforcement: Enforcement;
  readonly #reports: Reports;
  readonly #votes: Votes;
  readonly #overdue: Overdue;
  #now: number;
  /** The sentence of a rejection, made once for each state. */
  #refusal = "";
  #backgroundAt = -Infinity;
  constructor(name: string, policy: CircuitPolicy, listeners: Listeners, ownProbe?: OwnProbe) {
    const now = policy.clock.now();
    this.#name = name;
    this.#policy = policy;
    this.#ownProbe = ownProbe;
    this.#now = now;
    this.#machine = new Machine(policy, now, (from, message, at) => this.#changed(from, message, at));
    this.#evidence = new Evidence(policy, now);
    this.#limit = new Limit(now);
    this.#enforcement = new Enforcement(policy.mode);
    this.#reports = new Reports(name, listeners);
    const parts = {
      circuit: name,
      policy,
      machine: this.#machine,
      evidence: this.#evidence,
      limit: this.#limit,
      hindsight: this.#hindsight,
      enforcement: this.#enforcement,
      reports: this.#reports,
    };
    this.#votes = new Votes(parts);
    this.#overdue = new Overdue({ ...parts, votes: this.#votes }, now);
  }

  get state(): StateName {
    this.#overdue.advance(this.#time());
    return this.#machine.state.name;
  }

  admit(options?: AdmitOptions): Admission {
    const now = this.#time();
    this.#overdue.advance(now);
    if (options?.priority === "background") this.#backgroundAt = now;
    const { state } = this.#machine;
    switch (state.name) {
      case "closed":
      case "forced-closed":
        return this.#admitBelowLimit(now, options);
      case "half-open":
        return this.#admitProbe(state, now, options);
      case "open":
        return this.#reject(reasonOf(state.cause), this.#refusal, state.until - now, now, options);
      case "forced-open":
        return this.#reject("forced-open", this.#refusal, state.until - now, now, options);
    }
  }

  force(to: "open" | "closed", forMs: number, cause: Cause): void {
    const now = this.#time();
    this.#overdue.advance(now);
    // The operator's latest word is the one that holds.
    this.#enforcement.release();
    this.#machine.force(to, now + forMs, cause, now);
  }

  observe(forMs: number, cause: string): void {
    this.release();
    this.#enforcement.observe(this.#now + forMs, cause);
  }

  release(): void {
    const now = this.#time();
    this.#overdue.advance(now);
    this.#enforcement.release();
    this.#machine.release(now);
  }

  snapshot(): CircuitSnapshot {
    const now = this.#time();
    this.#overdue.advance(now);
    const observing = this.#enforcement.view(now);
    return snapshotOf({
      circuit: this.#name,
      policy: this.#policy,
      state: this.#machine.state,
      epoch: this.#machine.epoch,
      opened: this.#machine.opened,
      now,
      evidence: this.#evidence,
      limit: this.#limit,
      enforcement: this.#enforcement,
      hindsight: this.#hindsight.view(),
      totals: this.#reports.totals,
      memory: {
        version: 1,
        machine: this.#machine.save(now),
        evidence: this.#evidence.save(now),
        limit: this.#limit.save(now),
        hindsight: this.#hindsight.save(),
        ...(observing === null ? {} : { observing }),
      },
    });
  }

  /** Takes up what a snapshot remembers, as of `ageMs` ago. May throw at what is none: for a new breaker only. */
  restore(memory: CircuitMemory, ageMs: number): void {
    const now = this.#time();
    this.#overdue.advance(now);
    const then = now - ageMs;
    this.#machine.restore(memory.machine, then);
    this.#evidence.restore(memory.evidence, then);
    this.#limit.restore(memory.limit, then);
    this.#hindsight.restore(memory.hindsight);
    this.#enforcement.restore(memory.observing, then);
    const { state } = this.#machine;
    this.#refusal = state.name === "closed" ? "" : refusal(this.#name, state);
    this.#overdue.resumeFrom(then);
    this.#overdue.advance(now);
  }

  /** Nothing has happened here yet. */
  get untouched(): boolean {
    return this.#reports.totals.admitted === 0 && this.#machine.epoch === 0;
  }

  /**
   * True when forgetting it would lose little: nothing in flight, and closed, or half-open with nobody to probe for a
   * quarter of an hour.
   */
  get idle(): boolean {
    const { state } = this;
    if (this.#evidence.inFlight.size > 0) return false;
    return (
      state === "closed" || (state === "half-open" && this.#now - this.#machine.state.since >= ABANDONED_MS)
    );
  }

  get active(): boolean {
    return this.#time() - this.#evidence.calledAt < ACTIVE_MS;
  }

  #time(): number {
    const now = this.#policy.clock.now();
    // A clock that goes back stands still instead: nothing here may expire twice or not at all.
    if (now > this.#now) this.#now = now;
    return this.#now;
  }

  #admitBelowLimit(now: number, options: AdmitOptions | undefined): Admission {
    const { inFlight } = this.#evidence;
    const { maxConcurrent } = this.#policy;
    if (inFlight.places >= maxConcurrent) {
      const why = `${maxConcurrent} calls are in flight, the most that maxConcurrent allows`;
      return this.#reject("saturated", this.#saturated(why), SATURATED_RETRY_MS, now, options);
    }
    if (this.#machine.state.name === "closed") {
      if (this.#limit.suspicion !== "") this.#votes.judgeSlowness(now);
      const priority = options?.priority ?? "interactive";
      if (this.#limit.full(inFlight.waitingPlaces, inFlight.places, priority)) {
        return this.#reject(
          "saturated",
          this.#saturated(this.#limit.message),
          SATURATED_RETRY_MS,
          now,
          options,
        );
      }
    }
    const permit = this.#enter(now, this.#machine.epoch, options);
    if (this.#machine.state.name === "closed" && this.#evidence.calm && !this.#limit.binding)
      this.#limit.learn(inFlight.waitingPlaces, inFlight.places, now);
    return { ok: true, permit };
  }

  #admitProbe(state: HalfOpen<Ticket>, now: number, options: AdmitOptions | undefined): Admission {
    const { inFlight } = this.#evidence;
    if (state.probe === undefined) {
      if (this.#ownProbe !== undefined) {
        this.#ownProbe((own) => this.#probe(state, now, own));
        if (state.probe === undefined) return this.#admitBelowLimit(now, options);
      } else if (options?.priority !== "background" && this.#isForBackground(state, now)) {
        const left = state.since + BACKGROUND_FIRST_MS - now;
        const why = `leaves its first probe to background calls (it opened because ${state.cause.message})`;
        const message = unretried(`${this.#name} is half-open and ${why}. Nothing was sent.`);
        return this.#reject("probing", message, left, now, options);
      } else if (inFlight.places >= this.#policy.maxConcurrent) {
        return this.#admitBelowLimit(now, options);
      } else {
        return { ok: true, permit: this.#probe(state, now, options) };
      }
    }
    return this.#reject("probing", this.#refusal, this.#probeDueInMs(state.probe, now), now, options);
  }

  #probe(state: HalfOpen<Ticket>, now: number, options: AdmitOptions | undefined): Ticket {
    state.probe = this.#enter(now, this.#machine.epoch, options, true);
    this.#overdue.lookAgain();
    return state.probe;
  }

  #isForBackground(state: HalfOpen<Ticket>, now: number): boolean {
    return now - state.since < BACKGROUND_FIRST_MS && now - this.#backgroundAt < BACKGROUND_LATELY_MS;
  }

  #enter(now: number, epoch: number, options: AdmitOptions | undefined, probe = false): Ticket {
    const ticket = new Ticket(this, now, epoch, probe, options);
    this.#evidence.admitted(ticket, now);
    this.#reports.totals.admitted++;
    return ticket;
  }

  #saturated(why: string): string {
    return unretried(`${this.#name} is saturated: ${why}. Nothing was sent.`);
  }

  #reject(
    reason: RejectionReason,
    message: string,
    retryAfterMs: number,
    now: number,
    options: AdmitOptions | undefined,
  ): Admission {
    // Demand on a circuit that is not closed. A full one rejects while it judges others: those tell the rate.
    if (reason !== "saturated") {
      this.#evidence.called(now);
      if (reason !== "forced-open") this.#hindsight.rejected();
    }
    const observed = !this.#enforcement.enforces(now);
    const { name } = this.#machine.state;
    const failure = rejection(reason, message, this.#name, name, Math.max(0, retryAfterMs));
    this.#reports.rejected(reason, failure, observed);
    if (!observed) return { ok: false, failure };
    return { ok: true, permit: this.#enter(now, NO_EPOCH, options) };
  }

  #probeDueInMs(probe: Ticket, now: number): number {
    return Math.min(this.#probeEndsAt(probe) - now, this.#policy.coolDown.initialMs);
  }

  #probeEndsAt(probe: Ticket): number {
    const deadlineMs = this.#evidence.inFlight.deadlineMs(probe.streaming);
    return probe.admittedAt + Math.min(this.#policy.probes.leaseMs, deadlineMs);
  }

  progress(ticket: Ticket): void {
    if (ticket.list === undefined) return;
    const now = this.#time();
    this.#overdue.advance(now);
    // Passing its deadline may just have cost it its place.
    if (ticket.list === undefined) return;
    const { window, inFlight } = this.#evidence;
    ticket.tokens++;
    inFlight.flow(ticket, now);
    if (ticket.firstTokenAt !== undefined) return;
    ticket.firstTokenAt = now;
    window.firstToken(now - ticket.admittedAt, now);
    this.#votes.firstToken(ticket, now);
  }

  settle(ticket: Ticket, verdict: Verdict): boolean {
    if (ticket.list === undefined) return false;
    const now = this.#time();
    this.#overdue.advance(now);
    if (ticket.list === undefined) return false;
    this.#evidence.inFlight.leave(ticket);
    this.#reports.totals.settled++;
    const { window } = this.#evidence;
    if (!ticket.stalled) {
      window.count(verdict.verdict === "success" ? "success" : verdict.reason, now);
      // A call that `observe` let through was reported when it would have been rejected.
      if (verdict.verdict !== "neutral" && ticket.holdsPlace) this.#evidence.called(now);
    }
    if (verdict.verdict === "success") window.total(now - ticket.admittedAt, now);
    this.#reports.settled(ticket, verdict, now);
    this.#votes.settled(ticket, verdict, now);
    return true;
  }

  /** The state has changed: nothing that was accumulated before it counts any more. */
  #changed(from: StateName, message: string, at: number): void {
    const { state, epoch } = this.#machine;
    this.#overdue.lookAgain();
    this.#evidence.reset(at);
    this.#refusal = state.name === "closed" ? "" : refusal(this.#name, state);
    const limited = this.#limit.trust();
    if (state.name === "closed" && from === "half-open") this.#limit.startProbation();
    else this.#limit.endProbation();
    let judgement: Judgement | undefined;
    if (state.name === "open" && from === "closed")
      judgement = this.#hindsight.opened(state.cause.kind !== "failing");
    else if (state.name !== "open" && state.name !== "half-open") this.#hindsight.over();
    this.#reports.changed(from, state.name, epoch, message, at);
    this.#votes.judged(judgement);
    if (limited) this.#reports.unlimited(`the circuit is ${state.name} now`);
    // A listener may have changed it again, and then that change has done what was to be done.
    if (this.#machine.epoch !== epoch) return;
    if (this.#enforcement.enforces(at)) this.#overdue.giveUpStalled(at);
  }
}

function reasonOf(cause: Cause): RejectionReason {
  return cause.kind === "throttled" || cause.kind === "quota" ? cause.kind : "open";
}

function refusal(name: string, state: Exclude<State<Ticket>, { name: "closed" }>): string {
  const why = state.cause.message;
  if (state.name === "half-open")
    return unretried(`${name} is half-open and a probe is out (it opened because ${why}). Nothing was sent.`);
  return unretried(`${name} is ${state.name} because ${why}. Nothing was sent.`);
}
