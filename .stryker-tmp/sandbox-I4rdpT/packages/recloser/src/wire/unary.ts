// @ts-nocheck
import { bodyKind, type WireFormat } from "./formats.js";
import { filled, isRecord, listOf, outputTokensOf, recordOf } from "./json.js";
import { isError } from "./signals.js";

/**
 * What an answer that came in one piece says.
 *
 * - `complete`: an answer; with its tokens, where the usage tells.
 * - `error`: an error, whatever the status; `payload` is the body.
 * - `malformed`: no answer at all. `detail` says why in words that are safe to log.
 */
export type AnswerReading =
  | { readonly kind: "complete"; readonly outputTokens?: number }
  | { readonly kind: "error"; readonly payload: unknown }
  | { readonly kind: "malformed"; readonly detail: "empty body" | "html" | "broken json" | "not an answer" };

/** A whole answer that is not a stream. */
export interface Answer {
  readonly status: number;
  readonly contentType?: string | null | undefined;
  readonly body: string | Uint8Array;
  /**
   * From `formatOf`. Where it is given, the body must look like an answer. Without it any JSON object that is no error
   * passes, and so does a body that is not JSON by its content type: audio, a file.
   */
  readonly format?: WireFormat | undefined;
}

/** Reads an answer that came in one piece. "It parsed" is not success: an error in a 200, a login page, nothing. */
export function readAnswer(answer: Answer): AnswerReading {
  const { status, body, format } = answer;
  if (status === 204 || status === 205 || status === 304) return { kind: "complete" };
  const kind = bodyKind(answer.contentType);
  if (body.length === 0)
    return status < 400 ? { kind: "malformed", detail: "empty body" } : { kind: "error", payload: "" };
  if (status < 400 && kind === "other" && format === undefined && !isHtml(answer.contentType))
    return { kind: "complete" };
  const text = typeof body === "string" ? body : new TextDecoder().decode(body);
  let json: unknown;
  try {
    json = JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text) as unknown;
  } catch {
    if (status >= 400) return { kind: "error", payload: text };
    if (isHtml(answer.contentType) || /^\s*<(?:!doctype|html|head|body)/i.test(text))
      return { kind: "malformed", detail: "html" };
    return kind === undefined && format === undefined && answer.contentType
      ? { kind: "complete" }
      : { kind: "malformed", detail: "broken json" };
  }
  return status >= 400 ? { kind: "error", payload: json } : readJson(json, format);
}

function readJson(json: unknown, format: WireFormat | undefined): AnswerReading {
  // Gemini without `alt=sse` streams one list of chunks.
  if (Array.isArray(json)) {
    const error = json.find((part) => isError(recordOf(part)));
    if (error !== undefined) return { kind: "error", payload: error };
    const answers = format === undefined || json.some((part) => isAnswer(recordOf(part)));
    return answers ? complete(recordOf(json.at(-1))) : { kind: "malformed", detail: "not an answer" };
  }
  const body = recordOf(json);
  if (isError(body) || (body.object === "response" && body.status === "failed"))
    return { kind: "error", payload: json };
  if (listOf(body.choices).some((choice) => recordOf(choice).finish_reason === "error")) {
    return { kind: "error", payload: json };
  }
  const noChoice = Array.isArray(body.choices) && body.choices.length === 0;
  const foreign = !isRecord(json) || !isAnswer(body);
  if (noChoice || (foreign && format !== undefined)) return { kind: "malformed", detail: "not an answer" };
  return complete(body);
}

/** The fields that some provider's answer has: chat, Responses, Messages and Cohere, Gemini, embeddings, Ollama. */
function isAnswer(body: Readonly<Record<string, unknown>>): boolean {
  const { choices, output, object, type, message, candidates, promptFeedback, data, done } = body;
  return (
    filled(choices) ||
    Array.isArray(output) ||
    (typeof object === "string" && object !== "error") ||
    type === "message" ||
    filled(recordOf(message).content) ||
    recordOf(message).role === "assistant" ||
    Array.isArray(candidates) ||
    promptFeedback !== undefined ||
    Array.isArray(data) ||
    Array.isArray(body.embeddings) ||
    Array.isArray(body.embedding) ||
    typeof done === "boolean" ||
    filled(body.usageMetadata)
  );
}

function complete(body: Readonly<Record<string, unknown>>): AnswerReading {
  const outputTokens = outputTokensOf(body);
  return outputTokens === undefined ? { kind: "complete" } : { kind: "complete", outputTokens };
}

function isHtml(contentType: string | null | undefined): boolean {
  return /html/i.test(contentType ?? "");
}
