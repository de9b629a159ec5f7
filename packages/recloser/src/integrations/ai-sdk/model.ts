import { circuitName, modelName } from "../../wire/names.js";

/** What a middleware needs to know of a language model of specification V2, V3 or V4. */
export interface GuardedModel {
  /** As the AI SDK writes it: `openai.responses`. */
  readonly provider: string;
  readonly modelId: string;
}

/** What a middleware needs of a call's parameters. */
export interface CallParams {
  readonly abortSignal?: AbortSignal | undefined;
}

/** What is known of a call before it is made. */
export interface ModelCall {
  /** As in the names of circuits: `openai` for `openai.responses`. */
  readonly provider: string;
  /** Made safe for names, as in the names of circuits. Undefined where the model's id is empty. */
  readonly model: string | undefined;
  /** Whether the answer comes in tokens. */
  readonly streaming: boolean;
}

/** Providers that the gateway and `recloser/fetch` know by another name. */
const KNOWN: Readonly<Record<string, string>> = {
  "google.generative-ai": "gemini",
  "google.vertex": "vertex",
};
const LONGEST = 128;

/** The facts of a call, named as `recloser/fetch` and the gateway would name them. */
export function modelCall({ provider, modelId }: GuardedModel, streaming: boolean): ModelCall {
  return { provider: providerOf(provider), model: modelName(modelId, LONGEST), streaming };
}

export function nameOf({ provider, model }: ModelCall): string {
  return circuitName(provider, model);
}

/** `openai.responses` and `openai.chat` are one provider; what follows the first dot is its API. */
function providerOf(name: string): string {
  const [first = "", second = ""] = name.split(".");
  return KNOWN[`${first}.${second}`] ?? modelName(first, LONGEST) ?? "unknown";
}
