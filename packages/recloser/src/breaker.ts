import type { Detector } from "./detect/detector.js";
import { guarded } from "./detect/guarded.js";
import type { Listeners } from "./events.js";
import { InFlight } from "./evidence/in-flight.js";
import { RollingWindow } from "./evidence/window.js";
import type { CircuitPolicy } from "./options.js";
import { failureOfCall, rejection } from "./outcome/failure.js";
import type { Failed, Rejected, RejectionReason, StateName } from "./outcome/outcome.js";
import type { FailureVerdict, Verdict } from "./outcome/verdict.js";
import { unretried } from "./outcome/words.js";
import { type Admission, type AdmitOptions, type Ledger, type PermitOwner, Ticket } from "./permit.js";
import { Machine } from "./recover/machine.js";
import type { Cause, HalfOpen, State } from "./recover/state.js";
import { type CircuitSnapshot, snapshotOf, type Totals } from "./snapshot.js";

/** A permit without a sign of life for this long was dropped by its holder. */
const LEASE_MS = 900_000;
/** A half-open circuit that nobody has called for this long guards nothing any more. */
const ABANDONED_MS = 900_000;
/** What a caller who meets a full circuit is told; nobody knows better. */
const SATURATED_RETRY_MS = 1_000;
const STALLED: FailureVerdict = { verdict: "failure", reason: "stalled", detail: "no sign of life" };
/** A ticket of this epoch never votes. */
const NO_EPOCH = -1;

/**
 * What a circuit is inside: it admits calls, gathers what they say, and lets the detector and the state machine decide.
 * Every entry first does what has become due, so that what is read never depends on who looked before.
 */
export class Breaker implements PermitOwner {
  readonly #name: string;
  readonly #policy: CircuitPolicy;
  readonly #listeners: Listeners;
  readonly #machine: Machine<Ticket>;
  readonly #detector: Detector;
  readonly #window: RollingWindow;
  readonly #inFlight: Ledger = new InFlight<Ticket>();
  readonly #totals: Totals = { admitted: 0, settled: 0, expired: 0, aborted: 0, rejected: {}, observed: {} };
  /** Calls in flight that only `observe` mode let through: they hold no place. */
  #letThrough = 0;
  #now: number;
  /** The sentence of a rejection, made once for each state. */
  #refusal = "";

  constructor(name: string, policy: CircuitPolicy, listeners: Listeners) {
    const now = policy.clock.now();
    this.#name = name;
    this.#policy = policy;
    this.#listeners = listeners;
    this.#now = now;
    this.#machine = new Machine(policy, now, (from, message, at) => this.#changed(from, message, at));
    const { errorThreshold, falseOpensPerDay } = policy;
    this.#detector = guarded(policy.detector({ errorThreshold, falseOpensPerDay, now }));
    this.#window = new RollingWindow(now);
  }

  get state(): StateName {
    this.#advance(this.#time());
    return this.#machine.state.name;
  }

  admit(options?: AdmitOptions): Admission {
    const now = this.#time();
    this.#advance(now);
    const { state } = this.#machine;
    switch (state.name) {
      case "closed":
      case "forced-closed":
        return this.#admitBelowLimit(now, options);
      case "half-open":
        if (state.probe === undefined) return this.#admitBelowLimit(now, options, state);
        return this.#reject("probing", this.#probeDueInMs(state.probe, now), now, options);
      case "open":
        return this.#reject(reasonOf(state.cause), state.until - now, now, options);
      case "forced-open":
        return this.#reject("forced-open", state.until - now, now, options);
    }
  }

  force(to: "open" | "closed", forMs: number, cause: Cause): void {
    const now = this.#time();
    this.#advance(now);
    this.#machine.force(to, now + forMs, cause, now);
  }

  release(): void {
    const now = this.#time();
    this.#advance(now);
    this.#machine.release(now);
  }

  snapshot(): CircuitSnapshot {
    const now = this.#time();
    this.#advance(now);
    return snapshotOf({
      circuit: this.#name,
      policy: this.#policy,
      state: this.#machine.state,
      epoch: this.#machine.epoch,
      opened: this.#machine.opened,
      now,
      meters: this.#detector.meters(now),
      window: this.#window.view(now),
      inFlight: this.#inFlight,
      totals: this.#totals,
    });
  }

