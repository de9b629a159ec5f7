import type { Verdict } from "recloser";
import type { Agenda, Target } from "../engine/agenda.js";
import type { Random } from "../engine/random.js";
import type { Guard, GuardPermit } from "../policy/guard.js";
import type { Model } from "../scenario/scenario.js";
import { type Gaps, gapsOf } from "./arrivals.js";
import { Job, type JobEnd, RELEASE, RETRY } from "./job.js";
import type { Pool } from "./pool.js";
import type { Sight } from "./sight.js";
import type { World } from "./world.js";

/** A Retry-After that is longer than this is not waited out by an SDK. */
const LONGEST_HEEDED_MS = 60_000;

/** What a worker has of each model. */
export interface Line {
  readonly model: Model;
  readonly guard: Guard;
  readonly sight: Sight;
  /** Its calls in flight. */
  held: number;
}

export interface WorkerParts {
  readonly world: World;
  readonly pool: Pool;
  readonly lines: readonly Line[];
  /** Streams of random numbers: one for the arrivals, one for the calls, and one for each retry. */
  readonly gaps: Random;
  readonly calls: Random;
  readonly retries: (request: number, retry: number) => Random;
}

/** One worker: its slots, its guards, its traffic. */
export class Worker implements Target {
  readonly #parts: WorkerParts;
  readonly #gaps: Gaps;
  readonly agenda: Agenda;
  readonly #idle: Job[] = [];
  readonly #jobs: Job[] = [];
  #requests = 0;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    const { scenario, agenda } = parts.world;
    this.agenda = agenda;
    this.#gaps = gapsOf(scenario.calls.arrivals, scenario.calls.perSecond, parts.gaps);
    // Workers do not start together.
    agenda.plan(parts.gaps.uniform() * this.#gaps(), this, 0);
  }

  /** The next request arrives. */
  wake(): void {
    const { agenda } = this;
    const { world, pool } = this.#parts;
    const job = this.#idle.pop() ?? this.#newJob();
    this.#prepare(job);
    world.book.arrived(job);
    pool.take(job, agenda.now);
    agenda.plan(this.#gaps(), this, 0);
  }

  #newJob(): Job {
    const job = new Job(this, this.#parts.world.scenario.calls.streaming);
    this.#jobs.push(job);
    return job;
  }

  #prepare(job: Job): void {
    const { world, lines, calls } = this.#parts;
    const { now } = this.agenda;
    job.isLive = true;
    job.hasSlot = false;
    job.model = lines.length === 1 ? 0 : this.#choose(calls.uniform());
    job.request = this.#requests++;
    job.retry = 0;
    job.arrivedAt = now;
    job.claimUntil = now + world.scenario.calls.patienceMs;
    this.#draw(job, calls);
  }

  #draw(job: Job, random: Random): void {
    job.luck.draw(this.#line(job).model, random);
    job.success.outputTokens = job.luck.tokens;
  }

  #choose(uniform: number): number {
    const { lines } = this.#parts;
    let rest = uniform;
    for (const [index, { model }] of lines.entries()) {
      rest -= model.share;
      if (rest < 0) return index;
    }
    return lines.length - 1;
  }

  #line(job: Job): Line {
    const line = this.#parts.lines[job.model];
    if (line === undefined) throw new RangeError(`There is no model ${job.model}.`);
    return line;
  }

  /** A slot is free for the job. False when it is over before it takes one. */
  slotted(job: Job, now: number): boolean {
    this.#parts.world.book.slotted(job);
    job.slottedAt = now;
    const denied = this.#attempt(job);
    if (denied === undefined) {
      job.hasSlot = true;
      return true;
    }
    this.finished(job, denied);
    return false;
  }

  /** Asks the guard, and sends; or says why not. */
  #attempt(job: Job): "refused" | "full" | undefined {
    const line = this.#line(job);
    job.nextAttempt();
    job.hasFirstToken = false;
    const decision = line.guard.admit(job, line.held);
    if (decision === "full") return "full";
    if (decision === "refused") {
      line.sight.acted(this.agenda.now);
      return "refused";
    }
    if (decision !== "later") this.granted(job, decision);
    return undefined;
  }

  granted(job: Job, permit: GuardPermit): void {
    const { world } = this.#parts;
    this.#line(job).held++;
    job.permit = permit;
    job.sentAt = this.agenda.now;
    world.book.sent(job, permit.probe);
    world.dependency.send(job);
  }

  denied(job: Job): void {
    this.#line(job).sight.acted(this.agenda.now);
    this.finished(job, "refused");
  }

  /** The attempt is over. */
  ended(job: Job, verdict: Verdict): void {
    const { permit } = job;
    this.#left(job, verdict.verdict === "success");
    permit?.settle(verdict);
    if (verdict.verdict === "success") this.finished(job, "answered");
    else if (!this.#retries(job, verdict)) this.finished(job, "failed");
  }

  /** The guard has given the attempt up. Its slot is free in a moment: the guard may be in the middle of more. */
  aborted(job: Job): void {
    this.#left(job, false);
    job.plan(0, RELEASE);
  }

  #left(job: Job, isAnswered: boolean): void {
    const { world } = this.#parts;
    this.#line(job).held--;
    job.permit = undefined;
    job.nextAttempt();
    world.book.attempted(job, isAnswered);
    world.dependency.left(job);
  }

  #retries(job: Job, verdict: Verdict): boolean {
    const { scenario, book } = this.#parts.world;
    const { retries } = scenario.calls;
    const isThrottled = verdict.verdict === "failure" && verdict.reason === "throttled";
    if (isThrottled) book.throttled(job);
    if (job.hasFirstToken || job.retry >= retries.times) return false;
    const random = this.#parts.retries(job.request, job.retry);
    const hintMs = verdict.verdict === "failure" && retries.heedRetryAfter ? verdict.retryAfterMs : undefined;
    const backOffMs = Math.min(retries.firstMs * 2 ** job.retry, retries.mostMs);
    const jittered = backOffMs * (1 - retries.jitter * random.uniform());
    job.retry++;
    this.#draw(job, random);
    job.plan(hintMs !== undefined && hintMs <= LONGEST_HEEDED_MS ? hintMs : jittered, RETRY);
    return true;
  }

  retried(job: Job): void {
    const denied = this.#attempt(job);
    if (denied !== undefined) this.finished(job, denied);
  }

  /** The request is over for its caller. */
  finished(job: Job, end: JobEnd): void {
    const { world, pool } = this.#parts;
    job.nextAttempt();
    job.isLive = false;
    world.book.finished(job, end);
    this.#idle.push(job);
    if (job.hasSlot) pool.give(this.agenda.now);
  }

  /** The watch is over: what is still under way is counted as such. */
  end(): void {
    const { world, lines } = this.#parts;
    for (const job of this.#jobs) if (job.isLive) world.book.pending(job);
    for (const { sight } of lines) sight.end();
  }
}
