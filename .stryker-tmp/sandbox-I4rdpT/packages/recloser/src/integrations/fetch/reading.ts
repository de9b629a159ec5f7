// @ts-nocheck
import { type Attempt, isEnding } from "../../attempt.js";
import { CircuitError } from "../../outcome/circuit-error.js";
import type { Failure } from "../../outcome/outcome.js";
import type { Verdict } from "../../outcome/verdict.js";
import { type AnswerReader, LONGEST_ANSWER, LONGEST_ERROR } from "../../wire/answer-reader.js";
import { Seen } from "../../wire/ledger.js";
import { remember } from "./failure-of.js";

/** Reads along while a body passes, and settles its attempt as soon as it is clear how the call ended. */
export interface Reading {
  /** How many bytes may be read before the caller asks for them. */
  readonly ahead: number;
  push(chunk: Uint8Array): void;
  /** Upstream has ended the body properly. Returns what its reader must get instead of an end, if anything. */
  end(): CircuitError | undefined;
  /** The body broke off. Returns what its reader gets. */
  broken(error: unknown): unknown;
  /** The reader has left. An attempt that is not done then still waits for the rest. */
  left(): void;
  /** The caller or the circuit stops the call. What is not settled here, the attempt judges. */
  stopped(): void;
}

/** A stream is read ahead only until its first token, which this is more than enough for. */
const STREAM_AHEAD = 65_536;
/** The body of an error that takes longer is judged by what has come. */
const ERROR_BODY_MS = 2000;

/** The reading of an answer that succeeded. */
export function readBody(attempt: Attempt, answer: AnswerReader, headers: Headers): Reading {
  let flowing = false;
  return {
    get ahead() {
      if (answer.kind === "whole") return LONGEST_ANSWER;
      return flowing || attempt.done ? 0 : STREAM_AHEAD;
    },
    push(chunk) {
      const seen = answer.push(chunk);
      if (attempt.done) return;
      if (seen & Seen.token) {
        flowing = true;
        attempt.progressed();
      }
      if (answer.verdict !== undefined) settle(attempt, answer.verdict, headers);
    },
    end() {
      if (attempt.done) return undefined;
      const { verdict, whole } = answer.finish();
      const error = settle(attempt, verdict, headers);
      return whole ? undefined : error;
    },
    broken(error) {
      try {
        return shown(attempt.fail(error), headers) ?? error;
      } catch {
        // Not a failure of the dependency: the reader gets it as it is.
        return error;
      }
    },
    left() {
      attempt.succeed(flowing ? { verdict: "success" } : { verdict: "neutral", reason: "cancelled" });
    },
    stopped() {
      if (flowing) attempt.succeed({ verdict: "success" });
    },
  };
}

/** The reading of an error: its status decides, with its body where that comes soon. `onSettled`: enough has come. */
export function readErrorBody(
  attempt: Attempt,
  answer: AnswerReader,
  headers: Headers,
  onSettled: () => void,
): Reading {
  const judge = (): void => {
    cancelTimer();
    if (attempt.done) return;
    settle(attempt, answer.finish().verdict, headers);
    onSettled();
  };
  const cancelTimer = attempt.circuit.policy.clock.schedule(ERROR_BODY_MS, judge);
  return {
    ahead: LONGEST_ERROR,
    push(chunk) {
      answer.push(chunk);
      if (answer.verdict !== undefined) judge();
    },
    end() {
      judge();
      return undefined;
    },
    broken(error) {
      judge();
      return error;
    },
    left() {},
    stopped: judge,
  };
}

/** Settles the attempt, and keeps a failure for whoever asks `failureOf` about this answer. */
export function settle(attempt: Attempt, verdict: Verdict, headers: Headers): CircuitError | undefined {
  // A breaker further on that rejected the call says it best, in headers of its own.
  if (isEnding(verdict) && verdict.reason !== "cancelled") return shown(attempt.end(verdict), headers);
  attempt.succeed(verdict);
  return undefined;
}

function shown(failure: Failure | undefined, headers: Headers): CircuitError | undefined {
  if (failure === undefined) return undefined;
  remember(headers, failure);
  return new CircuitError(failure);
}
