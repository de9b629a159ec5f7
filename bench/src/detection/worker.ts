import type { Verdict } from "recloser";
import type { Agenda } from "../attempts/agenda.js";
import { exponential, type Random, random } from "../attempts/random.js";
import { type Attempt, Call, type Caller } from "./call.js";
import { type Condition, conditions, WELL } from "./fault.js";
import type { Guard, Watch } from "./guard.js";
import type { Policy } from "./policies.js";
import { Pool } from "./pool.js";
import type { Provider } from "./provider.js";
import { bulkheadOf, type Scenario, slotsOf } from "./scenario.js";
import { Tally } from "./tally.js";
import { draw, gapS } from "./traffic.js";

/** What a worker finds around it. */
export interface Surroundings {
  readonly scenario: Scenario;
  readonly agenda: Agenda;
  readonly send: Provider;
  readonly onsetS: number;
  /** Somebody got an answer. */
  readonly answered: () => void;
}

/** A call that has waited this long for a slot is not made any more. */
const PATIENCE_S = 60;
/** As the `openai` client waits before a retry: doubling, less up to a quarter. */
const BACK_OFF_S = 0.5;
const MOST_BACK_OFF_S = 8;
const BACK_OFF_JITTER = 0.25;
const OTHER_PER_SECOND = 2;
const OTHER_TAKES_S = 0.05;
/** Other work that has waited this long for a slot has failed. */
const OTHER_PATIENCE_S = 5;
/** Other work starts so long before the onset, for comparison. */
const OTHER_AHEAD_S = 60;
/** What each stream of random numbers is for; a call has one of its own, so that calls before it do not matter. */
const STREAM = { guard: 1, gaps: 2, calls: 3, other: 4, backOff: 5 };

/** One worker: its slots, its guard, its traffic. */
export class Worker implements Caller, Watch {
  readonly tally = new Tally();
  readonly #around: Surroundings;
  readonly #seed: readonly number[];
  readonly #endS: number;
  readonly #conditionAt: (sinceOnsetS: number) => Condition;
  readonly #pool: Pool;
  readonly #guard: Guard;
  #held = 0;
  #limitedSinceS: number | undefined;

