import { Attempt } from "../../attempt.js";
import { begin } from "../../call.js";
import type { Circuit } from "../../circuit.js";
import { CircuitError } from "../../outcome/circuit-error.js";
import type { Failure } from "../../outcome/outcome.js";
import { remember } from "../fetch/failure-of.js";
import { judge } from "./judge.js";
import { readResult } from "./parts.js";

/** A call and the circuit that it passes. */
export interface Guarded {
  readonly circuit: Circuit;
  readonly priority: "interactive" | "background";
  /** The caller's. */
  readonly signal: AbortSignal | undefined;
}

/** Asks for a permit. `onRefused` gets what the caller is to be told where there is none. */
export function start(
  { circuit, priority, signal }: Guarded,
  streaming: boolean,
  onEnd: (failure: Failure) => void,
  onRefused: (error: unknown) => void,
): Attempt | undefined {
  const begun = begin(circuit, streaming, signal === undefined ? { priority } : { priority, signal }, onEnd);
  if (begun instanceof Attempt) return begun;
  onRefused(begun.kind === "rejected" ? new CircuitError(begun) : signal?.reason);
  return undefined;
}

/** One call in one piece behind its circuit. Settles its permit exactly once. */
export function runGenerate<R extends object>(
  guarded: Guarded,
  send: (signal: AbortSignal) => PromiseLike<R>,
): Promise<R> {
  return new Promise((resolve, reject) => {
    const { signal } = guarded;
    const onEnd = (failure: Failure): void =>
      reject(signal?.aborted ? signal.reason : new CircuitError(failure));
    const attempt = start(guarded, false, onEnd, reject);
    if (attempt === undefined) return;
    const onResult = (result: R): void => {
      const { verdict } = readResult(result);
      if (verdict.verdict === "failure") {
        const failure = attempt.end(verdict);
        if (failure !== undefined) remember(result, failure);
      } else attempt.succeed(verdict);
      resolve(result);
    };
    const onError = (error: unknown): void => {
      judge(attempt, error);
      reject(error);
    };
    const sent = async (): Promise<R> => send(attempt.signal);
    sent().then(onResult, onError);
  });
}
