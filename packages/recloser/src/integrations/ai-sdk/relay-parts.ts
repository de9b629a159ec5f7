import type { Attempt } from "../../attempt.js";
import { CircuitError } from "../../outcome/circuit-error.js";
import type { FailureVerdict, SuccessVerdict } from "../../outcome/verdict.js";
import { judge, judgeErrorPart } from "./judge.js";
import { readPart } from "./parts.js";

export interface PartsRelay<Part> {
  /** What the caller reads: the very parts that the model gave. */
  readonly stream: ReadableStream<Part>;
  /** Ends the stream for its reader with an error part, as a model does. */
  readonly breakOff: (error: CircuitError) => void;
  /** Breaks the stream off at once. */
  readonly fail: (error: unknown) => void;
  /** The caller's signal was aborted. After a token the call was healthy. */
  readonly callerGaveUp: () => void;
}

/** A stream is read ahead only until its first token. What comes before it are a few frames. */
const PARTS_AHEAD = 64;
const SUCCESS: SuccessVerdict = { verdict: "success" };
const TRUNCATED: FailureVerdict = { verdict: "failure", reason: "truncated" };

/**
 * Passes the parts of a model's stream on, one by one, and settles the attempt as they tell how the call ended. The model
 * is asked for more when the reader asks, and ahead of that until the first token, so that it is timed by the model and
 * not by its reader. `onOver` is called once the model's stream has ended or was let go.
 */
export function relayParts<Part>(
  source: ReadableStream<Part>,
  attempt: Attempt,
  onOver: () => void,
): PartsRelay<Part> {
  const model = source.getReader();
  const held: Part[] = [];
  let flowing = false;
  let asking = false;
  /** The model's stream has ended or was let go. */
  let over = false;
  /** How the stream ends for its reader, behind what is held. */
  let ending: (() => void) | undefined;
  /** The reader waits; called when it has got something. */
  let served: (() => void) | undefined;
  let out: ReadableStreamDefaultController<Part> | undefined;

  const ask = (): void => {
    if (asking || over) return;
    asking = true;
    attempt.resume();
    model.read().then(onRead, onBroken).catch(onBug);
  };
  const askAhead = (): void => {
    if (served !== undefined) ask();
    else if (flowing || attempt.done) return;
    else if (held.length < PARTS_AHEAD) ask();
    // Held up by its reader: what has come so far is a sign of life, and silence from here on is not the model's.
    else attempt.progressed();
  };
  const onRead = (step: ReadableStreamReadResult<Part>): void => {
    asking = false;
    attempt.pause();
    if (over) return;
    if (step.done) {
      const cut = settle(TRUNCATED);
      if (cut !== undefined) deliver(errorPart(cut));
      end(() => out?.close());
      return;
    }
    const cut = attempt.done ? undefined : look(step.value);
    if (cut !== undefined) deliver(errorPart(cut));
    deliver(step.value);
    askAhead();
  };
  const onBroken = (error: unknown): void => {
    asking = false;
    if (over) return;
    judge(attempt, error);
    end(() => out?.error(error));
  };
  /** A mistake of ours must not cost the caller a permit or a hang. */
  const onBug = (error: unknown): void => {
    attempt.succeed({ verdict: "neutral", reason: "bug" });
    fail(error);
  };

  /** Reads a part. Returns what its reader must get before it, if anything. */
  const look = (part: Part): CircuitError | undefined => {
    const said = readPart(part);
    switch (said.kind) {
      case "alive":
        return undefined;
      case "token":
        flowing = true;
        attempt.progressed();
        return undefined;
      case "error":
        judgeErrorPart(attempt, said.error);
        return undefined;
      case "finish": {
        const { verdict, cut } = said.ending;
        const error = settle(verdict);
        return cut ? error : undefined;
      }
    }
  };
  const settle = (verdict: SuccessVerdict | FailureVerdict): CircuitError | undefined => {
    if (verdict.verdict === "success") {
      attempt.succeed(verdict);
      return undefined;
    }
    const failure = attempt.end(verdict);
    return failure && new CircuitError(failure);
  };

  const deliver = (part: Part): void => {
    if (served === undefined) {
      held.push(part);
      return;
    }
    out?.enqueue(part);
    wake();
  };
  const wake = (): void => {
    const waiting = served;
    served = undefined;
    waiting?.();
  };
  const end = (how: () => void): void => {
    if (!over) onOver();
    over = true;
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
    model.cancel(reason).catch(() => {});
  };
  const fail = (error: unknown): void => {
    if (over) return;
    held.length = 0;
    out?.error(error);
    wake();
    letGo(error);
  };
  const breakOff = (error: CircuitError): void => {
    if (over) return;
    letGo(error);
    deliver(errorPart(error));
    end(() => out?.close());
  };

  const stream = new ReadableStream<Part>(
    {
      start(controller) {
        out = controller;
      },
      pull(controller) {
        const part = held.shift();
        if (part === undefined) {
          return new Promise<void>((resolve) => {
            served = resolve;
            ask();
          });
        }
        controller.enqueue(part);
        if (held.length === 0 && ending !== undefined) conclude();
        else askAhead();
        return undefined;
      },
      cancel(reason) {
        held.length = 0;
        ending = undefined;
        attempt.succeed(flowing ? SUCCESS : { verdict: "neutral", reason: "cancelled" });
        letGo(reason);
      },
    },
    // Nothing is asked for before the reader asks; reading ahead is decided here.
    { highWaterMark: 0 },
  );
  const callerGaveUp = (): void => {
    if (flowing) attempt.succeed(SUCCESS);
  };
  askAhead();
  return { stream, breakOff, fail, callerGaveUp };
}

/** Every specification writes an error part alike. */
function errorPart<Part>(error: CircuitError): Part {
  return { type: "error", error } as Part;
}
