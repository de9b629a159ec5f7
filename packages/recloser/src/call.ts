import { Attempt } from "./attempt.js";
import type { Circuit } from "./circuit.js";
import { isBug } from "./outcome/bug.js";
import { CircuitError } from "./outcome/circuit-error.js";
import { failureOfCall } from "./outcome/failure.js";
import type { Failure, Outcome } from "./outcome/outcome.js";
import { outputTokensOf } from "./outcome/usage.js";
import type { SuccessVerdict } from "./outcome/verdict.js";
import { abortSignal, atLeast, callable, checkKeys, oneOf } from "./require.js";
import { type Turn, withRetries } from "./retry.js";

/** What `fn` gets. */
export interface CallContext {
  /** Aborted when the caller gives up, a deadline passes, or the circuit gives the call up. */
  readonly signal: AbortSignal;
  /** Says that a token arrived. */
  readonly progress: () => void;
  /** Which request of this call it is; counts from 1. */
  readonly attempt: number;
}

/** What one call may say about itself. */
export interface CallOptions<T> {
  /** The caller's own signal. Aborting it cancels the call, and says nothing about the dependency. Default: none. */
  readonly signal?: AbortSignal;
  /**
   * The longest the call may take in all, retries included, in milliseconds. At least 1. Default: the circuit's. One that
   * is shorter than the circuit's patience is not evidence when it passes.
   */
  readonly timeoutMs?: number;
  /** The longest a streaming call may take to its first token, in milliseconds. At least 1. Default: the circuit's. */
  readonly firstTokenTimeoutMs?: number;
  /** The longest silence between two tokens, in milliseconds. At least 1. Default: the circuit's. */
  readonly stallTimeoutMs?: number;
  /** Whether the answer comes in tokens, and `progress()` tells of each. Default false; `stream` sets it. */
  readonly streaming?: boolean;
  /**
   * Whether somebody waits for the answer. Under a limit `background` yields to `interactive`, and it goes first as a
   * probe. Default `interactive`.
   */
  readonly priority?: "interactive" | "background";
  /**
   * Degrades: called when the call was rejected or failed; its value comes back with `degraded: true`. When it fails too,
   * or the caller's signal is aborted meanwhile, the call's own failure comes back; a plain bug in it is thrown through.
   * It is under no limit of the circuit's. Default: none.
   */
  readonly fallback?: (failure: Failure) => PromiseLike<T> | T;
}

const KEYS: readonly (keyof CallOptions<unknown>)[] = [
  "signal",
  "timeoutMs",
  "firstTokenTimeoutMs",
  "stallTimeoutMs",
  "streaming",
  "priority",
  "fallback",
];

const SUCCESS: SuccessVerdict = { verdict: "success" };

export function checkCall<T>(fn: unknown, options: CallOptions<T> | undefined): void {
  callable("fn", fn);
  if (options === undefined) return;
  checkKeys("call options", options, KEYS);
  for (const key of ["timeoutMs", "firstTokenTimeoutMs", "stallTimeoutMs"] as const) {
    if (options[key] !== undefined) atLeast(key, options[key], 1, { infinite: true });
  }
  if (options.priority !== undefined) oneOf("priority", options.priority, ["interactive", "background"]);
  if (options.signal !== undefined) abortSignal("signal", options.signal);
  if (options.fallback !== undefined) callable("fallback", options.fallback);
}

/** Ends a call that was never made because its caller had given up already. */
function cancelledBefore(circuit: Circuit, signal: AbortSignal): Failure {
  const { name, state } = circuit;
  const verdict = { verdict: "neutral", reason: "cancelled" } as const;
  return failureOfCall(verdict, { circuit: name, state, attempts: 0, elapsedMs: 0 }, signal.reason);
}

/** Asks for a permit and starts an attempt, or says why not. Without `turn` it is the only one of its call. */
export function begin(
  circuit: Circuit,
  streaming: boolean,
  options: CallOptions<never> | undefined,
  onEnd: (failure: Failure) => void,
  turn?: Turn,
): Attempt | Failure {
  if (options?.signal?.aborted) return cancelledBefore(circuit, options.signal);
  let attempt: Attempt | undefined;
  const admission = circuit.admit({
    streaming,
    priority: options?.priority ?? "interactive",
    fallback: options?.fallback !== undefined,
    onAbort: (failure) => attempt?.givenUp(failure),
  });
  if (!admission.ok) return admission.failure;
  attempt = new Attempt(circuit, admission.permit, streaming, options, onEnd, turn?.number, turn?.startedAt);
  if (turn !== undefined) turn.attempt = attempt;
  return attempt;
}

