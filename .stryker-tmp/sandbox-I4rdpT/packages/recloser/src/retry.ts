// @ts-nocheck
import type { Attempt } from "./attempt.js";
import type { CallOptions } from "./call.js";
import { gaveUp } from "./caller.js";
import type { Circuit } from "./circuit.js";
import type { Clock } from "./clock.js";
import { retryBudgetOf } from "./limit/retry-budget.js";
import { failureOfCall } from "./outcome/failure.js";
import type { Failed, Failure, Outcome, Unanswered } from "./outcome/outcome.js";
import { restated } from "./outcome/restated.js";
import type { FailureReason } from "./outcome/verdict.js";

/** What the first retry waits at most, in milliseconds; each further one may wait twice as long. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
/** A provider that asks for a longer pause gets it: the caller is told at once, and nobody waits. */
const LONGEST_HINT_MS = 10_000;

/** Which failures are worth a second request. */
const WORTH_IT: Readonly<Record<FailureReason, "yes" | "no" | "when the provider says how soon">> = {
  "server-error": "yes",
  overloaded: "yes",
  connection: "yes",
  truncated: "yes",
  "stream-error": "yes",
  // Rejected requests count against most rate limits: a guess at the right moment makes it worse.
  throttled: "when the provider says how soon",
  // Each of these held a place for long already, and the caller with it.
  timeout: "no",
  "no-first-token": "no",
  stalled: "no",
  // Money does not come back within seconds.
  quota: "no",
  // The answer was made, and paid for; what garbled it stands between us and the provider and will do it again.
  malformed: "no",
  // It may be the caller's own code that failed, after the answer.
  unknown: "no",
};

/** One attempt of a call that may be retried. */
export interface Turn {
  /** Counts from 1. */
  readonly number: number;
  /** When the call started, in clock milliseconds; `undefined` on the first turn, which starts it. */
  readonly startedAt: number | undefined;
  /** Set when the circuit has admitted it. */
  attempt: Attempt | undefined;
}

/**
 * Takes turns until one is answered, or until there is nothing to retry. Each turn is a call of its own to the circuit,
 * and none holds a permit while it waits for the next.
 */
export async function withRetries<T>(
  circuit: Circuit,
  options: Pick<CallOptions<T>, "signal" | "timeoutMs"> | undefined,
  once: (turn: Turn) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const { policy } = circuit;
  const signal = options?.signal;
  const timeoutMs = options?.timeoutMs ?? policy.timeoutMs;
  let turn: Turn = { number: 1, startedAt: undefined, attempt: undefined };
  /** Why this turn is a retry. */
  let before: Failed | undefined;
  for (;;) {
    const outcome = await once(turn);
    if (outcome.ok) return outcome;
    const { failure } = outcome;
    const { attempt, number } = turn;
    if (attempt === undefined) {
      if (before === undefined || turn.startedAt === undefined) return outcome;
      return unanswered(notSent(circuit, before, failure, turn.startedAt));
    }
    const { startedAt } = attempt;
    if (attempt.tokenSeen || signal?.aborted) return outcome;
    if (before !== undefined && failure.reason === "deadline") {
      // It was cut short before it could say anything: what is known is why it was made.
      return unanswered(restated(before, { attempts: number, elapsedMs: attempt.elapsedMs }));
    }
    if (failure.kind !== "failed") return outcome;
    const decision = decide(circuit, failure, number, startedAt + timeoutMs);
    if (decision.kind === "give back") return unanswered(decision.failure);

    before = failure;
    await pause(policy.clock, decision.waitMs, signal);
    if (signal?.aborted) return unanswered(cancelled(circuit, signal, number, attempt.elapsedMs));
    // The timer may have come late.
    if (attempt.elapsedMs >= timeoutMs) return unanswered(restated(before, { elapsedMs: attempt.elapsedMs }));
    turn = { number: number + 1, startedAt, attempt: undefined };
  }
}

type Decision =
  | { readonly kind: "retry"; readonly waitMs: number }
  | { readonly kind: "give back"; readonly failure: Failure };

function decide(circuit: Circuit, failure: Failed, attempts: number, deadlineAt: number): Decision {
  const { policy, state } = circuit;
  const now = policy.clock.now();
  // The failure may be what has opened it.
  const told = state === failure.state ? failure : restated(failure, { state });
  const giveBack: Decision = { kind: "give back", failure: told };
  if (policy.retries === undefined || attempts >= policy.retries.attempts) return giveBack;
  if (state !== "closed" && state !== "forced-closed") return giveBack;
  const waitMs = retryWaitMs(failure, attempts, policy.random);
  if (waitMs === undefined || now + waitMs >= deadlineAt) return giveBack;
  // Last, so that a retry that will not be made costs nothing.
  return retryBudgetOf(circuit)?.take(now) ? { kind: "retry", waitMs } : giveBack;
}

/**
 * How long to wait before the `retry`-th retry, in milliseconds; `undefined` when the failure is not worth one. Full
 * jitter: uniform in 0 … min(8 s, 500 ms × 2^(retry − 1)), on top of what the provider asks for.
 */
export function retryWaitMs(
  { reason, retryAfterMs }: Pick<Failed, "reason" | "retryAfterMs">,
  retry: number,
  random: () => number,
): number | undefined {
  const worth = WORTH_IT[reason];
  if (worth === "no" || (worth !== "yes" && retryAfterMs === undefined)) return undefined;
  const hintMs = retryAfterMs ?? 0;
  if (hintMs > LONGEST_HINT_MS) return undefined;
  return hintMs + random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (retry - 1));
}

/** The circuit did not admit the retry: the failure before it comes back, with what is known by now. */
function notSent(circuit: Circuit, before: Failed, why: Failure, startedAt: number): Failure {
  const elapsedMs = circuit.policy.clock.now() - startedAt;
  // What the provider asked for has been waited for; the circuit knows what comes now.
  const { state, retryAfterMs } = why;
  return restated(before, { state, elapsedMs, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}

/** The caller gave up while nothing was in flight. */
function cancelled(circuit: Circuit, signal: AbortSignal, attempts: number, elapsedMs: number): Failure {
  const { name, state } = circuit;
  return failureOfCall(gaveUp(signal), { circuit: name, state, attempts, elapsedMs }, signal.reason);
}

/** Waits, but no longer than the caller does. */
function pause(clock: Required<Clock>, waitMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const onAbort = (): void => {
      cancel?.();
      resolve();
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    // A clock of the user's may run it at once, so it must find everything in its place.
    const cancel: (() => void) | undefined = clock.schedule(waitMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
  });
}

const unanswered = (failure: Failure): Unanswered => ({ ok: false, failure });
