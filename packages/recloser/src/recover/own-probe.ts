import { Attempt, classified } from "../attempt.js";
import type { OwnProbe } from "../breaker.js";
import type { CallContext } from "../call.js";
import type { Circuit } from "../circuit.js";
import type { FailureVerdict } from "../outcome/verdict.js";

const BROKEN: FailureVerdict = {
  verdict: "failure",
  reason: "unknown",
  detail: "the circuit's own probe threw an error that says nothing about the dependency",
};

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
        // Whatever it throws, it has not shown that the dependency is well: a probe that cannot succeed must be seen to fail.
        (error: unknown) => {
          const verdict = classified(circuit, error);
          running.end(verdict.verdict === "failure" ? verdict : BROKEN, error);
        },
      );
  };
}