export function runCall<T>(
  circuit: Circuit,
  fn: (context: CallContext) => PromiseLike<T> | T,
  options: CallOptions<T> | undefined,
): Promise<Outcome<T>> {
  checkCall(fn, options);
  if (circuit.policy.retries !== undefined) return callWithRetries(circuit, fn, options);
  return new Promise((resolve, reject) => {
    const onEnd = (failure: Failure): void => resolve(degrade(failure, options));
    callOnce(circuit, fn, options, resolve, reject, onEnd);
  });
}

function successOf(value: unknown): SuccessVerdict {
  const outputTokens = outputTokensOf(value);
  return outputTokens === undefined ? SUCCESS : { verdict: "success", outputTokens };
}

/** One attempt at `fn`. */
function callOnce<T>(
  circuit: Circuit,
  fn: (context: CallContext) => PromiseLike<T> | T,
  options: CallOptions<T> | undefined,
  resolve: (outcome: Outcome<T>) => void,
  reject: (bug: unknown) => void,
  onEnd: (failure: Failure) => void,
  turn?: Turn,
): void {
  const attempt = begin(
    circuit,
    options?.streaming ?? false,
    options as CallOptions<never> | undefined,
    onEnd,
    turn,
  );
  if (!(attempt instanceof Attempt)) {
    onEnd(attempt);
    return;
  }
  const onError = (error: unknown): void => {
    try {
      const failure = attempt.fail(error);
      if (failure !== undefined) onEnd(failure);
    } catch (thrown) {
      reject(thrown);
    }
  };
  const onValue = (value: T): void => {
    if (attempt.succeed(successOf(value))) resolve({ ok: true, degraded: false, value });
  };
  let running: PromiseLike<T> | T;
  try {
    running = fn(attempt);
  } catch (error) {
    onError(error);
    return;
  }
  Promise.resolve(running).then(onValue, onError);
}

async function callWithRetries<T>(
  circuit: Circuit,
  fn: (context: CallContext) => PromiseLike<T> | T,
  options: CallOptions<T> | undefined,
): Promise<Outcome<T>> {
  const outcome = await withRetries(circuit, options, (turn) => {
    return new Promise<Outcome<T>>((resolve, reject) => {
      const onEnd = (failure: Failure): void => resolve({ ok: false, failure });
      callOnce(circuit, fn, options, resolve, reject, onEnd, turn);
    });
  });
  return outcome.ok ? outcome : degrade(outcome.failure, options);
}

export async function runOrThrow<T>(
  circuit: Circuit,
  fn: (context: CallContext) => PromiseLike<T> | T,
  options: CallOptions<T> | undefined,
): Promise<T> {
  const outcome = await runCall(circuit, fn, options);
  if (outcome.ok) return outcome.value;
  throw new CircuitError(outcome.failure);
}

export function degrade<T>(
  failure: Failure,
  options: CallOptions<T> | undefined,
): Outcome<T> | Promise<Outcome<T>> {
  const fallback = options?.fallback;
  // A refused request would be as wrong for the fallback, and nobody waits for a cancelled one.
  if (fallback === undefined || failure.kind === "refused" || failure.kind === "cancelled")
    return { ok: false, failure };
  return fallenBack(failure, fallback, options?.signal);
}

async function fallenBack<T>(
  failure: Failure,
  fallback: (failure: Failure) => PromiseLike<T> | T,
  signal: AbortSignal | undefined,
): Promise<Outcome<T>> {
  try {
    return { ok: true, degraded: true, value: await unlessAborted(fallback(failure), signal), failure };
  } catch (error) {
    if (isBug(error)) throw error;
    // What the caller has to know is still why there is no answer.
    return { ok: false, failure };
  }
}

/** Waits for `work`, but no longer than its caller does. */
function unlessAborted<T>(work: PromiseLike<T> | T, signal: AbortSignal | undefined): PromiseLike<T> | T {
  if (signal === undefined) return work;
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(new Error("The caller gave up."));
    const leave = (): void => signal.removeEventListener("abort", onAbort);
    // First of all: work that fails and that nobody hears would end the process.
    Promise.resolve(work).then(resolve, reject).finally(leave);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}