  constructor(around: Surroundings, policy: Policy, seed: readonly number[]) {
    const { scenario, agenda, onsetS } = around;
    this.#around = around;
    this.#seed = seed;
    this.#endS = onsetS + scenario.watchS;
    this.#conditionAt = conditions(scenario.fault);
    this.#pool = new Pool(slotsOf(scenario));
    this.#guard = policy.guard({
      perSecond: scenario.perSecond,
      bulkhead: bulkheadOf(scenario),
      clock: { now: () => agenda.now * 1000 },
      random: random(...seed, STREAM.guard),
      watch: this,
    });
    const gaps = random(...seed, STREAM.gaps);
    agenda.plan(gaps() / scenario.perSecond, () => this.#arrive(gaps, 0));
    if (!scenario.otherWork) return;
    const other = random(...seed, STREAM.other);
    agenda.plan(Math.max(0, onsetS - OTHER_AHEAD_S), () => this.#otherArrives(other));
  }

  /** Seconds since the onset; negative before it. */
  get #sinceOnsetS(): number {
    return this.#around.agenda.now - this.#around.onsetS;
  }

  #arrive(gaps: Random, number: number): void {
    const { agenda, scenario } = this.#around;
    if (agenda.now >= this.#endS) return;
    const watched = this.#sinceOnsetS >= 0;
    if (watched) {
      this.tally.requests++;
      if (this.#well) this.tally.requestsWell++;
    }
    this.#want({ request: number, retry: 0, watched });
    agenda.plan(gapS(gaps, scenario.perSecond, scenario.traffic.gapCv), () => this.#arrive(gaps, number + 1));
  }

  get #well(): boolean {
    return this.#conditionAt(this.#sinceOnsetS) === WELL;
  }

  #want(attempt: Attempt): void {
    const untilS = this.#around.agenda.now + PATIENCE_S;
    this.#pool.take({ untilS, start: () => this.#start(attempt) });
  }

  #start(attempt: Attempt): boolean {
    const { agenda, scenario, send } = this.#around;
    let call: Call | undefined;
    const permit = this.#guard.admit(scenario.traffic.streaming, this.#held, () => call?.abort());
    if (permit === "full") return false;
    if (permit === "refused") {
      this.#refused(attempt.watched);
      return false;
    }
    this.#held++;
    if (attempt.watched) this.tally.sent++;
    const luck = draw(scenario.traffic, random(...this.#seed, STREAM.calls, attempt.request, attempt.retry));
    call = new Call(this, permit, attempt, luck, agenda.now);
    send(call);
    return true;
  }

  #refused(watched: boolean): void {
    const since = this.#sinceOnsetS;
    if (!watched) return;
    const { tally } = this;
    tally.refused++;
    if (this.#well) tally.refusedWell++;
    tally.suspectedUntilS = since;
    this.#acted(since);
  }

  #acted(since: number): void {
    if (since >= 0) this.tally.actedAfterS = Math.min(this.tally.actedAfterS, since);
  }

  opened(): void {
    const since = this.#sinceOnsetS;
    if (since < 0 || this.#around.agenda.now >= this.#endS) return;
    this.tally.opens++;
    this.tally.openedAfterS = Math.min(this.tally.openedAfterS, since);
    this.#acted(since);
  }

  limited(limited: boolean): void {
    const since = this.#sinceOnsetS;
    if (limited) {
      this.#limitedSinceS = since;
      if (since < 0 || this.#around.agenda.now >= this.#endS) return;
      this.tally.limits++;
      this.#acted(since);
    } else {
      this.#limitEnded();
    }
  }

  /** The watch is over. */
  close(): void {
    this.#limitEnded();
  }

  #limitEnded(): void {
    if (this.#limitedSinceS === undefined) return;
    const until = Math.min(this.#sinceOnsetS, this.#around.scenario.watchS);
    const from = Math.max(0, this.#limitedSinceS);
    this.#limitedSinceS = undefined;
    if (until <= from) return;
    this.tally.limitedS += until - from;
    this.tally.suspectedUntilS = Math.max(this.tally.suspectedUntilS, until);
  }

  ended(call: Call, verdict: Verdict | undefined): void {
    const { agenda, onsetS, answered } = this.#around;
    this.#held--;
    this.tally.slotS += Math.max(0, Math.min(agenda.now, this.#endS) - Math.max(call.sentS, onsetS));
    if (verdict?.verdict === "success") {
      answered();
      if (call.attempt.watched) this.tally.answered++;
    } else if (verdict?.verdict === "failure") {
      if (verdict.reason === "throttled" && call.attempt.watched) this.tally.throttled++;
      this.#retry(call.attempt);
    }
    // Not at once: the guard may be in the middle of giving calls up, and the next job would ask it for a permit.
    agenda.plan(0, () => this.#pool.give(agenda.now));
  }

  #retry({ request, retry, watched }: Attempt): void {
    const { agenda, scenario } = this.#around;
    if (retry >= scenario.sdkRetries) return;
    const jitter = random(...this.#seed, STREAM.backOff, request, retry)();
    const delayS = Math.min(BACK_OFF_S * 2 ** retry, MOST_BACK_OFF_S) * (1 - BACK_OFF_JITTER * jitter);
    agenda.plan(delayS, () => this.#want({ request, retry: retry + 1, watched }));
  }

  #otherArrives(gaps: Random): void {
    const { agenda } = this.#around;
    if (agenda.now >= this.#endS) return;
    const counts = this.#sinceOnsetS < 0 ? this.tally.otherBefore : this.tally.otherAfter;
    counts.offered++;
    const start = (): boolean => {
      counts.done++;
      agenda.plan(OTHER_TAKES_S, () => this.#pool.give(agenda.now));
      return true;
    };
    this.#pool.take({ untilS: agenda.now + OTHER_PATIENCE_S, start });
    agenda.plan(exponential(gaps, 1 / OTHER_PER_SECOND), () => this.#otherArrives(gaps));
  }
}
