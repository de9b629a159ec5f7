import type { Circuit } from "../../circuit.js";
import type { Circuits } from "../../circuits.js";
import { circuitName, modelName } from "../../wire/names.js";
import { Runs } from "./runs.js";

/** A run of a model, before it starts. */
export interface ModelRun {
  /** As in the names of circuits: `openai`. */
  readonly provider: string;
  /** Made safe for names. Undefined where LangChain does not tell. */
  readonly model: string | undefined;
}

/** Chooses the circuit for a run; undefined leaves it unguarded. */
export type ChooseCircuit = (run: ModelRun) => Circuit | undefined;

type OnStart = (
  llm: unknown,
  input: unknown,
  runId: string,
  parentRunId?: string,
  extraParams?: Record<string, unknown>,
  tags?: string[],
  metadata?: Record<string, unknown>,
) => void;

/** A callback handler, for the option `callbacks` of a model or of one call. */
export interface CircuitCallbacks {
  readonly name: "recloser";
  /** Else LangChain would swallow the rejection. */
  readonly raiseError: true;
  readonly awaitHandlers: true;
  readonly ignoreLLM: false;
  readonly ignoreChain: true;
  readonly ignoreAgent: true;
  readonly ignoreRetriever: true;
  readonly ignoreCustomEvent: true;
  readonly handleChatModelStart: OnStart;
  readonly handleLLMStart: OnStart;
  readonly handleLLMNewToken: (token: string, index: unknown, runId: string) => void;
  readonly handleLLMEnd: (
    output: unknown,
    runId: string,
    parentRunId?: string,
    tags?: string[],
    extraParams?: Record<string, unknown>,
  ) => void;
  readonly handleLLMError: (error: unknown, runId: string) => void;
}

/** What the gateway and `recloser/fetch` call these providers. */
const KNOWN: Readonly<Record<string, string>> = {
  "google-genai": "gemini",
  google_genai: "gemini",
  "google-vertexai": "vertex",
  google_vertexai: "vertex",
};
const LONGEST = 128;

/**
 * A LangChain callback handler whose model runs pass a circuit. A rejection is thrown before anything is sent, as a
 * `CircuitError`. A run is one logical call, retries included, so prefer a `circuitFetch` with `onFailedAttempt` where
 * the model takes a `fetch`: callbacks see neither attempts nor streams that are cut, cannot stop a call, and are not
 * told of a stream whose reader leaves.
 *
 * With a `Circuit`, every run passes it. With `Circuits`, each passes the one of its provider and model, as LangChain
 * names them. With a function, the function decides.
 *
 * @throws TypeError when the target is no circuit.
 * @example
 * const model = new ChatBedrockConverse({ model: "…", callbacks: [circuitCallbacks(new Circuits())] });
 */
export function circuitCallbacks(target: Circuit | Circuits | ChooseCircuit): CircuitCallbacks {
  const choose = chooserOf(target);
  const runs = new Runs();
  const onStart: OnStart = (_llm, _input, runId, _parentRunId, extraParams, _tags, metadata) => {
    const circuit = choose(modelRun(metadata));
    if (circuit !== undefined) runs.start(circuit, runId, extraParams);
  };
  return {
    name: "recloser",
    raiseError: true,
    awaitHandlers: true,
    ignoreLLM: false,
    ignoreChain: true,
    ignoreAgent: true,
    ignoreRetriever: true,
    ignoreCustomEvent: true,
    handleChatModelStart: onStart,
    handleLLMStart: onStart,
    handleLLMNewToken: (_token, _index, runId) => runs.token(runId),
    handleLLMEnd: (output, runId, _parentRunId, _tags, extraParams) =>
      runs.end(runId, output, extraParams?.cached === true),
    handleLLMError: (error, runId) => runs.error(runId, error),
  };
}

function chooserOf(target: Circuit | Circuits | ChooseCircuit): ChooseCircuit {
  if (typeof target === "function") return target;
  const known: unknown = target;
  if (typeof known === "object" && known !== null) {
    // By shape, because two copies of this package may be installed.
    if ("admit" in target) return () => target;
    if ("get" in target) return ({ provider, model }) => target.get(circuitName(provider, model));
  }
  throw new TypeError(
    "circuitCallbacks got no circuit; give a Circuit, a Circuits, or a function that returns a Circuit.",
  );
}

function modelRun(metadata: Record<string, unknown> | undefined): ModelRun {
  const { ls_provider: provider, ls_model_name: model } = metadata ?? {};
  const name = typeof provider === "string" ? provider.toLowerCase() : undefined;
  return {
    provider: (name && KNOWN[name]) ?? modelName(name, LONGEST) ?? "unknown",
    model: typeof model === "string" ? modelName(model, LONGEST) : undefined,
  };
}
