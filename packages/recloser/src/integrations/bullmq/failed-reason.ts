import { isRejectionReason, read } from "../../outcome/facts.js";
import type { Failed, Failure, Rejected, StateName } from "../../outcome/outcome.js";

/** Why a job was given up, as its `failedReason` tells. */
export interface GivenUp {
  readonly kind: Rejected["kind"] | Failed["kind"];
  readonly reason: Rejected["reason"] | "throttled";
  /** The circuit that sent it back last. */
  readonly circuit: string;
  readonly state: StateName;
  /** How often the job had been sent back. */
  readonly deferrals: number;
}

const STATES: readonly string[] = [
  "closed",
  "open",
  "half-open",
  "forced-open",
  "forced-closed",
] satisfies StateName[];

/** A sentence for people on the first line, the same as data on the second. */
export function failedReason(failure: Failure, deferrals: number): string {
  const { kind, reason, circuit, state } = failure;
  const times = deferrals === 1 ? "once" : `${deferrals} times`;
  const sentence = `${failure.message} The job was sent back ${times} before and is given up (maxDeferrals).`;
  return `${sentence}\n${JSON.stringify({ kind, reason, circuit, state, deferrals })}`;
}

/**
 * Why a job was given up, from its `failedReason`, in any process. Undefined for a job that failed in any other way.
 *
 * @example
 * const givenUp = readFailedReason(job.failedReason);
 * if (givenUp?.circuit === "openai/gpt-5") await job.retry();
 */
export function readFailedReason(failedReason: string | null | undefined): GivenUp | undefined {
  const told = parsed(failedReason);
  const kind = read(told, "kind");
  const reason = read(told, "reason");
  const circuit = read(told, "circuit");
  const state = read(told, "state");
  const deferrals = read(told, "deferrals");
  if ((kind !== "rejected" && kind !== "failed") || !isRejectionReason(reason)) return undefined;
  if (typeof circuit !== "string" || typeof deferrals !== "number" || !isState(state)) return undefined;
  return { kind, reason, circuit, state, deferrals };
}

function isState(value: unknown): value is StateName {
  return typeof value === "string" && STATES.includes(value);
}

function parsed(text: unknown): unknown {
  if (typeof text !== "string") return undefined;
  try {
    return JSON.parse(text.slice(text.lastIndexOf("\n") + 1));
  } catch {
    return undefined;
  }
}
