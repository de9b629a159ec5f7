// @ts-nocheck
import { type HeadersLike, header, isRejectionReason, read } from "../outcome/facts.js";
import { FAILED, rejection } from "../outcome/failure.js";
import type { Failure, StateName } from "../outcome/outcome.js";
import { retryAfterMs } from "../outcome/retry-after.js";
import { unretried } from "../outcome/words.js";
import { HEADERS } from "./error-answer.js";

const LONGEST_CIRCUIT = 160;
const STATES: Readonly<Record<StateName, true>> = {
  closed: true,
  open: true,
  "half-open": true,
  "forced-open": true,
  "forced-closed": true,
};

/** What the headers of an answer say, if a breaker wrote it: `recloser/fetch`, or a gateway. */
export function toldByHeaders(headers: unknown): Failure | undefined {
  const circuit = header(headers, HEADERS.circuit);
  const reason = header(headers, HEADERS.reason);
  if (circuit === undefined || reason === undefined) return undefined;
  const waitMs = retryAfterMs({ headers: headers as HeadersLike });
  return failureFrom({ circuit, reason, state: header(headers, HEADERS.state), retryAfterMs: waitMs });
}

/** The same, from an object of its body that may hold our facts. */
export function toldByBody(part: unknown): Failure | undefined {
  const facts = read(part, "recloser");
  const [circuit, reason] = [read(facts, "circuit"), read(facts, "reason")];
  if (typeof circuit !== "string" || typeof reason !== "string") return undefined;
  return failureFrom({
    circuit,
    reason,
    state: read(facts, "state"),
    retryAfterMs: read(facts, "retryAfterMs"),
  });
}

function failureFrom(told: {
  readonly circuit: string;
  readonly reason: string;
  readonly state: unknown;
  readonly retryAfterMs: unknown;
}): Failure | undefined {
  const { reason } = told;
  const circuit = printable(told.circuit);
  const state: StateName = isOneOf(STATES, told.state) ? told.state : "open";
  const waitMs = Math.max(0, Number(told.retryAfterMs) || 0);
  if (isRejectionReason(reason)) {
    const message = unretried(`${circuit} is ${state}: ${reason}. Nothing was sent.`);
    return rejection(reason, message, circuit, state, waitMs);
  }
  if (!isOneOf(FAILED, reason)) return undefined;
  const message = unretried(`${circuit}: ${FAILED[reason]}.`);
  return { kind: "failed", reason, message, circuit, state, attempts: 1, elapsedMs: 0 };
}

/** A name that another process gave: it goes into messages and logs. */
function printable(name: string): string {
  return name.slice(0, LONGEST_CIRCUIT).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "_");
}

function isOneOf<Name extends string>(names: Readonly<Record<Name, unknown>>, value: unknown): value is Name {
  return typeof value === "string" && Object.hasOwn(names, value);
}