  /**
   * True when forgetting it would lose little: nothing in flight, and closed, or half-open with nobody to probe for a
   * quarter of an hour.
   */
  get idle(): boolean {
    const { state } = this;
    if (this.#inFlight.size > 0) return false;
    return (
      state === "closed" || (state === "half-open" && this.#now - this.#machine.state.since >= ABANDONED_MS)
    );
  }

  #time(): number {
    const now = this.#policy.clock.now();
    // A clock that goes back stands still instead: nothing here may expire twice or not at all.
    if (now > this.#now) this.#now = now;
    return this.#now;
  }

  #admitBelowLimit(now: number, options: AdmitOptions | undefined, probing?: HalfOpen<Ticket>): Admission {
    if (this.#inFlight.size - this.#letThrough >= this.#policy.maxConcurrent) {
      return this.#reject("saturated", SATURATED_RETRY_MS, now, options);
    }
    const ticket = new Ticket(this, now, this.#machine.epoch, probing !== undefined, options);
    if (probing !== undefined) probing.probe = ticket;
    this.#inFlight.enter(ticket);
    this.#totals.admitted++;
    return { ok: true, permit: ticket };
  }

  #reject(
    reason: RejectionReason,
    retryAfterMs: number,
    now: number,
    options: AdmitOptions | undefined,
  ): Admission {
    // Demand on a circuit that is not closed. A full one rejects while it judges others: those tell the rate.
    if (reason !== "saturated") this.#detector.requested?.(now);
    const observed = this.#policy.mode === "observe";
    const counts = observed ? this.#totals.observed : this.#totals.rejected;
    counts[reason] = (counts[reason] ?? 0) + 1;
    const message =
      reason === "saturated"
        ? unretried(
            `${this.#name} is saturated: ${this.#policy.maxConcurrent} calls are in flight, the most that maxConcurrent allows. Nothing was sent.`,
          )
        : this.#refusal;
    const failure: Rejected = rejection(
      reason,
      message,
      this.#name,
      this.#machine.state.name,
      Math.max(0, retryAfterMs),
    );
    if (this.#listeners.heard("rejected")) {
      this.#listeners.emit("rejected", { circuit: this.#name, failure, observed });
    }
    if (!observed) return { ok: false, failure };
    const ticket = new Ticket(this, now, NO_EPOCH, false, options);
    this.#inFlight.enter(ticket);
    this.#letThrough++;
    this.#totals.admitted++;
    return { ok: true, permit: ticket };
  }

  #probeDueInMs(probe: Ticket, now: number): number {
    return Math.min(this.#probeEndsAt(probe) - now, this.#policy.coolDown.initialMs);
  }

  #probeEndsAt(probe: Ticket): number {
    return probe.admittedAt + Math.min(this.#policy.probes.leaseMs, this.#stallDeadlineMs(probe));
  }

  #stallDeadlineMs(ticket: Ticket): number {
    const { streaming, unary } = this.#policy.stallDeadlineMs;
    return ticket.streaming ? streaming : unary;
  }

  progress(ticket: Ticket): void {
    if (ticket.list === undefined) return;
    const now = this.#time();
    this.#advance(now);
    // Passing its deadline may just have cost it its place.
    if (ticket.list === undefined) return;
    this.#inFlight.flow(ticket, now);
    if (ticket.firstTokenAt !== undefined) return;
    ticket.firstTokenAt = now;
    this.#window.firstToken(now - ticket.admittedAt, now);
    if (ticket.stalled || ticket.epoch !== this.#machine.epoch) return;
    const { state } = this.#machine;
    if (state.name === "closed") {
      this.#machine.calm();
      this.#detector.firstToken?.(ticket, now);
      this.#openIfTripped(now);
    } else if (state.name === "half-open" && state.probe === ticket) {
      this.#machine.probeSucceeded(state, now);
    }
  }

  settle(ticket: Ticket, verdict: Verdict): boolean {
    if (ticket.list === undefined) return false;
    const now = this.#time();
    this.#advance(now);
    if (ticket.list === undefined) return false;
    this.#leave(ticket);
    this.#totals.settled++;
    const tally = verdict.verdict === "success" ? "success" : verdict.reason;
    if (!ticket.stalled) {
      this.#window.count(tally, now);
      if (verdict.verdict !== "neutral") this.#requested(ticket, now);
    }
    if (verdict.verdict === "success") this.#window.total(now - ticket.admittedAt, now);
    this.#announce(ticket, verdict, now);
    this.#weigh(ticket, verdict, now);
    return true;
  }

  /** Lets a settled call vote, if it may. */
  #weigh(ticket: Ticket, verdict: Verdict, now: number): void {
    const { state, epoch } = this.#machine;
    if (state.name === "open" && verdict.verdict === "failure" && ticket.epoch !== NO_EPOCH) {
      // However late: it may ask for a longer opening.
      this.#machine.asked(verdict.retryAfterMs, now);
    }
    if (ticket.stalled || ticket.epoch !== epoch) return;
    if (state.name === "closed") this.#weighClosed(ticket, verdict, now);
    else if (state.name === "half-open") this.#weighProbe(state, ticket, verdict, now);
  }

