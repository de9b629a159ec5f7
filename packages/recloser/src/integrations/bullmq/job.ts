import { read } from "../../outcome/facts.js";

/** What a guard needs of a BullMQ `Job`. */
export interface DeferrableJob {
  readonly id?: string | undefined;
  readonly name: string;
  /** When it was added. */
  readonly timestamp: number;
  readonly priority: number;
  readonly attemptsMade: number;
  readonly attemptsStarted: number;
  readonly stalledCounter: number;
  moveToDelayed(timestamp: number, token?: string): Promise<void>;
}

/**
 * How often a job was sent back. BullMQ counts each start, and each attempt when it ends; a start that consumed none was
 * a deferral or a worker that died. Kept in Redis by BullMQ itself, so it outlives every worker.
 */
export function deferralsOf({ attemptsStarted, attemptsMade, stalledCounter }: DeferrableJob): number {
  const started = attemptsStarted - 1;
  const deferrals = started - attemptsMade - stalledCounter;
  return Number.isFinite(deferrals) ? Math.max(0, deferrals) : 0;
}

/** Half of the worker's slots, rounded up. A job knows its worker; where it does not say, one. */
export function halfOfWorker(job: object): number {
  const concurrency = read(read(job, "queue"), "concurrency");
  const known = typeof concurrency === "number" && concurrency >= 1 && concurrency < Infinity;
  return known ? Math.ceil(concurrency / 2) : 1;
}
