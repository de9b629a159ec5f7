import type { FailureVerdict, Verdict } from "recloser";
import type { Target } from "../engine/agenda.js";
import type { GuardedCall, GuardPermit } from "../policy/guard.js";
import { Luck } from "./luck.js";
import type { Claim } from "./pool.js";
import type { Guest } from "./servers.js";
import type { Worker } from "./worker.js";

/** What a job is woken for. */
export const FIRST_TOKEN = 0;
export const TIMED_OUT = 1;
export const ENDED = 2;
export const RETRY = 3;
export const RELEASE = 4;
const KINDS = 8;
/** Reminders carry the number of their attempt, so that those of an older one are not heard. */
const ATTEMPTS = 2 ** 28;

const TIMEOUT: FailureVerdict = { verdict: "failure", reason: "timeout" };

/** How a request ended for its caller. */
export type JobEnd = "answered" | "failed" | "refused" | "full" | "unslotted" | "aborted";

/**
 * One request of a caller, from its arrival to its end: it waits for a slot, makes attempts, and may retry. Jobs are used
 * again, so a run of millions of calls makes only as many as are under way at once.
 */
export class Job implements Target, Claim, GuardedCall {
  readonly #worker: Worker;
  readonly luck = new Luck();
  readonly streaming: boolean;
  readonly success = { verdict: "success" as const, outputTokens: 0 };
  readonly onAbort: () => void;
  /** What the provider will answer to the attempt under way. */
  outcome: Verdict = this.success;
  /** Its place in the provider's house, where that has only so many. */
  guest: Guest | undefined = undefined;
  permit: GuardPermit | undefined = undefined;
  model = 0;
  /** The request's number among those of its worker, and how often it was retried. */
  request = 0;
  retry = 0;
  arrivedAt = 0;
  claimUntil = 0;
  slottedAt = 0;
  sentAt = 0;
  isLive = false;
  hasSlot = false;
  hasFirstToken = false;
  /** It arrived after the onset; between its model's first and last fault; after all faults; while its model was well. */
  isWatched = false;
  isHit = false;
  isHealed = false;
  isWell = false;
  /** The attempt under way was sent while its model was faulty. */
  isAttemptFaulty = false;
  #attempt = 0;

  constructor(worker: Worker, streaming: boolean) {
    this.#worker = worker;
    this.streaming = streaming;
    this.onAbort = () => {
      if (this.permit !== undefined) this.#worker.aborted(this);
    };
  }

  /** Plans something for the attempt under way. */
  plan(delayMs: number, kind: number): void {
    this.#worker.agenda.plan(delayMs, this, this.#attempt * KINDS + kind);
  }

  /** What was planned for the attempt under way happens no more. */
  nextAttempt(): void {
    this.#attempt = (this.#attempt + 1) % ATTEMPTS;
  }

  wake(code: number): void {
    if (Math.floor(code / KINDS) !== this.#attempt) return;
    switch (code % KINDS) {
      case FIRST_TOKEN:
        this.hasFirstToken = true;
        this.permit?.progress();
        return;
      case TIMED_OUT:
        this.#worker.ended(this, TIMEOUT);
        return;
      case ENDED:
        this.#worker.ended(this, this.outcome);
        return;
      case RETRY:
        this.#worker.retried(this);
        return;
      case RELEASE:
        this.#worker.finished(this, "aborted");
    }
  }

  start(now: number): boolean {
    return this.#worker.slotted(this, now);
  }

  giveUp(): void {
    this.#worker.finished(this, "unslotted");
  }

  granted(permit: GuardPermit): void {
    this.#worker.granted(this, permit);
  }

  denied(): void {
    this.#worker.denied(this);
  }
}
