// @ts-nocheck
import type { Attempt } from "../../attempt.js";
import type { Reading } from "./reading.js";

export interface Relay {
  /** What the caller reads: the very chunks that upstream sent. */
  readonly stream: ReadableStream<Uint8Array>;
  /** Breaks the stream off at once, for its reader and for upstream. */
  readonly fail: (error: unknown) => void;
  /** A reading of a reader that left has all that it waited for. */
  readonly settled: () => void;
}

/**
 * Passes a body on chunk by chunk and shows each chunk to `reading` first. Upstream is asked for more when the reader
 * asks, and ahead of that as far as `reading.ahead` allows, so that an answer is timed by its provider and not by its
 * reader. `onOver` is called once upstream has ended or was let go.
 */
export function relay(
  source: ReadableStream<Uint8Array>,
  reading: Reading,
  attempt: Attempt,
  onOver: () => void,
): Relay {
  const upstream = source.getReader();
  const held: Uint8Array[] = [];
  let heldBytes = 0;
  let asking = false;
  /** Upstream has ended or was let go. */
  let over = false;
  /** The reader has left. */
  let left = false;
  /** How the stream ends for its reader, behind what is held. */
  let ending: (() => void) | undefined;
  /** The reader waits; called when it has got something. */
  let served: (() => void) | undefined;
  let out: ReadableStreamDefaultController<Uint8Array> | undefined;

  const ask = (): void => {
    if (asking || over) return;
    asking = true;
    attempt.resume();
    upstream.read().then(onRead, onBroken).catch(onBug);
  };
  const askAhead = (): void => {
    const { ahead } = reading;
    if (served !== undefined || heldBytes < ahead) ask();
    // Held up by its reader: what has come so far is a sign of life, and silence from here on is not the provider's.
    else if (ahead > 0 && !attempt.done) attempt.progressed();
  };
  const onRead = (step: ReadableStreamReadResult<Uint8Array>): void => {
    asking = false;
    attempt.pause();
    if (over) return;
    if (step.done) {
      const error = reading.end();
      end(error === undefined ? () => out?.close() : () => out?.error(error));
      return;
    }
    reading.push(step.value);
    if (!left) deliver(step.value);
    askAhead();
  };
  const onBroken = (error: unknown): void => {
    asking = false;
    if (over) return;
    const shown = reading.broken(error);
    end(() => out?.error(shown));
  };
  /** A mistake of ours must not cost the caller a permit or a hang. */
  const onBug = (error: unknown): void => {
    attempt.succeed({ verdict: "neutral", reason: "bug" });
    fail(error);
  };
  const deliver = (chunk: Uint8Array): void => {
    if (served === undefined) {
      held.push(chunk);
      heldBytes += chunk.byteLength;
      return;
    }
    out?.enqueue(chunk);
    wake();
  };
  const wake = (): void => {
    const waiting = served;
    served = undefined;
    waiting?.();
  };
  const end = (how: () => void): void => {
    over = true;
    onOver();
    if (left) return;
    ending = how;
    if (held.length === 0) conclude();
  };
  const conclude = (): void => {
    ending?.();
    ending = undefined;
    wake();
  };
  const letGo = (reason: unknown): void => {
    if (over) return;
    over = true;
    onOver();
    upstream.cancel(reason).catch(() => {});
  };
  const fail = (error: unknown): void => {
    if (over) return;
    held.length = 0;
    out?.error(error);
    wake();
    letGo(error);
  };

  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        out = controller;
      },
      pull(controller) {
        const chunk = held.shift();
        if (chunk === undefined) {
          return new Promise<void>((resolve) => {
            served = resolve;
            ask();
          });
        }
        heldBytes -= chunk.byteLength;
        controller.enqueue(chunk);
        if (held.length === 0 && ending !== undefined) conclude();
        else askAhead();
        return undefined;
      },
      cancel(reason) {
        left = true;
        held.length = 0;
        heldBytes = 0;
        ending = undefined;
        reading.left();
        // An error's body says what the error is: it is worth its last few bytes.
        if (attempt.done) letGo(reason);
        else ask();
      },
    },
    // Nothing is asked for before the reader asks; reading ahead is decided here.
    { highWaterMark: 0 },
  );
  const settled = (): void => {
    if (left) letGo(undefined);
  };
  askAhead();
  return { stream, fail, settled };
}
