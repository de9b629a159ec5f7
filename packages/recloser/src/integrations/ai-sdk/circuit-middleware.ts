import type { Circuit } from "../../circuit.js";
import type { Circuits } from "../../circuits.js";
import { checkKeys, oneOf } from "../../require.js";
import { type Guarded, runGenerate } from "./generate.js";
import { type CallParams, type GuardedModel, type ModelCall, modelCall, nameOf } from "./model.js";
import { runStream } from "./stream.js";

/** Chooses the circuit for a call; undefined makes it unguarded. */
export type ChooseCircuit = (call: ModelCall) => Circuit | undefined;

/** How a middleware behaves. */
export interface CircuitMiddlewareOptions {
  /**
   * Whether somebody waits for the answers. Under a limit `background` yields to `interactive`, and it goes first as a
   * probe. Default `interactive`.
   */
  readonly priority?: "interactive" | "background";
}

/** A middleware for `wrapLanguageModel`, whatever the specification of its models: V2, V3 or V4. */
export interface CircuitMiddleware {
  readonly specificationVersion: "v3";
  wrapGenerate<P extends CallParams, R extends object>(call: {
    readonly params: P;
    readonly model: GuardedModel & { doGenerate(params: P): PromiseLike<R> };
  }): Promise<R>;
  wrapStream<P extends CallParams, Part, R extends { stream: ReadableStream<Part> }>(call: {
    readonly params: P;
    readonly model: GuardedModel & { doStream(params: P): PromiseLike<R> };
  }): Promise<R>;
}

const KEYS: readonly (keyof CircuitMiddlewareOptions)[] = ["priority"];

/**
 * A language-model middleware of the AI SDK (`ai` 6 and 7) whose calls pass a circuit. It runs once for each attempt
 * of the SDK's. A rejection is thrown as a `CircuitError`, which the SDK does not retry; what the provider does wrong
 * comes back as it was, and `failureOf` tells what it was.
 *
 * With a `Circuit`, every call passes it. With `Circuits`, each passes the one of its provider and model,
 * `openai/gpt-5`. With a function, the function decides.
 *
 * @throws TypeError or RangeError when the target or an option is wrong; the message names it, its value and the remedy.
 * @example
 * const model = wrapLanguageModel({ model: openai("gpt-5"), middleware: circuitMiddleware(new Circuits()) });
 */
export function circuitMiddleware(
  target: Circuit | Circuits | ChooseCircuit,
  options: CircuitMiddlewareOptions = {},
): CircuitMiddleware {
  checkKeys("circuitMiddleware options", options, KEYS);
  const { priority = "interactive" } = options;
  oneOf("priority", priority, ["interactive", "background"]);
  const choose = chooserOf(target);
  const guardedBy = (model: GuardedModel, params: CallParams, streaming: boolean): Guarded | undefined => {
    const circuit = choose(modelCall(model, streaming));
    return circuit && { circuit, priority, signal: params.abortSignal };
  };
  return {
    specificationVersion: "v3",
    async wrapGenerate({ model, params }) {
      const guarded = guardedBy(model, params, false);
      if (guarded === undefined) return model.doGenerate(params);
      return runGenerate(guarded, (abortSignal) => model.doGenerate({ ...params, abortSignal }));
    },
    async wrapStream({ model, params }) {
      const guarded = guardedBy(model, params, true);
      if (guarded === undefined) return model.doStream(params);
      return runStream(guarded, (abortSignal) => model.doStream({ ...params, abortSignal }));
    },
  };
}

function chooserOf(target: Circuit | Circuits | ChooseCircuit): ChooseCircuit {
  if (typeof target === "function") return target;
  const known: unknown = target;
  if (typeof known === "object" && known !== null) {
    // By shape, because two copies of this package may be installed.
    if ("admit" in target) return () => target;
    if ("get" in target) return (call) => target.get(nameOf(call));
  }
  throw new TypeError(
    "circuitMiddleware got no circuit; give a Circuit, a Circuits, or a function that returns a Circuit.",
  );
}
