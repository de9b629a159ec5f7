// @ts-nocheck
import { formatOfEvent, type WireFormat } from "./formats.js";
import { filled, isRecord, listOf, outputTokensOf, recordOf } from "./json.js";

/**
 * What one event of a stream says.
 *
 * - `token`: content arrived: text, reasoning, a tool call, a refusal.
 * - `alive`: the connection lives, nothing more: a comment, a ping, a role, `response.created`, `message_start`.
 * - `finish`: the model says that it is done; the stream is not over yet.
 * - `end`: the terminal marker. A stream that ends before it was cut.
 * - `error`: an error inside a stream that began with status 200. `payload` is the whole event.
 *
 * `token` on `finish` and `end`: the same event carries content too. `outputTokens`: the usage so far, where told.
 */
export type StreamSignal =
  | { readonly kind: "token" | "alive"; readonly outputTokens?: number }
  | { readonly kind: "finish" | "end"; readonly token: boolean; readonly outputTokens?: number }
  | { readonly kind: "error"; readonly payload: unknown };

/** The most frequent signals are always these same objects. */
export const TOKEN: StreamSignal = { kind: "token" };
export const ALIVE: StreamSignal = { kind: "alive" };
const DONE = "[DONE]";

/**
 * What an event of a stream says. `event` is its parsed JSON, or an object from an SDK's iterator, or `"[DONE]"`;
 * undefined means data that is not JSON. Without a format, the event's own shape decides; an event of no known shape
 * counts as a token, because its stream is opaque.
 */
export function readEvent(event: unknown, eventName = "", format?: WireFormat): StreamSignal {
  return readAs(event, eventName, format, formatOfEvent);
}

/**
 * Like `readEvent`, for an object from anybody's iterator: one whose format is unknown is a token, unless it is an error
 * or chat's empty list of choices.
 */
export function readObject(item: unknown, format: WireFormat | undefined): StreamSignal {
  return readAs(item, "", format, (event) => {
    const { choices } = recordOf(event);
    return Array.isArray(choices) && choices.length === 0 ? "chat" : undefined;
  });
}

function readAs(
  event: unknown,
  eventName: string,
  format: WireFormat | undefined,
  shapeOf: (event: unknown, eventName: string) => WireFormat | undefined,
): StreamSignal {
  if (event === DONE)
    return format === undefined || format === "chat" ? { kind: "end", token: false } : ALIVE;
  const json = recordOf(event);
  const name = typeof json.type === "string" ? json.type : eventName;
  if (eventName === "error" || isError(json)) return { kind: "error", payload: event };
  if (/^(?:ping|keep-?alive|heartbeat)$/.test(name)) return ALIVE;
  const known = format ?? shapeOf(event, eventName);
  if (known === undefined) return TOKEN;
  return isRecord(event) ? READERS[known](json, name) : ALIVE;
}

/** The parsed data of an event; `"[DONE]"` as it is; undefined where it is no JSON. */
export function parseData(eventName: string, data: string): unknown {
  if (data.startsWith(DONE)) return DONE;
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return eventName === "error" ? { error: data } : undefined;
  }
}

/** An error object, whoever wrote it. `error: null` is a field of many healthy answers. */
export function isError(json: Readonly<Record<string, unknown>>): boolean {
  if (filled(json.error)) return true;
  return json.type === "error" || json.object === "error" || json.event_type === "error";
}

/**
 * How each format is read. The token templates of the stream watcher rely on one rule: text in the fields named there
 * is looked at only for being empty or not.
 */
const READERS: Readonly<
  Record<WireFormat, (json: Readonly<Record<string, unknown>>, name: string) => StreamSignal>
> = {
  chat(json) {
    const groq = recordOf(json.x_groq);
    if (filled(groq.error)) return { kind: "error", payload: json };
    let token = false;
    let finish = false;
    for (const choice of listOf(json.choices)) {
      const { delta, text, finish_reason: reason } = recordOf(choice);
      if (reason === "error") return { kind: "error", payload: json };
      if (filled(reason)) finish = true;
      if (filled(text) || hasContent(recordOf(delta))) token = true;
    }
    return signal(finish ? "finish" : undefined, token, outputTokensOf(json) ?? outputTokensOf(groq));
  },
  responses(json, name) {
    if (name === "response.failed") return { kind: "error", payload: json };
    if (name === "response.completed" || name === "response.incomplete") {
      return signal("end", false, outputTokensOf(recordOf(json.response)));
    }
    return name.endsWith(".delta") && json.delta !== "" ? TOKEN : ALIVE;
  },
  messages(json, name) {
    if (name === "message_stop") return signal("end", false, outputTokensOf(json));
    const delta = recordOf(json.delta);
    if (name === "message_delta") {
      return signal(filled(delta.stop_reason) ? "finish" : undefined, false, outputTokensOf(json));
    }
    return name === "content_block_delta" && delta.type !== "signature_delta" ? TOKEN : ALIVE;
  },
  gemini(json) {
    let token = false;
    let end = filled(recordOf(json.promptFeedback).blockReason);
    for (const candidate of listOf(json.candidates)) {
      const { content, finishReason } = recordOf(candidate);
      if (filled(finishReason) && finishReason !== "FINISH_REASON_UNSPECIFIED") end = true;
      if (listOf(recordOf(content).parts).some((part) => isContentPart(recordOf(part)))) token = true;
    }
    return signal(end ? "end" : undefined, token, outputTokensOf(json));
  },
  cohere(json, name) {
    if (name !== "message-end") return name.endsWith("-delta") ? TOKEN : ALIVE;
    const delta = recordOf(json.delta);
    const failed = delta.finish_reason === "ERROR" || delta.finish_reason === "TIMEOUT";
    return failed ? { kind: "error", payload: json } : signal("end", false, outputTokensOf(delta));
  },
  ollama(json) {
    const token = filled(json.response) || filled(json.thinking) || hasContent(recordOf(json.message));
    return signal(json.done === true ? "end" : undefined, token, outputTokensOf(json));
  },
};

const CONTENT = [
  "content",
  "reasoning_content",
  "reasoning",
  "reasoning_details",
  "thinking",
  "tool_calls",
  "function_call",
  "refusal",
  "audio",
];

function hasContent(delta: Readonly<Record<string, unknown>>): boolean {
  return CONTENT.some((field) => filled(delta[field]));
}

/** Text that is not empty, or a part of another kind. A signature alone is no content. */
function isContentPart(part: Readonly<Record<string, unknown>>): boolean {
  if (part.text !== undefined) return filled(part.text);
  return Object.keys(part).some((key) => key !== "thought" && key !== "thoughtSignature");
}

function signal(
  last: "finish" | "end" | undefined,
  token: boolean,
  outputTokens: number | undefined,
): StreamSignal {
  if (last === undefined && outputTokens === undefined) return token ? TOKEN : ALIVE;
  const usage = outputTokens === undefined ? {} : { outputTokens };
  return last === undefined ? { kind: token ? "token" : "alive", ...usage } : { kind: last, token, ...usage };
}
