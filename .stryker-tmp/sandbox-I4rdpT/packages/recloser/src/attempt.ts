// @ts-nocheck
import type { CallContext, CallOptions } from "./call.js";
import { callerVerdict } from "./caller.js";
import type { Circuit } from "./circuit.js";
import { retryBudgetOf } from "./limit/retry-budget.js";
import type { CircuitPolicy } from "./options.js";
import { isBug } from "./outcome/bug.js";
import { CircuitError } from "./outcome/circuit-error.js";
import { classify } from "./outcome/classify.js";
import { factsOf } from "./outcome/facts.js";
import { failureOfCall } from "./outcome/failure.js";
import { isVerdict } from "./outcome/is-verdict.js";
import type { Failure } from "./outcome/outcome.js";
import { restated } from "./outcome/restated.js";
import type {
  FailureReason,
  FailureVerdict,
  NeutralReason,
  NeutralVerdict,
  Verdict,
} from "./outcome/verdict.js";
import type { Permit } from "./permit.js";

/**
 * A wait of at least this long that somebody's deadline ended is evidence; a shorter one says more about the caller's
 * patience than about the dependency. It is also the least that a learned stall deadline may be.
 */
const PATIENCE_MS = 15_000;

/**
 * The shortest wait that counts as evidence when a deadline ends it, in milliseconds: 15,000, or less where a limit of the
 * policy's on that very wait is shorter. For integrations that keep deadlines of their own.
 */
export function patienceMs(
  policy: Pick<CircuitPolicy, "stallDeadlineMs" | "timeoutMs" | "firstTokenTimeoutMs" | "stallTimeoutMs">,
  wait: { readonly streaming: boolean; readonly firstToken: boolean },
): number {
  const stall = wait.streaming ? policy.stallDeadlineMs.streaming : policy.stallDeadlineMs.unary;
  const firstToken = wait.streaming ? policy.firstTokenTimeoutMs : Infinity;
  return Math.min(
    PATIENCE_MS,
    stall ?? Infinity,
    policy.timeoutMs,
    wait.firstToken ? policy.stallTimeoutMs : firstToken,
  );
}

/** A verdict that leaves the caller without an answer. */
export type Ended = FailureVerdict | (NeutralVerdict & { readonly reason: Exclude<NeutralReason, "bug"> });

export function isEnding(verdict: Verdict): verdict is Ended {
  return verdict.verdict !== "success" && verdict.reason !== "bug";
}

/**
 * One admitted call under its deadlines: owns the permit, the signal given to `fn`, and at most one timer. Whoever ends
 * it first wins; everything after that finds it `done`.
 */
export class Attempt implements CallContext {
  readonly circuit: Circuit;
  readonly attempt: number;
  /** When the call started: for a retry, before the attempt was admitted. */
  readonly startedAt: number;
  readonly #permit: Permit;
  readonly #onEnd: (failure: Failure) => void;
  readonly #callerSignal: AbortSignal | undefined;
  readonly #timeoutMs: number;
  readonly #firstTokenTimeoutMs: number;
  readonly #stallTimeoutMs: number;
  readonly #streaming: boolean;
  #controller: AbortController | undefined;
  #abortReason: unknown;
  #progress: (() => void) | undefined;
  #cancelTimer: (() => void) | undefined;
  /** What the timer is set to. */
  #armedFor = Infinity;
  #firstToken = false;
  /** The start of the wait that the first-token or stall limit measures; `undefined` while nobody waits. */
  #waitingSince: number | undefined;
  /** Waited for the next token before the latest pause: other signs of life do not begin the wait anew. */
  #waitedMs = 0;
  #pausedAt: number | undefined;
  #awayMs = 0;
  /** The reader sets the pace: while nobody waits, not even the limit on the whole call runs. */
  readerPaced = false;
  /** What the caller's client says it will wait: an abort at that age is a deadline, though its reason does not say so. */
  callerDeadlineMs: number = Infinity;
  done = false;

