import type { CircuitPolicy } from "../../options.js";
import { CircuitError } from "../../outcome/circuit-error.js";
import type { Failure } from "../../outcome/outcome.js";
import { failedReason } from "./failed-reason.js";

/** BullMQ knows its own errors by their names. This one says: the job has been moved already. */
export function movedError(): Error {
  return named("DelayedError", "The job was sent back to the queue.");
}

/** Fails the job for good. Carries the failure, so that `failureOf` finds it in the worker's `failed` event. */
export function givenUpError(failure: Failure, deferrals: number): Error {
  const error = named("UnrecoverableError", failedReason(failure, deferrals));
  Object.defineProperty(error, "cause", { value: new CircuitError(failure), enumerable: false });
  return error;
}

function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

/** Why a job goes back to the queue. */
export type Return =
  /** Nothing was sent, or the provider asked for fewer calls. */
  | { readonly cause: "rejected"; readonly failure: Failure }
  /** Its call was the probe of a half-open circuit, and failed: it tried for all. */
  | { readonly cause: "tried"; readonly failure: Failure }
  /** The process is to stop. */
  | { readonly cause: "stopping"; readonly failure: Failure };

/** Why the job should come again by itself; undefined when its failure is its own. */
export function returnOf(failure: Failure | undefined, onTrial: boolean): Return | undefined {
  if (failure?.kind === "rejected") return { cause: "rejected", failure };
  if (failure?.kind !== "failed") return undefined;
  if (failure.reason === "throttled") return { cause: "rejected", failure };
  return onTrial ? { cause: "tried", failure } : undefined;
}

/** How long the job stays away at least: as long as it was asked to, but no longer than a wait may be. */
export function holdMs(failure: Failure, { coolDown }: CircuitPolicy): number {
  const asked = failure.retryAfterMs ?? coolDown.initialMs;
  return Math.min(asked, Math.max(coolDown.retryAfterMaxMs, coolDown.maxMs));
}