  #weighClosed(ticket: Ticket, verdict: Verdict, now: number): void {
    switch (verdict.verdict) {
      case "neutral":
        return;
      case "success":
        this.#machine.calm();
        this.#detector.succeeded(ticket, now);
        break;
      case "failure":
        this.#machine.asked(verdict.retryAfterMs, now);
        this.#detector.failed(ticket, verdict, now);
        break;
    }
    this.#openIfTripped(now);
  }

  #weighProbe(state: HalfOpen<Ticket>, ticket: Ticket, verdict: Verdict, now: number): void {
    if (verdict.verdict === "failure") this.#machine.probeFailed(verdict, now);
    else if (state.probe !== ticket) return;
    else if (verdict.verdict === "success") this.#machine.probeSucceeded(state, now);
    else state.probe = undefined;
  }

  #openIfTripped(now: number): void {
    const trip = this.#detector.trip(now);
    if (trip !== undefined) this.#machine.trip(trip.message, now);
  }

  /** The state has changed: nothing that was accumulated before it counts any more. */
  #changed(from: StateName, message: string, at: number): void {
    const { state, epoch, healthy } = this.#machine;
    this.#detector.reset(at);
    this.#refusal = state.name === "closed" ? "" : refusal(this.#name, state);
    if (this.#listeners.heard("transition")) {
      this.#listeners.emit("transition", { circuit: this.#name, from, to: state.name, epoch, message, at });
    }
    // A listener may have changed it again, and then that change has done what was to be done.
    if (this.#machine.epoch !== epoch) return;
    if (!healthy && this.#policy.mode === "enforce") this.#giveUpStalled(at);
  }

  /** Does what has become due since the last look, in the order in which it became due. */
  #advance(now: number): void {
    for (;;) {
      const stateDueAt = this.#machine.dueAt;
      const stallDueAt = this.#inFlight.dueAt(this.#policy.stallDeadlineMs);
      if (stateDueAt > now && stallDueAt > now) break;
      if (stallDueAt <= stateDueAt) this.#stall(stallDueAt);
      else this.#stateDue(stateDueAt);
    }
    this.#expire(now);
  }

  #stateDue(dueAt: number): void {
    const { state } = this.#machine;
    if (state.name === "half-open" && state.probe !== undefined) this.#loseProbe(state.probe, dueAt);
    else this.#machine.due(dueAt);
  }

  #loseProbe(probe: Ticket, now: number): void {
    if (!probe.stalled) this.#countStalled(probe, now);
    this.#machine.probeFailed({ ...STALLED, detail: "no verdict within its lease" }, now);
  }

  /** The call at the head has passed its stall deadline: it counts now, once, whatever becomes of it. */
  #stall(now: number): void {
    const ticket = this.#inFlight.due(now, this.#policy.stallDeadlineMs);
    if (ticket === undefined) return;
    this.#countStalled(ticket, now);
    const { state, epoch, leftHealthIn } = this.#machine;
    if (ticket.epoch !== epoch) {
      // The circuit may have been forced, and never have opened, since it was admitted.
      if (this.#policy.mode === "enforce" && ticket.epoch < leftHealthIn) this.#giveUp(ticket, now);
    } else if (state.name === "closed") {
      this.#weighClosed(ticket, STALLED, now);
    } else if (state.name === "half-open") {
      this.#machine.probeFailed(STALLED, now);
    }
  }

  #countStalled(ticket: Ticket, now: number): void {
    ticket.stalled = true;
    this.#inFlight.stall(ticket);
    this.#window.count(STALLED.reason, now);
    this.#requested(ticket, now);
  }

  /** A call that `observe` let through was reported when it would have been rejected. */
  #requested(ticket: Ticket, now: number): void {
    if (ticket.epoch !== NO_EPOCH) this.#detector.requested?.(now);
  }

  /** On leaving health, calls past their stall deadline are given up. Young ones are left to finish. */
  #giveUpStalled(now: number): void {
    for (
      let ticket = this.#inFlight.oldestStalled();
      ticket !== undefined;
      ticket = this.#inFlight.oldestStalled()
    ) {
      this.#giveUp(ticket, now);
    }
  }

  #giveUp(ticket: Ticket, now: number): void {
    this.#leave(ticket);
    this.#totals.aborted++;
    this.#announce(ticket, STALLED, now);
    if (ticket.onAbort === undefined) return;
    try {
      ticket.onAbort(this.#failureOf(ticket, now));
    } catch {
      // The circuit's own work goes on.
    }
  }

  #failureOf(ticket: Ticket, now: number): Failed {
    const report = {
      circuit: this.#name,
      state: this.#machine.state.name,
      attempts: 1,
      elapsedMs: now - ticket.admittedAt,
    };
    return failureOfCall(STALLED, report) as Failed;
  }

  /** Frees the places of permits that were dropped. */
  #expire(now: number): void {
    for (
      let lost = this.#inFlight.lapsed(now, LEASE_MS);
      lost !== undefined;
      lost = this.#inFlight.lapsed(now, LEASE_MS)
    ) {
      this.#leave(lost);
      this.#totals.expired++;
    }
  }

  #leave(ticket: Ticket): void {
    this.#inFlight.leave(ticket);
    if (ticket.epoch === NO_EPOCH) this.#letThrough--;
  }

  #announce(ticket: Ticket, verdict: Verdict, now: number): void {
    if (!this.#listeners.heard("settled")) return;
    const { firstTokenAt, admittedAt, probe } = ticket;
    this.#listeners.emit("settled", {
      circuit: this.#name,
      verdict,
      durationMs: now - admittedAt,
      ...(firstTokenAt === undefined ? {} : { firstTokenMs: firstTokenAt - admittedAt }),
      probe,
    });
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
