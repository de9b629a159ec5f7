import type { Evidence } from "./evidence/evidence.js";
import type { CircuitPolicy } from "./options.js";
import { failureOfCall } from "./outcome/failure.js";
import type { Failed } from "./outcome/outcome.js";
import type { Ticket } from "./permit.js";
import type { Enforcement } from "./recover/enforcement.js";
import type { Machine } from "./recover/machine.js";
import { Straggler } from "./recover/straggler.js";
import type { Reports } from "./reports.js";
import { STALLED, type Votes } from "./votes.js";

export interface OverdueParts {
  readonly circuit: string;
  readonly policy: Pick<CircuitPolicy, "maxConcurrent" | "probes">;
  readonly machine: Machine<Ticket>;
  readonly evidence: Evidence;
  readonly enforcement: Enforcement;
  readonly votes: Votes;
  readonly reports: Reports;
}

/**
 * Does what time alone brings: states that end, calls that have waited longer than healthy ones do, calls and probes past
 * their deadlines, permits that were dropped. There is no timer: every entry of a circuit looks here first.
 */
export class Overdue {
  readonly #parts: OverdueParts;
  /** But for calls in flight, nothing becomes due before this. */
  #notBefore = -Infinity;
  /** Everything that was due by then is done: what turns out to have been due earlier happens then. */
  #doneUntil: number;
  /** When calls that hold every place, all of them stalled, vote again. */
  #voteAgainAt = Infinity;
  readonly #straggler = new Straggler();

  constructor(parts: OverdueParts, now: number) {
    this.#parts = parts;
    this.#doneUntil = now;
  }

  /** Does what has become due since the last look, in the order in which it became due. */
  advance(now: number): void {
    const { machine, evidence } = this.#parts;
    const { inFlight } = evidence;
    if (now < this.#notBefore && now < inFlight.notBefore) return;
    for (;;) {
      const stateDueAt = machine.dueAt;
      const callDueAt = inFlight.dueAt();
      const lapseAt = inFlight.lapseAt();
      const { endsAt } = this.#straggler;
      const dueAt = Math.min(stateDueAt, callDueAt, this.#voteAgainAt, lapseAt, endsAt);
      // Written so that a time that is none ends it, too.
      if (!(dueAt <= now)) break;
      this.#doneUntil = Math.max(this.#doneUntil, dueAt);
      if (dueAt === endsAt) this.#giveUpStraggler(this.#doneUntil);
      else if (dueAt === lapseAt) this.#expire(this.#doneUntil);
      else if (dueAt === this.#voteAgainAt) this.#voteAgain(this.#doneUntil);
      else if (callDueAt <= stateDueAt) this.#callDue(this.#doneUntil);
      else this.#stateDue(this.#doneUntil);
    }
    this.#doneUntil = now;
    this.#notBefore = Math.min(machine.dueAt, this.#voteAgainAt, this.#straggler.endsAt);
    inFlight.lookedAt();
  }

  /** The state, or its probe, has changed. */
  lookAgain(): void {
    this.#notBefore = -Infinity;
    this.#voteAgainAt = Infinity;
  }

  /** As if it had last looked at `then`. */
  resumeFrom(then: number): void {
    this.#doneUntil = Math.min(this.#doneUntil, then);
    this.lookAgain();
  }

  /**
   * The state has changed. Unless it is healthy, calls past their stall deadline are given up, but for the straggler while
   * probes go on. Young ones are left to finish.
   */
  giveUpStalled(now: number): void {
    const { machine, evidence } = this.#parts;
    const { name } = machine.state;
    if (name !== "open" && name !== "half-open") this.#giveUpStraggler(now);
    if (machine.healthy) return;
    for (const ticket of evidence.inFlight.allStalled()) {
      // Giving one up may have ended another.
      if (ticket.list !== undefined && !this.#straggler.is(ticket)) this.#giveUp(ticket, now);
    }
  }

  /** Its patience is over, or there are no probes any more that it could win time for. */
  #giveUpStraggler(now: number): void {
    const straggler = this.#straggler.take();
    if (straggler !== undefined && this.#parts.enforcement.enforces(now)) this.#giveUp(straggler, now);
  }

  #stateDue(dueAt: number): void {
    const { machine } = this.#parts;
    const { state } = machine;
    if (state.name === "half-open" && state.probe !== undefined) this.#loseProbe(state.probe, dueAt);
    else machine.due(dueAt);
  }

  #loseProbe(probe: Ticket, now: number): void {
    if (!probe.stalled) this.#countStalled(probe, now);
    this.#parts.votes.probeFailed({ ...STALLED, detail: "no verdict within its lease" }, now);
  }

  #callDue(now: number): void {
    const { inFlight } = this.#parts.evidence;
    const due = inFlight.due(now);
    if (due === undefined) return;
    if (due.stalled) this.#stall(due.call, now);
    else this.#outlive(due.call, now);
  }

  #outlive(ticket: Ticket, now: number): void {
    const { machine, evidence, votes } = this.#parts;
    evidence.inFlight.outlive(ticket);
    if (ticket.epoch === machine.epoch && machine.state.name === "closed") votes.outlived(ticket, now);
  }

