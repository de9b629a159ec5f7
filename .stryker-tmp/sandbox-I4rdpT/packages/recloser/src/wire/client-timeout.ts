// @ts-nocheck
import { type HeadersLike, header } from "../outcome/facts.js";

/** A client's timer is set a moment before its request is seen. */
const TIMER_SLACK_MS = 100;

/** When an abort is a deadline of the client's, in milliseconds since the request was seen. */
export interface ClientDeadline {
  readonly ms: number;
  /** The client's timer ends when a stream's head arrives, so that an abort after that is its user's. */
  readonly endsWithHead: boolean;
}

/**
 * How long a caller's client waits. SDKs made by Stainless abort without a reason, so their own deadline looks like a
 * user's cancel; their header `x-stainless-timeout`, in whole seconds, tells the two apart. `otherwiseMs` is for clients
 * that do not say; `Infinity`: nobody knows, and every abort is a cancel.
 */
export function clientDeadline(headers: HeadersLike, otherwiseMs: number): ClientDeadline {
  const seconds = Number.parseInt(header(headers, "x-stainless-timeout") ?? "", 10);
  return seconds >= 0
    ? { ms: seconds * 1000 - TIMER_SLACK_MS, endsWithHead: true }
    : { ms: otherwiseMs - Math.min(TIMER_SLACK_MS, otherwiseMs / 10), endsWithHead: false };
}
