import type { FailureVerdict } from "recloser";
import type { Agenda } from "../engine/agenda.js";
import type { Condition } from "../scenario/phases.js";
import type { Model, Quota, Scenario } from "../scenario/scenario.js";
import { ENDED, FIRST_TOKEN, type Job, TIMED_OUT } from "./job.js";
import { Servers } from "./servers.js";
import type { Truth } from "./truth.js";

const SERVER_ERROR: FailureVerdict = { verdict: "failure", reason: "server-error", detail: "500" };
const OVERLOADED: FailureVerdict = { verdict: "failure", reason: "overloaded", detail: "503" };
const THROTTLED: FailureVerdict = { verdict: "failure", reason: "throttled", detail: "429" };
const TRUNCATED: FailureVerdict = { verdict: "failure", reason: "truncated" };
/** What a 429 of a healthy provider asks for. */
const USUAL_RETRY_AFTER_MS = 10_000;

/** The provider: takes attempts and plans what will come of them. */
export class Dependency {
  readonly #scenario: Scenario;
  readonly #agenda: Agenda;
  readonly #truth: Truth;
  readonly #servers: Servers<Job> | undefined;
  readonly #throttled = new Map<number, FailureVerdict>();
  #bucket = { quota: undefined as Quota | undefined, left: 0, filledAt: 0 };

  constructor(scenario: Scenario, agenda: Agenda, truth: Truth) {
    this.#scenario = scenario;
    this.#agenda = agenda;
    this.#truth = truth;
    if (scenario.capacity !== undefined) {
      const left = (): number => truth.condition(0).capacity;
      this.#servers = new Servers(agenda, scenario.capacity, left, (job) => this.#serve(job));
      for (const moment of truth.moments) agenda.planAt(moment, this.#servers, 0);
    }
  }

  send(job: Job): void {
    const { luck } = job;
    const model = this.#model(job);
    const condition = this.#truth.condition(job.model);
    const { timeoutMs } = this.#scenario.calls;
    if (condition.quota !== undefined && this.#isOver(condition.quota))
      this.#refuse(job, this.#throttling(condition.quota.retryAfterMs));
    else if (luck.hanging < condition.hangs) job.plan(timeoutMs, TIMED_OUT);
    else if (luck.failing < Math.max(condition.errors, model.failing)) this.#refuse(job, SERVER_ERROR);
    else if (luck.throttled < condition.throttled)
      this.#refuse(job, this.#throttling(condition.retryAfterMs));
    else if (luck.throttled < model.throttled) this.#refuse(job, this.#throttling(USUAL_RETRY_AFTER_MS));
    else if (this.#servers === undefined) this.#answer(job, this.#agenda.now, condition);
    else if (!this.#servers.enter(job, luck.firstTokenMs + luck.tokens * model.tokenMs))
      this.#refuse(job, OVERLOADED);
    else job.plan(timeoutMs, TIMED_OUT);
  }

  /** The attempt is over for the client, whether it got its answer or not. */
  left(job: Job): void {
    this.#servers?.left(job);
  }

  /** A server begins with it. */
  #serve(job: Job): number {
    return this.#answer(job, job.sentAt, this.#truth.condition(job.model));
  }

  /**
   * Plans first token and end of an attempt that is served from now on.
   *
   * @returns how long that takes if nobody gives up, in milliseconds.
   */
  #answer(job: Job, sentAt: number, condition: Condition): number {
    const { luck } = job;
    const { calls } = this.#scenario;
    const { tokenMs } = this.#model(job);
    const leftMs = sentAt + calls.timeoutMs - this.#agenda.now;
    const firstTokenMs = luck.firstTokenMs * condition.firstToken;
    const answerMs = firstTokenMs + luck.tokens * tokenMs * condition.token;
    if (calls.streaming && firstTokenMs < leftMs) job.plan(firstTokenMs, FIRST_TOKEN);
    const isCut = luck.cut < condition.cuts;
    const endMs = isCut ? firstTokenMs + luck.got * (answerMs - firstTokenMs) : answerMs;
    if (luck.stalling < condition.stalls || endMs > leftMs) job.plan(leftMs, TIMED_OUT);
    else {
      job.outcome = isCut ? TRUNCATED : job.success;
      job.plan(endMs, ENDED);
    }
    return answerMs;
  }

  #refuse(job: Job, verdict: FailureVerdict): void {
    job.outcome = verdict;
    const { calls, errorAfterMs } = this.#scenario;
    if (errorAfterMs > calls.timeoutMs) job.plan(calls.timeoutMs, TIMED_OUT);
    else job.plan(errorAfterMs, ENDED);
  }

  #isOver(quota: Quota): boolean {
    const bucket = this.#bucket;
    const { now } = this.#agenda;
    if (bucket.quota !== quota) this.#bucket = { quota, left: quota.burst, filledAt: now };
    const { left, filledAt } = this.#bucket;
    const filled = Math.min(quota.burst, left + ((now - filledAt) * quota.perSecond) / 1000);
    this.#bucket.filledAt = now;
    this.#bucket.left = filled < 1 ? filled : filled - 1;
    return filled < 1;
  }

  #throttling(retryAfterMs: number | undefined): FailureVerdict {
    if (retryAfterMs === undefined) return THROTTLED;
    const known = this.#throttled.get(retryAfterMs);
    if (known !== undefined) return known;
    const verdict: FailureVerdict = { ...THROTTLED, retryAfterMs };
    this.#throttled.set(retryAfterMs, verdict);
    return verdict;
  }

  #model(job: Job): Model {
    const model = this.#scenario.models[job.model];
    if (model === undefined) throw new RangeError(`There is no model ${job.model}.`);
    return model;
  }
}
