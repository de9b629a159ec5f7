import { CircuitError } from "../../outcome/circuit-error.js";
import type { Failure } from "../../outcome/outcome.js";
import { type Guarded, start } from "./generate.js";
import { judge } from "./judge.js";
import { type PartsRelay, relayParts } from "./relay-parts.js";

/** One streaming call behind its circuit. Settles its permit exactly once, whatever the model or the reader do. */
export function runStream<Part, R extends { stream: ReadableStream<Part> }>(
  guarded: Guarded,
  send: (signal: AbortSignal) => PromiseLike<R>,
): Promise<R> {
  return new Promise((resolve, reject) => {
    const { signal } = guarded;
    const upstream = new AbortController();
    let parts: PartsRelay<Part> | undefined;

    // Registered before the attempt's own listener, because a stream that has shown tokens knows more than a signal.
    const onCallerAbort = (): void => {
      if (parts === undefined) return;
      parts.callerGaveUp();
      // Else the attempt hears of it next, judges it, and stops everything.
      if (attempt?.done) stop(signal?.reason);
    };
    const unlink = (): void => signal?.removeEventListener("abort", onCallerAbort);
    const stop = (error: unknown): void => {
      unlink();
      // First its reader: what upstream makes of the abort is no news.
      if (error instanceof CircuitError) parts?.breakOff(error);
      else parts?.fail(error);
      upstream.abort(error);
      reject(error);
    };
    signal?.addEventListener("abort", onCallerAbort, { once: true });

    const onEnd = (failure: Failure): void =>
      stop(signal?.aborted ? signal.reason : new CircuitError(failure));
    const attempt = start(guarded, true, onEnd, (error) => {
      unlink();
      reject(error);
    });
    if (attempt === undefined) return;
    attempt.readerPaced = true;

    const onResult = (result: R): void => {
      if (attempt.done) {
        // Given up while it was on its way; its promise is rejected already.
        result.stream.cancel().catch(() => {});
        return;
      }
      parts = relayParts(result.stream, attempt, unlink);
      resolve({ ...result, stream: parts.stream });
    };
    const onError = (error: unknown): void => {
      unlink();
      judge(attempt, error);
      reject(error);
    };
    /** A mistake of ours, or a model that gives no stream, must not cost a permit. */
    const onBug = (error: unknown): void => {
      attempt.succeed({ verdict: "neutral", reason: "bug" });
      stop(error);
    };
    const sent = async (): Promise<R> => send(upstream.signal);
    sent().then(onResult, onError).catch(onBug);
  });
}
