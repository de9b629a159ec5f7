import type { Failure } from "../../outcome/outcome.js";
import { abortSignal, atLeast, callable, checkKeys } from "../../require.js";

/** A job was sent back to the queue. Plain data, safe to log. */
export interface Deferral {
  readonly jobId: string | undefined;
  readonly jobName: string;
  /** Why. `failure.message` is one sentence. */
  readonly failure: Failure;
  /** When it may be tried again, in milliseconds from now. */
  readonly delayMs: number;
  /** How often this job was sent back, this time included. */
  readonly deferrals: number;
}

/** How a guard treats the jobs of its worker. */
export interface GuardOptions {
  /**
   * The most guarded jobs that run at once in this worker; one more is sent back and keeps no slot. A whole number, at least 1.
   * Default: half of the worker's `concurrency`, rounded up. Raise it where little else is in the queue.
   */
  readonly slots?: number;
  /**
   * How often one job may be sent back; the next time it fails with the reason and is not retried. A whole number,
   * at least 0, or Infinity. Default 1000: many hours of an outage.
   */
  readonly maxDeferrals?: number;
  /**
   * Abort it when the process is to stop: the signals of running processors are aborted, and jobs that end by it go back to
   * the queue with no attempt consumed. Default: none; a worker that closes waits for its jobs.
   */
  readonly signal?: AbortSignal;
  /** Hears of each job that is sent back, for logs and metrics. What it throws is ignored. Default: nobody does. */
  readonly onDeferral?: (deferral: Deferral) => void;
}

const KEYS: readonly (keyof GuardOptions)[] = ["slots", "maxDeferrals", "signal", "onDeferral"];

export const MAX_DEFERRALS = 1_000;

export function checkOptions(options: GuardOptions): void {
  checkKeys("guard options", options, KEYS);
  const { slots, maxDeferrals, signal, onDeferral } = options;
  if (slots !== undefined) atLeast("slots", slots, 1, { whole: true, infinite: true });
  if (maxDeferrals !== undefined) atLeast("maxDeferrals", maxDeferrals, 0, { whole: true, infinite: true });
  if (signal !== undefined) abortSignal("signal", signal);
  if (onDeferral !== undefined) callable("onDeferral", onDeferral);
}