  /** A call has passed its stall deadline: it counts now, once, whatever becomes of it. */
  #stall(ticket: Ticket, now: number): void {
    this.#countStalled(ticket, now);
    const { machine, evidence, enforcement, votes } = this.#parts;
    const { state, epoch, leftHealthIn } = machine;
    if (ticket.epoch !== epoch) {
      // The circuit may have been forced, and never have opened, since it was admitted.
      if (enforcement.enforces(now) && ticket.epoch < leftHealthIn) this.#giveUp(ticket, now);
    } else if (state.name === "closed") {
      if (this.#allStalled) this.#voteAgainAt = now + evidence.inFlight.deadlineMs(ticket.streaming);
      evidence.stalled(ticket.streaming);
      votes.failed(ticket, STALLED, now);
    } else if (state.name === "half-open") {
      this.#straggler.offer(ticket, this.#patientUntil(ticket, now), now);
      votes.probeFailed(STALLED, now);
    }
  }

  /** Its own failure is not counted yet. */
  #patientUntil({ admittedAt, streaming }: Ticket, now: number): number {
    const { policy, machine, evidence } = this.#parts;
    const patienceMs = evidence.patienceMs(streaming, machine.failedProbes + 1, now);
    return admittedAt + Math.min(patienceMs, policy.probes.leaseMs);
  }

  get #allStalled(): boolean {
    const { policy, evidence } = this.#parts;
    return evidence.inFlight.stalled >= policy.maxConcurrent;
  }

  /**
   * Stalled calls have taken every place, and another deadline has passed. There is no room for a call that could say more,
   * so they say it again; opening costs nothing now, and frees their places.
   */
  #voteAgain(now: number): void {
    this.#voteAgainAt = Infinity;
    if (!this.#allStalled) return;
    const { machine, evidence, votes } = this.#parts;
    const { inFlight } = evidence;
    const { epoch } = machine;
    for (const ticket of inFlight.allStalled()) {
      if (ticket.epoch !== epoch || machine.epoch !== epoch) continue;
      this.#voteAgainAt = now + inFlight.deadlineMs(ticket.streaming);
      votes.failed(ticket, STALLED, now);
    }
  }

  #countStalled(ticket: Ticket, now: number): void {
    const { evidence } = this.#parts;
    ticket.stalled = true;
    evidence.inFlight.stall(ticket);
    evidence.window.count(STALLED.reason, now);
    if (ticket.holdsPlace) evidence.called(now);
  }

  #giveUp(ticket: Ticket, now: number): void {
    const { evidence, reports } = this.#parts;
    evidence.inFlight.leave(ticket);
    reports.totals.aborted++;
    reports.settled(ticket, STALLED, now);
    this.#tellHolder(ticket, now);
  }

  /** Whoever holds the permit may still be waiting. */
  #tellHolder(ticket: Ticket, now: number): void {
    if (ticket.onAbort === undefined) return;
    try {
      ticket.onAbort(this.#failureOf(ticket, now));
    } catch {
      // The circuit's own work goes on.
    }
  }

  #failureOf(ticket: Ticket, now: number): Failed {
    const { circuit, machine } = this.#parts;
    const elapsedMs = now - ticket.admittedAt;
    return failureOfCall(STALLED, { circuit, state: machine.state.name, attempts: 1, elapsedMs }) as Failed;
  }

  /** Frees the places of permits that were dropped. */
  #expire(now: number): void {
    const { machine, evidence, reports } = this.#parts;
    const { inFlight } = evidence;
    for (let lost = inFlight.lapsed(now); lost !== undefined; lost = inFlight.lapsed(now)) {
      inFlight.leave(lost);
      reports.totals.expired++;
      const voted = lost.stalled || lost.epoch !== machine.epoch || machine.state.name !== "closed";
      if (!voted) evidence.meters.dropped(lost, now);
      this.#tellHolder(lost, now);
    }
  }
}
