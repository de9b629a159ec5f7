// @ts-nocheck
import { Attempt } from "../attempt.js";
import type { OwnProbe } from "../breaker.js";
import type { CallContext } from "../call.js";
import type { Circuit } from "../circuit.js";

/** The user's own probe as the circuit starts it: one call with the permit of a probe, under the limits of a call. */
export function ownProbe(
  circuit: Circuit,
  probe: (context: CallContext) => PromiseLike<unknown> | unknown,
): OwnProbe {
  return (take) => {
    let attempt: Attempt | undefined;
    const permit = take({ onAbort: (failure) => attempt?.givenUp(failure) });
    const running = new Attempt(circuit, permit, false, undefined, () => {});
    attempt = running;
    // Not now: whoever asked for admission is still waiting for its answer.
    Promise.resolve()
      .then(() => probe(running))
      .then(
        () => running.succeed({ verdict: "success" }),
        // A bug in it has no caller to be thrown to; the probe then says nothing, and the next call starts another.
        (error: unknown) => running.fail(error),
      )
      .catch(() => {});
  };
}
