// @ts-nocheck
import { Attempt, classified } from "../../attempt.js";
import { begin } from "../../call.js";
import type { Circuit } from "../../circuit.js";
import { CircuitError } from "../../outcome/circuit-error.js";
import type { Failure } from "../../outcome/outcome.js";
import { type AnswerReader, createAnswerReader } from "../../wire/answer-reader.js";
import { clientDeadline } from "../../wire/client-timeout.js";
import { remember } from "./failure-of.js";
import { type Reading, readBody, readErrorBody, settle } from "./reading.js";
import { type Relay, relay } from "./relay.js";
import type { FetchRequest } from "./request.js";
import { hasReadableBody, rejectionResponse, withBody } from "./respond.js";

export interface Exchange {
  readonly circuit: Circuit;
  readonly request: FetchRequest;
  /** The caller's. */
  readonly signal: AbortSignal | undefined;
  /** Sends the request under a signal of ours. */
  readonly send: (signal: AbortSignal) => Promise<Response>;
  readonly onReject: "respond" | "throw";
  readonly finishIsEnd: boolean;
  /** What the caller's client waits where its request does not say. */
  readonly clientTimeoutMs: number;
}

/** One request behind its circuit. Settles its permit exactly once, whatever the request, its body or its caller do. */
export function runExchange(exchange: Exchange): Promise<Response> {
  return new Promise((resolve, reject) => {
    const { circuit, request, signal } = exchange;
    const upstream = new AbortController();
    let reading: Reading | undefined;
    let body: Relay | undefined;
    let attempt: Attempt | undefined;

    const stop = (error: unknown): void => {
      unlink();
      reading?.stopped();
      upstream.abort(error);
      body?.fail(error);
      reject(error);
    };
    // Registered before the attempt's own listener, because a body that has shown tokens knows more than a signal.
    const onCallerAbort = (): void => {
      reading?.stopped();
      // Else the attempt hears of it next, judges it, and stops everything.
      if (attempt?.done) stop(signal?.reason);
    };
    const unlink = (): void => signal?.removeEventListener("abort", onCallerAbort);
    signal?.addEventListener("abort", onCallerAbort, { once: true });

    const onEnd = (failure: Failure): void =>
      stop(signal?.aborted ? signal.reason : new CircuitError(failure));
    const begun = begin(circuit, request.streaming, signal === undefined ? undefined : { signal }, onEnd);
    if (!(begun instanceof Attempt)) {
      unlink();
      if (begun.kind !== "rejected") reject(signal?.reason);
      else if (exchange.onReject === "throw") reject(new CircuitError(begun));
      else resolve(rejectionResponse(begun, request.format));
      return;
    }
    attempt = begun;
    begun.readerPaced = true;
    const deadline = clientDeadline(request.headers, exchange.clientTimeoutMs);
    begun.callerDeadlineMs = deadline.ms;

    const onResponse = (response: Response): void => {
      if (begun.done) {
        // Given up while it was on its way; its promise is rejected already.
        response.body?.cancel().catch(() => {});
        return;
      }
      const { status, headers } = response;
      const answer = createAnswerReader({
        status,
        headers,
        format: request.format,
        streaming: request.streaming,
        finishIsEnd: exchange.finishIsEnd,
        classify: (error) => classified(circuit, error),
      });
      if (!hasReadableBody(response)) {
        unlink();
        settleBodiless(begun, answer, response);
        resolve(response);
        return;
      }
      if (answer.kind === "stream" && deadline.endsWithHead) begun.callerDeadlineMs = Infinity;
      reading = response.ok
        ? readBody(begun, answer, headers)
        : readErrorBody(begun, answer, headers, () => body?.settled());
      body = relay(response.body, reading, begun, unlink);
      resolve(withBody(response, body.stream));
    };
    const onError = (error: unknown): void => {
      unlink();
      try {
        const failure = begun.fail(error);
        if (failure !== undefined) remember(error, failure);
      } catch {
        // No failure of the dependency: a wrong address, for example. It is rejected as it is, like any other.
      }
      reject(error);
    };
    /** A mistake of ours, or an answer that is none, must not cost a permit. */
    const onBug = (error: unknown): void => {
      begun.succeed({ verdict: "neutral", reason: "bug" });
      stop(error);
    };
    start(exchange, upstream.signal).then(onResponse, onError).catch(onBug);
  });
}

/** A `fetch` may throw before it returns. */
async function start(exchange: Exchange, signal: AbortSignal): Promise<Response> {
  return exchange.send(signal);
}

function settleBodiless(attempt: Attempt, answer: AnswerReader, response: Response): void {
  // Opaque to us, as in a browser without CORS, or as a body of another kind: that it came is all there is to know.
  if (response.status === 0 || (response.ok && response.body !== null))
    attempt.succeed({ verdict: "success" });
  else settle(attempt, answer.finish().verdict, response.headers);
}
