// @ts-nocheck
import { isRecord, listOf } from "./json.js";

/**
 * How a provider writes its answers. `chat` is OpenAI Chat Completions and everything compatible with it, legacy
 * completions included; `responses` OpenAI Responses; `messages` Anthropic; `gemini` Gemini and Vertex; `cohere` v2;
 * `ollama` Ollama's own JSON lines.
 */
export type WireFormat = "chat" | "responses" | "messages" | "gemini" | "cohere" | "ollama";

/** What kind of body a content type announces. `other` is neither a stream of events nor JSON. */
export type BodyKind = "events" | "lines" | "json" | "other";

/** The kind of body that a `content-type` header announces; undefined where there is none, or one that says nothing. */
export function bodyKind(contentType: string | null | undefined): BodyKind | undefined {
  const type = contentType?.split(";", 1)[0]?.trim().toLowerCase();
  if (!type || type === "text/plain" || type === "application/octet-stream") return undefined;
  if (type === "text/event-stream") return "events";
  if (/ndjson|jsonl|json-?lines|stream\+json|json-seq/.test(type)) return "lines";
  return /[/+]json$/.test(type) ? "json" : "other";
}

const PATHS: readonly (readonly [RegExp, WireFormat])[] = [
  [/\/completions$/, "chat"],
  [/\/responses$/, "responses"],
  [/:(?:streamG|g)enerateContent$/, "gemini"],
  [/\/anthropic\/models\/[^/]+:(?:streamRawPredict|rawPredict)$/, "messages"],
  // Not OpenAI's `/threads/{id}/messages`.
  [/^(?!.*\/threads\/).*\/messages$/, "messages"],
  [/\/v2\/chat$/, "cohere"],
  [/\/api\/(?:chat|generate)$/, "ollama"],
];

/**
 * The format that a request's path (or whole URL) and its answer's content type stand for. Undefined where they do not
 * say: the first event's shape may. A body that is neither events, lines nor JSON has no format.
 */
export function formatOf(request: {
  readonly path?: string | undefined;
  readonly contentType?: string | null | undefined;
}): WireFormat | undefined {
  if (bodyKind(request.contentType) === "other") return undefined;
  const path = request.path?.split(/[?#]/, 1)[0]?.replace(/\/+$/, "") ?? "";
  return PATHS.find(([pattern]) => pattern.test(path))?.[1];
}

/** The format that one event's shape shows. Undefined for errors, pings, and shapes that nobody here knows. */
export function formatOfEvent(event: unknown, eventName?: string): WireFormat | undefined {
  if (typeof event !== "object" || event === null) return undefined;
  const { type, choices, candidates, promptFeedback, done } = event as Readonly<Record<string, unknown>>;
  const name = typeof type === "string" ? type : (eventName ?? "");
  if (name.startsWith("response.")) return "responses";
  if (/^(?:message_(?:start|delta|stop)|content_block_)/.test(name)) return "messages";
  if (/^(?:message-(?:start|end)|content-|tool-(?:plan|call)-|citation-)/.test(name)) return "cohere";
  if (Array.isArray(choices)) return "chat";
  if (Array.isArray(candidates) || promptFeedback !== undefined) return "gemini";
  return typeof done === "boolean" ? "ollama" : undefined;
}

/**
 * The format of an object from anybody's iterator. Only what no other library writes decides, because a format brings
 * its terminal marker with it: an application's own chunks may well have a `type`, a `done` or `choices`.
 */
export function formatOfObject(item: unknown): WireFormat | undefined {
  if (!isRecord(item)) return undefined;
  const { type, object, choices, candidates, delta } = item;
  const name = typeof type === "string" ? type : "";
  if (object === "chat.completion.chunk" || object === "text_completion") return "chat";
  if (listOf(choices).some((choice) => isRecord(choice) && isRecord(choice.delta))) return "chat";
  if (name.startsWith("response.")) return "responses";
  if (name === "message_start" || name.startsWith("content_block_")) return "messages";
  if (listOf(candidates).some(isCandidate)) return "gemini";
  if (isCohereEvent(name, delta)) return "cohere";
  return isOllamaLine(item) ? "ollama" : undefined;
}

function isCandidate(value: unknown): boolean {
  return isRecord(value) && (isRecord(value.content) || typeof value.finishReason === "string");
}

function isCohereEvent(name: string, delta: unknown): boolean {
  if (!isRecord(delta)) return false;
  if (name === "message-end") return typeof delta.finish_reason === "string";
  return /^(?:message-start|content-(?:start|delta))$/.test(name) && isRecord(delta.message);
}

function isOllamaLine({ done, model, created_at, message, response }: Readonly<Record<string, unknown>>) {
  const dated = typeof model === "string" && (typeof created_at === "string" || created_at instanceof Date);
  return typeof done === "boolean" && dated && (isRecord(message) || typeof response === "string");
}
