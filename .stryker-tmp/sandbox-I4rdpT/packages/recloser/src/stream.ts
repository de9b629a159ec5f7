// @ts-nocheck
import { Attempt, type Ended, isEnding } from "./attempt.js";
import { begin, type CallContext, type CallOptions, checkCall, degrade } from "./call.js";
import type { Circuit } from "./circuit.js";
import { CircuitError } from "./outcome/circuit-error.js";
import { classifyStreamError } from "./outcome/classify.js";
import type { Failure, Outcome } from "./outcome/outcome.js";
import type { SuccessVerdict } from "./outcome/verdict.js";
import { type Turn, withRetries } from "./retry.js";
import { Seen } from "./wire/ledger.js";
import { createEventWatcher } from "./wire/stream-watcher.js";

export function runStream<T>(
  circuit: Circuit,
  fn: (context: CallContext) => PromiseLike<AsyncIterable<T>> | AsyncIterable<T>,
  options: CallOptions<AsyncIterable<T>> | undefined,
): Promise<Outcome<AsyncIterable<T>>> {
  checkCall(fn, options);
  if (circuit.policy.retries !== undefined) return streamWithRetries(circuit, fn, options);
  return new Promise((resolve, reject) => {
    const onFailure = (failure: Failure): void => resolve(degrade(failure, options));
    streamOnce(circuit, fn, options, resolve, reject, onFailure);
  });
}

/** One attempt at `fn`. `onFailure` hears of it until there is a stream; from then on, its reader does. */
function streamOnce<T>(
  circuit: Circuit,
  fn: (context: CallContext) => PromiseLike<AsyncIterable<T>> | AsyncIterable<T>,
  options: CallOptions<AsyncIterable<T>> | undefined,
  resolve: (outcome: Outcome<AsyncIterable<T>>) => void,
  reject: (bug: unknown) => void,
  onFailure: (failure: Failure) => void,
  turn?: Turn,
): void {
  let onEnd = onFailure;
  const attempt = begin(
    circuit,
    true,
    options as CallOptions<never> | undefined,
    (failure) => onEnd(failure),
    turn,
  );
  if (!(attempt instanceof Attempt)) {
    onFailure(attempt);
    return;
  }
  const onError = (error: unknown): void => {
    try {
      const failure = attempt.fail(error);
      if (failure !== undefined) onFailure(failure);
    } catch (thrown) {
      reject(thrown);
    }
  };
  const onStream = (source: AsyncIterable<T>): void => {
    if (attempt.done) {
      // It came after its call had ended: nobody will read it.
      letGo(source[Symbol.asyncIterator]());
      return;
    }
    if (typeof source?.[Symbol.asyncIterator] !== "function") {
      throw new TypeError(
        "stream(fn): fn gave something that is no async iterable; give an SDK's stream, or use call(fn).",
      );
    }
    const guarded = guard(source, attempt);
    onEnd = guarded.fail;
    resolve({ ok: true, degraded: false, value: guarded.items });
  };
  let starting: PromiseLike<AsyncIterable<T>> | AsyncIterable<T>;
  try {
    starting = fn(attempt);
  } catch (error) {
    onError(error);
    return;
  }
  Promise.resolve(starting).then(onStream).catch(onError);
}

async function streamWithRetries<T>(
  circuit: Circuit,
  fn: (context: CallContext) => PromiseLike<AsyncIterable<T>> | AsyncIterable<T>,
  options: CallOptions<AsyncIterable<T>> | undefined,
): Promise<Outcome<AsyncIterable<T>>> {
  const outcome = await withRetries(circuit, options, (turn) => {
    return new Promise<Outcome<AsyncIterable<T>>>((resolve, reject) => {
      const onFailure = (failure: Failure): void => resolve({ ok: false, failure });
      streamOnce(circuit, fn, options, resolve, reject, onFailure, turn);
    });
  });
  return outcome.ok ? outcome : degrade(outcome.failure, options);
}

