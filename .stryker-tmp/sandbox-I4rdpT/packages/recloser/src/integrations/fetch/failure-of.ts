// @ts-nocheck
import { CircuitError } from "../../outcome/circuit-error.js";
import { read, walk } from "../../outcome/facts.js";
import type { Failure } from "../../outcome/outcome.js";
import { toldByBody, toldByHeaders } from "../../wire/told.js";

/** What became of a call, by the headers of its answer or by the very error that fetch threw. */
const failures = new WeakMap<object, Failure>();

/** Keeps a failure where `failureOf` finds it. SDKs hand on the headers of an answer as the same object. */
export function remember(key: unknown, failure: Failure): void {
  if (typeof key === "object" && key !== null) failures.set(key, failure);
}

/**
 * The typed failure behind whatever an SDK threw: a rejection, or what the provider did. Works for errors of a
 * `circuitFetch`, through any wrapper, and for answers of the gateway. Undefined for anything else; never throws.
 *
 * @example
 * const failure = failureOf(error);
 * if (failure?.kind === "rejected") return retryLater(failure.retryAfterMs);
 */
export function failureOf(error: unknown): Failure | undefined {
  try {
    const own = CircuitError.find(error)?.failure;
    if (own !== undefined) return own;
  } catch {
    // An error whose getters throw is none of ours.
  }
  const layers = walk(error).map(({ value }) => value);
  for (const layer of layers) {
    const known = recalled(layer) ?? recalled(read(layer, "headers"));
    if (known !== undefined) return known;
  }
  for (const layer of layers) {
    const told =
      toldByHeaders(read(layer, "headers")) ??
      toldByHeaders(read(layer, "responseHeaders")) ??
      toldByBody(layer);
    if (told !== undefined) return told;
  }
  return undefined;
}

function recalled(key: unknown): Failure | undefined {
  return typeof key === "object" && key !== null ? failures.get(key) : undefined;
}
