import type { Circuit } from "../../circuit.js";
import type { Circuits } from "../../circuits.js";
import { CircuitError } from "../../outcome/circuit-error.js";
import { checkKeys } from "../../require.js";
import { type ChooseCircuit, type CircuitFetchOptions, circuitFetch } from "../fetch/circuit-fetch.js";

/** How a middleware behaves. */
export interface CircuitMiddlewareOptions {
  /**
   * The provider's part of the circuit's name. Default: from the host, `anthropic` for api.anthropic.com. Clients of
   * Bedrock and Vertex should give one: a middleware sees their requests before they are rewritten.
   */
  readonly provider?: string;
}

/** What the SDK hands to a middleware: a `RequestInit` and its address. */
export interface MiddlewareRequest extends RequestInit {
  url: string;
}

/** A middleware for the option `middleware` of an Anthropic client, or of one request. */
export type CircuitMiddleware = <R extends MiddlewareRequest>(
  request: R,
  next: (request: R) => Promise<Response>,
) => Promise<Response>;

const KEYS: readonly (keyof CircuitMiddlewareOptions)[] = ["provider"];

/**
 * A middleware of `@anthropic-ai/sdk` whose requests pass a circuit: `circuitFetch` at the place where the SDK hands on
 * what is thrown as it is. It runs once for each attempt of the SDK's. A rejection is a `CircuitError`, after one attempt
 * and no request. Streams and errors inside a 200 are watched as `recloser/fetch` does.
 *
 * With a `Circuit`, every request for an answer passes it. With `Circuits`, each passes the one of its provider and
 * model, `anthropic/claude-opus-4-8`. With a function, the function decides.
 *
 * @throws TypeError when the target or an option is wrong; the message names it, its value and the remedy.
 * @example
 * const anthropic = new Anthropic({ middleware: [circuitMiddleware(new Circuits())] });
 */
export function circuitMiddleware(
  target: Circuit | Circuits | ChooseCircuit,
  options: CircuitMiddlewareOptions = {},
): CircuitMiddleware {
  checkKeys("circuitMiddleware options", options, KEYS);
  const shared: CircuitFetchOptions = { ...options, onReject: "throw" };
  // Says at once what is wrong with the target or an option.
  circuitFetch(target, shared);
  return (request, next) => {
    const send = (_input: unknown, init: RequestInit = {}): Promise<Response> =>
      next({ ...request, ...init, signal: init.signal ? plainly(init.signal) : null });
    return circuitFetch(target, { ...shared, fetch: send })(request.url, request);
  };
}

/**
 * The same signal, without our error as its reason. `fetch` throws the reason, and the SDK retries whatever its `fetch`
 * has thrown: also that very object where it comes from here.
 */
function plainly(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const abort = (): void =>
    controller.abort(CircuitError.isInstance(signal.reason) ? undefined : signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return controller.signal;
}
