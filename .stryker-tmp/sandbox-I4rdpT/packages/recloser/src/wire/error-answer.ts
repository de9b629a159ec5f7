// @ts-nocheck
import { FAILED } from "../outcome/failure.js";
import type { Rejected, StateName } from "../outcome/outcome.js";
import type { FailureReason } from "../outcome/verdict.js";
import { unretried } from "../outcome/words.js";
import { type ErrorFacts, errorBody } from "./error-body.js";
import type { WireFormat } from "./formats.js";

/** The headers that tell of a circuit. */
export const HEADERS = {
  circuit: "x-recloser-circuit",
  state: "x-recloser-state",
  reason: "x-recloser-reason",
} as const;

const CODES: Partial<Record<FailureReason, string>> = {
  connection: "upstream_connection",
  timeout: "upstream_too_slow",
  "no-first-token": "upstream_no_first_token",
  stalled: "upstream_stalled",
  truncated: "upstream_truncated",
};

/** A whole answer of ours, to be given in the place of a provider's. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A circuit's rejection: nothing was sent. `status` is the answer's; default 503. */
export function rejectionFacts(failure: Rejected, status = 503): ErrorFacts {
  const { message, circuit, state, reason } = failure;
  return {
    status,
    type: "circuit_open",
    code: reason === "saturated" ? "circuit_saturated" : "circuit_open",
    message,
    circuit,
    state,
    reason,
    retryAfterMs: Math.max(1, failure.retryAfterMs ?? 1000),
    final: true,
  };
}

/** A call that was sent and got no whole answer. */
export interface FailedCall {
  readonly reason: FailureReason;
  /** Of its circuit, or of its provider where none guards it. */
  readonly name: string;
  /** Of its circuit. Undefined: none guards it. */
  readonly state: StateName | undefined;
  /** As in a verdict: codes, never a provider's words. */
  readonly detail?: string | undefined;
}

/** What became of a call that was sent: 504 where its time ran out, else 502. */
export function failedFacts({ reason, name, state, detail }: FailedCall): ErrorFacts {
  const late = reason === "timeout" || reason === "no-first-token" || reason === "stalled";
  return {
    status: late ? 504 : 502,
    type: "upstream_error",
    code: CODES[reason] ?? "upstream_failed",
    message: unretried(`${name}: ${FAILED[reason]}${detail === undefined ? "" : ` (${detail})`}.`),
    reason,
    ...(state === undefined ? {} : { circuit: name, state }),
  };
}

/** An error as its caller's provider would write it, with headers that tell programs why and SDKs whether to retry. */
export function errorAnswer(format: WireFormat | undefined, facts: ErrorFacts): ErrorAnswer {
  const { status = 503, retryAfterMs } = facts;
  return {
    status,
    headers: {
      "content-type": "application/json",
      ...circuitHeaders(facts),
      ...(facts.final ? { "x-should-retry": "false" } : {}),
      ...(retryAfterMs === undefined
        ? {}
        : {
            "retry-after": `${Math.max(1, Math.ceil(retryAfterMs / 1000))}`,
            "retry-after-ms": `${Math.ceil(retryAfterMs)}`,
          }),
    },
    body: errorBody(format, facts),
  };
}

/** The headers that tell of a circuit, on an answer of ours or of its provider's: those of the facts that are given. */
export function circuitHeaders(
  facts: Pick<ErrorFacts, "circuit" | "state" | "reason">,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const key of ["circuit", "state", "reason"] as const) {
    const value = facts[key];
    if (value !== undefined) headers[HEADERS[key]] = value.replace(/[^\x20-\x7e]/g, "_");
  }
  return headers;
}
