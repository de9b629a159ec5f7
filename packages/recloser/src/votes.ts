import type { Evidence } from "./evidence/evidence.js";
import type { Limit } from "./limit/limit.js";
import type { CircuitPolicy } from "./options.js";
import type { FailureVerdict, Verdict } from "./outcome/verdict.js";
import { NO_EPOCH, type Ticket } from "./permit.js";
import type { Hindsight, Judgement } from "./recover/hindsight.js";
import type { Machine } from "./recover/machine.js";
import type { HalfOpen } from "./recover/state.js";
import type { Reports } from "./reports.js";

/** What a call says that has passed its stall deadline. */
export const STALLED: FailureVerdict = { verdict: "failure", reason: "stalled", detail: "no sign of life" };

export interface VotesParts {
  readonly policy: Pick<CircuitPolicy, "maxConcurrent">;
  readonly machine: Machine<Ticket>;
  readonly evidence: Evidence;
  readonly limit: Limit;
  readonly hindsight: Hindsight;
  readonly reports: Reports;
}

/**
 * Lets calls vote: each result goes to the meters of a closed circuit, or decides a half-open one. A result of an older
 * epoch votes nowhere.
 */
export class Votes {
  readonly #parts: VotesParts;

  constructor(parts: VotesParts) {
    this.#parts = parts;
  }

  /** The first token of a call: for health, that is success. */
  firstToken(ticket: Ticket, now: number): void {
    const { machine, evidence, limit } = this.#parts;
    evidence.answered(ticket, now);
    if (ticket.stalled || ticket.epoch !== machine.epoch) return;
    const { state } = machine;
    if (state.name === "closed") {
      machine.calm();
      limit.answered(now);
      evidence.firstToken(ticket, now);
      this.#judge(now);
    } else if (state.name === "half-open" && state.probe === ticket) {
      this.#probeSucceeded(state, now);
    }
  }

  /** A call has settled. */
  settled(ticket: Ticket, verdict: Verdict, now: number): void {
    const { machine, evidence } = this.#parts;
    const { state } = machine;
    if (state.name === "open" && verdict.verdict === "failure" && ticket.epoch !== NO_EPOCH) {
      // However late: it may ask for a longer opening.
      machine.asked(verdict.retryAfterMs, now);
    }
    if (verdict.verdict === "success" && ticket.firstTokenAt === undefined) evidence.answered(ticket, now);
    if (!ticket.stalled && ticket.epoch === machine.epoch) this.#settledNow(ticket, verdict, now);
  }

  #settledNow(ticket: Ticket, verdict: Verdict, now: number): void {
    const { state } = this.#parts.machine;
    if (state.name === "closed") {
      if (verdict.verdict === "failure") this.failed(ticket, verdict, now);
      else if (verdict.verdict === "success") this.#succeeded(ticket, verdict.outputTokens, now);
      else this.#parts.evidence.meters.dropped(ticket, now);
    } else if (state.name === "half-open") {
      if (verdict.verdict === "failure") this.probeFailed(verdict, now);
      else if (state.probe !== ticket) return;
      else if (verdict.verdict === "success") this.#probeSucceeded(state, now);
      else state.probe = undefined;
    }
  }

  #succeeded(ticket: Ticket, outputTokens: number | undefined, now: number): void {
    const { machine, evidence, limit } = this.#parts;
    machine.calm();
    if (ticket.firstTokenAt === undefined) limit.answered(now);
    evidence.succeeded(ticket, outputTokens, now);
    this.#judge(now);
  }

  /** A call of a closed circuit failed, or has passed its stall deadline. */
  failed(ticket: Ticket, verdict: FailureVerdict, now: number): void {
    const { machine, evidence, hindsight } = this.#parts;
    machine.asked(verdict.retryAfterMs, now);
    hindsight.failed(now - ticket.admittedAt);
    evidence.meters.failed(ticket, verdict, now);
    this.#judge(now);
  }

  /** A call of a closed circuit has waited longer than healthy ones do: that is evidence now, whatever becomes of it. */
  outlived(ticket: Ticket, now: number): void {
    this.#parts.evidence.meters.outlived(ticket, now);
    this.#judge(now);
  }

  probeFailed(verdict: FailureVerdict, now: number): void {
    const { machine, hindsight } = this.#parts;
    const judgement = hindsight.probeFailed();
    machine.probeFailed(verdict, now);
    this.judged(judgement);
  }

  #probeSucceeded(state: HalfOpen<Ticket>, now: number): void {
    const { machine, hindsight } = this.#parts;
    const judgement = hindsight.probeSucceeded();
    if (judgement === "contested") this.#parts.evidence.doubt(now);
    machine.probeSucceeded(state, now);
    // Last: a listener may force the circuit.
    this.judged(judgement);
  }

  judged(judgement: Judgement | undefined): void {
    if (judgement !== undefined) this.#parts.reports.judged(judgement, this.#parts.hindsight);
  }

  /** After evidence: opens if the meters say so, else limits or trusts again. */
  #judge(now: number): void {
    const { machine, evidence } = this.#parts;
    const trip = evidence.meters.trip(now);
    if (trip === undefined) this.judgeSlowness(now);
    else machine.trip(trip, now);
  }

  judgeSlowness(now: number): void {
    const { policy, evidence, limit, reports } = this.#parts;
    const slowness = evidence.slowness(now);
    if (slowness === 0 && limit.suspicion === "") return;
    const bounded = policy.maxConcurrent !== Infinity;
    const why = (): string =>
      evidence.meters.meters(now).find(({ name }) => name === "slowness")?.sentence ??
      "it is slower than healthy";
    if (!limit.heed(slowness, why, bounded, now)) return;
    if (limit.suspicion === "") reports.unlimited("it is as fast as healthy again");
    else reports.limited(limit);
  }
}
