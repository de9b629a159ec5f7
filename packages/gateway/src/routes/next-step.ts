import {
  type Circuit,
  type FailureReason,
  type FailureVerdict,
  retryBudgetOf,
  retryWaitMs,
  type Verdict,
} from "recloser";
import type { Delivery } from "./table.js";

/** What becomes of a call whose caller has seen nothing yet. */
export type Step =
  /** Its caller gets what there is. */
  | { readonly kind: "deliver" }
  /** The same target is asked again, after a wait. */
  | { readonly kind: "retry"; readonly waitMs: number }
  /** The next target is asked. */
  | { readonly kind: "next" }
  /** The target for calls that are longer than their model's context is asked. */
  | { readonly kind: "larger" };

export interface Attempted {
  readonly verdict: Verdict;
  readonly circuit: Circuit;
  readonly delivery: Delivery;
  /** Requests that this target has had for this call. */
  readonly tries: number;
  /** It is the target that the caller named. */
  readonly first: boolean;
  /** There is another target. */
  readonly more: boolean;
  readonly larger: boolean;
  /** How long the call may still take, in milliseconds. */
  readonly leftMs: number;
}

const DELIVER: Step = { kind: "deliver" };
const NEXT: Step = { kind: "next" };

/** Decides after an attempt. Takes from the retry budget where it says `retry`. */
export function nextStep(attempted: Attempted): Step {
  const { verdict, first, more, larger } = attempted;
  switch (verdict.verdict) {
    case "success":
      return DELIVER;
    case "neutral":
      switch (verdict.reason) {
        case "context-length":
          return larger ? { kind: "larger" } : DELIVER;
        case "auth":
        case "invalid-request":
          // What another target than the caller's refuses is the route's mistake, not the caller's.
          return !first && more ? NEXT : DELIVER;
        case "cancelled":
          // A gateway further on has sent nothing.
          return more ? NEXT : DELIVER;
        default:
          return DELIVER;
      }
    case "failure":
      return afterFailure(attempted, verdict);
  }
}

function afterFailure(attempted: Attempted, { reason, retryAfterMs }: FailureVerdict): Step {
  const { circuit, delivery, tries, more, leftMs } = attempted;
  const otherwise = more ? NEXT : DELIVER;
  const { retries, random, clock } = circuit.policy;
  if (retries === undefined || tries >= retries.attempts) return otherwise;
  if (circuit.state !== "closed" && circuit.state !== "forced-closed") return otherwise;
  // Where it asks for a pause, another target is there at once.
  if (more && retryAfterMs !== undefined) return NEXT;
  const hint = retryAfterMs === undefined ? {} : { retryAfterMs };
  const waitMs = retryWaitMs({ reason: worth(reason, delivery), ...hint }, tries, random);
  if (waitMs === undefined || waitMs >= leftMs) return otherwise;
  // Last, so that a retry that will not be made costs nothing.
  return retryBudgetOf(circuit)?.take(clock.now()) ? { kind: "retry", waitMs } : otherwise;
}

/** Who wants a whole answer wants another try at one that broke off in any way. */
function worth(reason: FailureReason, delivery: Delivery): FailureReason {
  const broken = reason === "stalled" || reason === "malformed";
  return broken && delivery === "complete" ? "truncated" : reason;
}