/** The items of `source`, watched: each wait is under the attempt's limits, and the end of the stream settles it. */
function guard<T>(
  source: AsyncIterable<T>,
  attempt: Attempt,
): { readonly items: AsyncIterableIterator<T>; readonly fail: (failure: Failure) => void } {
  const iterator = source[Symbol.asyncIterator]();
  const watcher = createEventWatcher();
  let seen = 0;
  /** Why the stream broke; whoever ended the attempt has set it. */
  let broken: CircuitError | undefined;
  /** Ends the wait for an item, if there is one: with an error, or as a stream ends. */
  let interrupt: ((error: CircuitError) => void) | undefined;
  let stop: (() => void) | undefined;

  const breakWith = (failure: Failure | undefined): CircuitError | undefined => {
    if (failure !== undefined) broken ??= new CircuitError(failure);
    return broken;
  };
  const fail = (failure: Failure): void => {
    const error = breakWith(failure);
    if (error !== undefined) interrupt?.(error);
    letGo(iterator);
  };
  /** Looks at an item as it arrives, however late its reader is: a slow reader is not a slow dependency. */
  const look = (step: IteratorResult<T>): void => {
    attempt.pause();
    if (step.done || attempt.done) return;
    const shown = watcher.push(step.value);
    seen |= shown;
    if (shown & Seen.token) attempt.progressed();
    if (!(shown & Seen.error)) return;
    breakWith(attempt.end(verdictInBand(watcher.payload), watcher.payload));
    letGo(iterator);
  };
  /** One reaction for each wait: a race with a long-lived promise leaks. */
  const pull = (): Promise<IteratorResult<T>> =>
    new Promise((resolve, reject) => {
      interrupt = reject;
      stop = () => resolve({ done: true, value: undefined });
      const onStep = (step: IteratorResult<T>): void => {
        look(step);
        if (broken === undefined) resolve(step);
        else reject(broken);
      };
      const onError = (error: unknown): void => {
        try {
          reject(breakWith(attempt.fail(error)));
        } catch (bug) {
          reject(bug);
        }
      };
      attempt.resume();
      try {
        Promise.resolve(iterator.next()).then(onStep).catch(onError);
      } catch (error) {
        onError(error);
      }
    });

  // The first item is asked for at once, so that the first token is timed by the dependency and not by its reader.
  let first: Promise<IteratorResult<T>> | undefined = pull();
  first.catch(() => {});

  async function* watched(): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        if (broken !== undefined) throw broken;
        const step = await (first ?? pull());
        first = undefined;
        if (step.done) return conclude();
        yield step.value;
      }
    } finally {
      leave();
    }
  }

  const conclude = (): void => {
    // It was the reader who left.
    if (attempt.done && broken === undefined) return;
    const end = watcher.finish();
    if (end.kind === "complete" || end.kind === "opaque") {
      attempt.succeed(success(watcher.outputTokens));
      if (broken !== undefined) throw broken;
      return;
    }
    throw breakWith(attempt.end({ verdict: "failure", reason: "truncated" }));
  };
  /** The reader has left. After a token the call was healthy; before, it says nothing. */
  const leave = (): void => {
    if (attempt.done) return;
    if (seen & Seen.token) attempt.succeed(success(watcher.outputTokens));
    else attempt.end({ verdict: "neutral", reason: "cancelled" });
    letGo(iterator);
  };

  const generator = watched();
  const items: AsyncIterableIterator<T> = {
    next: () => generator.next(),
    return: async () => {
      // A generator that has not started runs no `finally`, and one that waits for an item would go on waiting.
      leave();
      stop?.();
      await generator.return();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => items,
  };
  return { items, fail };
}

/** Lets go of a source. It may be the very thing that hangs or throws, so nobody waits for it. */
function letGo(iterator: AsyncIterator<unknown>): void {
  new Promise((resolve) => {
    resolve(iterator.return?.());
  }).catch(() => {});
}

function success(outputTokens: number | undefined): SuccessVerdict {
  return outputTokens === undefined ? { verdict: "success" } : { verdict: "success", outputTokens };
}

/** An error event is never a success, whatever it says. */
function verdictInBand(payload: unknown): Ended {
  const verdict = classifyStreamError(payload);
  return isEnding(verdict) ? verdict : { verdict: "failure", reason: "stream-error" };
}
