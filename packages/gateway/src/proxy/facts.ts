import { classify, type Failed, type FailureReason, type Verdict } from "recloser";
import { type ErrorFacts, failedFacts } from "recloser/wire";
import type { Named } from "./call.js";
import { flawOf } from "./malformed.js";
import { gatewayFacts } from "./reject.js";

/** Errors of undici's that mean the caller's own request cannot be sent. */
const UNSENDABLE = new Set(["UND_ERR_INVALID_ARG", "UND_ERR_NOT_SUPPORTED"]);

/** What an attempt came to, and what its caller is told if nothing better comes. */
export interface Ended {
  readonly verdict: Verdict;
  readonly facts: ErrorFacts;
}

/** An attempt that got no whole answer. */
export function factsOf(named: Named, reason: FailureReason, detail?: string): ErrorFacts {
  const { circuit, provider } = named;
  return failedFacts({ reason, name: circuit?.name ?? provider.name, state: circuit?.state, detail });
}

/** The same, for a verdict; what is no failure was cut off in the middle. */
export function factsOfVerdict(named: Named, verdict: Verdict): ErrorFacts {
  return verdict.verdict === "failure"
    ? factsOf(named, verdict.reason, verdict.detail)
    : factsOf(named, "truncated");
}

/** The connection broke, or what came on it is no HTTP. `begun`: the head of the answer was there. */
export function brokenBy(named: Named, error: Error, begun: boolean): Ended {
  if (!begun && UNSENDABLE.has((error as NodeJS.ErrnoException).code ?? "")) {
    const message = "The request has a path or a header that cannot be sent on; send it without.";
    return {
      verdict: { verdict: "neutral", reason: "invalid-request" },
      facts: gatewayFacts(400, "bad_request", message),
    };
  }
  const flaw = flawOf(error, begun);
  if (flaw === "malformed") {
    const { circuit, provider } = named;
    const facts = factsOf(named, "malformed");
    const message = `${circuit?.name ?? provider.name}: the provider's answer is not valid HTTP.`;
    return {
      verdict: { verdict: "failure", reason: "malformed" },
      facts: { ...facts, code: "upstream_malformed", message },
    };
  }
  const verdict: Verdict = flaw === "cut" ? { verdict: "failure", reason: "connection" } : classify(error);
  if (verdict.verdict === "success") return { verdict, facts: factsOf(named, "connection") };
  const reason = verdict.verdict === "failure" ? verdict.reason : "connection";
  // Of an answer that had begun the caller is told what its verdict says, and no more.
  if (begun && verdict.verdict !== "failure") return { verdict, facts: factsOf(named, "truncated") };
  return { verdict, facts: factsOf(named, reason, verdict.detail) };
}

/** The circuit gave the attempt up: it hangs, and the circuit has opened. */
export function givenUp(named: Named, failure: Failed): Ended {
  const retryAfterMs = named.circuit?.snapshot().endsInMs ?? undefined;
  return {
    verdict: { verdict: "failure", reason: "stalled" },
    facts: { ...factsOf(named, "stalled"), message: failure.message, retryAfterMs, final: true },
  };
}