  constructor(
    circuit: Circuit,
    permit: Permit,
    streaming: boolean,
    options: CallOptions<never> | undefined,
    onEnd: (failure: Failure) => void,
    attempt = 1,
    startedAt: number = permit.admittedAt,
  ) {
    const { policy } = circuit;
    this.attempt = attempt;
    this.startedAt = startedAt;
    this.circuit = circuit;
    this.#permit = permit;
    this.#onEnd = onEnd;
    this.#streaming = streaming;
    this.#callerSignal = options?.signal;
    this.#timeoutMs = options?.timeoutMs ?? policy.timeoutMs;
    this.#firstTokenTimeoutMs = streaming
      ? (options?.firstTokenTimeoutMs ?? policy.firstTokenTimeoutMs)
      : Infinity;
    this.#stallTimeoutMs = options?.stallTimeoutMs ?? policy.stallTimeoutMs;
    this.#waitingSince = permit.admittedAt;
    if (this.#callerSignal !== undefined) this.#callerSignal.addEventListener("abort", this, { once: true });
    this.#arm();
  }

  get signal(): AbortSignal {
    // Made when asked for: most calls that are not cancelled never need one, and it costs more than the rest.
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  get progress(): () => void {
    this.#progress ??= () => this.progressed();
    return this.#progress;
  }

  progressed(): void {
    if (this.done) return;
    this.#permit.progress();
    this.#waitedMs = 0;
    if (this.#waitingSince !== undefined) this.#waitingSince = this.circuit.policy.clock.now();
    if (this.#firstToken) return;
    this.#firstToken = true;
    this.#arm();
  }

  /** Nobody waits for a token now: the reader is busy, so silence is not the dependency's. */
  pause(): void {
    if (this.#waitingSince === undefined) return;
    this.#pausedAt = this.circuit.policy.clock.now();
    this.#waitedMs = this.#pausedAt - this.#waitingSince;
    this.#waitingSince = undefined;
  }

  resume(): void {
    if (this.#waitingSince !== undefined) return;
    const now = this.circuit.policy.clock.now();
    if (this.#pausedAt !== undefined) this.#awayMs += now - this.#pausedAt;
    this.#pausedAt = undefined;
    this.#waitingSince = now - this.#waitedMs;
    if (this.#nearestLimit() < this.#armedFor) this.#arm();
  }

  /** The call ended well. False when it had ended before. */
  succeed(verdict: Verdict): boolean {
    if (!this.#finish()) return false;
    const { policy } = this.circuit;
    if (this.#permit.settle(verdict) && policy.retries !== undefined && verdict.verdict === "success")
      retryBudgetOf(this.circuit)?.earn(policy.clock.now());
    return true;
  }

  /** `fn` threw. Returns the failure, or `undefined` when the call had ended before. Throws a plain bug through. */
  fail(error: unknown): Failure | undefined {
    if (this.done) return undefined;
    if (this.#callerSignal?.aborted) return this.end(callerVerdict(this.#callerSignal, this), error);
    if (isBug(error)) {
      this.#finish();
      this.#permit.settle({ verdict: "neutral", reason: "bug" });
      throw error;
    }
    const verdict = this.#judge(error);
    if (isEnding(verdict)) return this.end(verdict, error);
    // A `classify` of the user's may say that what was thrown is no failure; to the caller it is still thrown.
    this.#finish();
    this.#permit.settle(verdict);
    throw error;
  }

  /** Ends the call with `verdict`. Returns the failure, or `undefined` when it had ended before. */
  end(verdict: Ended, cause?: unknown): Failure | undefined {
    if (!this.#finish()) return undefined;
    const failure = this.#failure(verdict, cause);
    this.#permit.settle(verdict);
    return failure;
  }

  /** The circuit gave the call up; its permit is settled already. */
  givenUp(stalled: Failure): void {
    if (!this.#finish()) return;
    const { attempt, elapsedMs } = this;
    // The circuit knows of this attempt only.
    const failure = attempt === 1 ? stalled : restated(stalled, { attempts: attempt, elapsedMs });
    this.#abort(new CircuitError(failure));
    this.#onEnd(failure);
  }

  /** Since the call started. */
  get elapsedMs(): number {
    return this.circuit.policy.clock.now() - this.startedAt;
  }

  get tokenSeen(): boolean {
    return this.#firstToken;
  }

  /** How long somebody has waited since the last token, or since the start. */
  get waitedMs(): number {
    return this.#waitingSince === undefined
      ? this.#waitedMs
      : this.circuit.policy.clock.now() - this.#waitingSince;
  }

  /** The shortest wait that counts as evidence when a deadline ends it: the policy's limits on this very wait may lower it. */
  get patienceMs(): number {
    return patienceMs(this.circuit.policy, { streaming: this.#streaming, firstToken: this.#firstToken });
  }

  #judge(error: unknown): Verdict {
    const verdict = classified(this.circuit, error);
    // A deadline that we did not set (the SDK's own) ended the call: judge it as one of ours.
    if (verdict.verdict !== "failure" || verdict.reason !== "timeout" || factsOf(error).at !== "thrown")
      return verdict;
    return this.waitedMs >= this.patienceMs ? verdict : { verdict: "neutral", reason: "deadline" };
  }

  #failure(verdict: Ended, cause?: unknown): Failure {
    const { name, state } = this.circuit;
    return failureOfCall(
      verdict,
      { circuit: name, state, attempts: this.attempt, elapsedMs: this.elapsedMs },
      cause,
    );
  }

  #finish(): boolean {
    if (this.done) return false;
    this.done = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#callerSignal?.removeEventListener("abort", this);
    return true;
  }

  #abort(reason: unknown): void {
    this.#abortReason = reason;
    this.#controller?.abort(reason);
  }

  /** The caller's signal was aborted: the attempt is its own listener, which saves a closure a call. */
  handleEvent(): void {
    const signal = this.#callerSignal;
    if (signal === undefined) return;
    const failure = this.end(callerVerdict(signal, this), signal.reason);
    if (failure === undefined) return;
    this.#abort(signal.reason);
    this.#onEnd(failure);
  }

  /** One timer for the nearest limit. It looks again when it fires, so tokens need not touch it. */
  #arm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#armedFor = Infinity;
    const nearest = this.#nearestLimit();
    if (nearest === Infinity || this.done) return;
    const { clock } = this.circuit.policy;
    this.#armedFor = nearest;
    this.#cancelTimer = clock.schedule(nearest - clock.now(), () => this.#onTimer());
  }

  #nearestLimit(): number {
    const total = this.#totalLimit();
    if (this.#waitingSince === undefined) return this.readerPaced ? Infinity : total;
    const silence = this.#firstToken ? this.#stallTimeoutMs : this.#firstTokenTimeoutMs;
    return Math.min(total, this.#waitingSince + silence);
  }

  #totalLimit(): number {
    return this.startedAt + this.#timeoutMs + (this.readerPaced ? this.#awayMs : 0);
  }

  #onTimer(): void {
    this.#cancelTimer = undefined;
    this.#armedFor = Infinity;
    if (this.done) return;
    const now = this.circuit.policy.clock.now();
    if (this.#nearestLimit() > now) {
      this.#arm();
      return;
    }
    const [reason, limitMs] = this.#limitReached(now);
    const evidence = limitMs >= this.patienceMs;
    const failure = this.end(
      evidence ? { verdict: "failure", reason } : { verdict: "neutral", reason: "deadline" },
    );
    if (failure === undefined) return;
    this.#abort(new CircuitError(failure));
    this.#onEnd(failure);
  }

  #limitReached(now: number): [FailureReason, number] {
    if (now >= this.#totalLimit())
      return ["timeout", this.#timeoutMs - (this.#permit.admittedAt - this.startedAt)];
    return this.#firstToken
      ? ["stalled", this.#stallTimeoutMs]
      : ["no-first-token", this.#firstTokenTimeoutMs];
  }
}

/** The user's own judgement, or the table's. */
export function classified(circuit: Circuit, error: unknown): Verdict {
  try {
    const own = circuit.policy.classify?.(error);
    if (isVerdict(own)) return own;
  } catch {
    // A classifier that throws, or gives something else than a verdict, has not classified.
  }
  return classify(error);
}
