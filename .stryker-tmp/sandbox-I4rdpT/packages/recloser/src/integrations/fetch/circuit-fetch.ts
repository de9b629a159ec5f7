// @ts-nocheck
import type { Circuit } from "../../circuit.js";
import type { Circuits } from "../../circuits.js";
import { atLeast, callable, checkKeys, oneOf } from "../../require.js";
import { circuitName } from "../../wire/names.js";
import { isGeneration } from "../../wire/request.js";
import { runExchange } from "./exchange.js";
import { type FetchRequest, methodOf, requestOf, signalOf } from "./request.js";

/** Chooses the circuit for a request; undefined sends it unguarded. Called for every request, also GETs. */
export type ChooseCircuit = (request: FetchRequest) => Circuit | undefined;

/** How a `fetch` behind a circuit behaves. */
export interface CircuitFetchOptions {
  /** The `fetch` that sends. Default: the global one, looked up at each call. */
  readonly fetch?: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /**
   * What a rejected request gets. `respond` (default): a 503 with `x-should-retry: false` and an error body in the
   * provider's format; right for SDKs that obey that header: `openai`, `@anthropic-ai/sdk`, `groq-sdk`. `throw`: a
   * `CircuitError`; right for the AI SDK, Cohere, Gemini and Mistral.
   */
  readonly onReject?: "respond" | "throw";
  /** The provider's part of the circuit's name. Default: from the host, `openai` for api.openai.com. */
  readonly provider?: string;
  /** Whether a stream that ends after a finish reason is whole without `[DONE]`, which some providers leave out. Default false. */
  readonly finishIsEnd?: boolean;
  /**
   * What your client waits for an answer, in milliseconds, where its requests do not say: an abort before any token at
   * that age is taken for its deadline and not for a user's cancel. At least 1. Default: none, and every abort that does
   * not say why is a cancel.
   */
  readonly clientTimeoutMs?: number;
}

const KEYS: readonly (keyof CircuitFetchOptions)[] = [
  "fetch",
  "onReject",
  "provider",
  "finishIsEnd",
  "clientTimeoutMs",
];

/**
 * A `fetch` whose requests pass a circuit, for any SDK that takes one. Answers are handed on byte by byte as they came,
 * watched for tokens, stalls, errors inside a 200 and streams that end too early.
 *
 * With a `Circuit`, every request for an answer passes it: a POST to a path of a known wire format, or whose JSON body
 * names a `model`. With `Circuits`, each passes the one of its provider and model, `openai/gpt-5`. Anything else (GET,
 * uploads, batches) is sent unguarded. With a function, the function decides.
 *
 * @throws TypeError when the target or an option is wrong; the message names it, its value and the remedy.
 * @example
 * const openai = new OpenAI({ fetch: circuitFetch(new Circuits()) });
 */
export function circuitFetch(
  target: Circuit | Circuits | ChooseCircuit,
  options: CircuitFetchOptions = {},
): typeof globalThis.fetch {
  checkKeys("circuitFetch options", options, KEYS);
  const { onReject = "respond", provider, finishIsEnd = false, clientTimeoutMs = Infinity } = options;
  const choose = chooserOf(target);
  if (options.fetch !== undefined) callable("fetch", options.fetch);
  oneOf("onReject", onReject, ["respond", "throw"]);
  if (provider !== undefined && (typeof provider !== "string" || provider === "")) {
    throw new TypeError('provider is not a name; give one such as "openai", or leave it out.');
  }
  if (typeof finishIsEnd !== "boolean")
    throw new TypeError(`finishIsEnd is ${String(finishIsEnd)}; give true or false.`);
  atLeast("clientTimeoutMs", clientTimeoutMs, 1, { infinite: true });
  const asksAlways = typeof target === "function";

  return async (input, init) => {
    const send = options.fetch ?? globalThis.fetch;
    if (!asksAlways && methodOf(input, init) !== "POST") return send(input, init);
    const request = await requestOf(input, init, provider).catch(() => undefined);
    // An address or headers that are none: the real fetch says so best.
    const circuit = request === undefined ? undefined : choose(request);
    if (request === undefined || circuit === undefined) return send(input, init);
    return runExchange({
      circuit,
      request,
      signal: signalOf(input, init),
      send: (signal) => send(input, { ...init, signal }),
      onReject,
      finishIsEnd,
      clientTimeoutMs,
    });
  };
}

function chooserOf(target: Circuit | Circuits | ChooseCircuit): ChooseCircuit {
  if (typeof target === "function") return target;
  const known: unknown = target;
  if (typeof known === "object" && known !== null) {
    // By shape, because two copies of this package may be installed.
    if ("admit" in target) return (request) => (asksModel(request) ? target : undefined);
    if ("get" in target)
      return (request) =>
        asksModel(request) ? target.get(circuitName(request.provider, request.model)) : undefined;
  }
  throw new TypeError(
    "circuitFetch got no circuit; give a Circuit, a Circuits, or a function that returns a Circuit.",
  );
}

function asksModel({ method, url, format, model }: FetchRequest): boolean {
  return isGeneration({ method, path: url, format, model });
}
