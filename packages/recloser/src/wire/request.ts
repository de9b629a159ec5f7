import { formatOf, type WireFormat } from "./formats.js";
import { modelName } from "./names.js";
import { topLevelFields } from "./top-level.js";

/** A request for an answer, as far as it is known before it is sent. */
export interface RequestHead {
  /** Its path, or its whole URL. */
  readonly path: string;
  /** Its body, where that is at hand. It is scanned, not parsed, and need not be JSON. */
  readonly body?: string | Uint8Array | undefined;
  /** Its `accept` header: says whether it asks for a stream where neither path nor body do. */
  readonly accept?: string | null | undefined;
  /** Longer names are cut to this many characters, the last eight of which are a hash of the whole. Default 128. */
  readonly maxModelLength?: number;
}

/** What a request is for. */
export interface RequestFacts {
  /** From the path or the body; made safe for names, headers and labels. Undefined where the request names none. */
  readonly model: string | undefined;
  /** Whether its answer is asked for in tokens. */
  readonly streaming: boolean;
  /** How its provider writes answers, where the path tells. */
  readonly format: WireFormat | undefined;
}

/** A request before it is sent, as far as it says whether a model is to answer it. */
export interface GenerationHead extends Pick<RequestFacts, "model" | "format"> {
  /** In upper case. */
  readonly method: string;
  /** Its path, or its whole URL. */
  readonly path: string;
}

/** Where a path names the model: Gemini and Vertex, Azure's deployments, Bedrock. */
const IN_PATH = [
  /\/models\/([^/]+):\w+$/,
  /\/deployments\/([^/]+)\//,
  /\/model\/([^/]+)\/(?:invoke|converse)/,
];
const STREAMS_BY_PATH = /:stream\w+$|\/(?:converse-stream|invoke-with-response-stream)$/;
/** What these take is answered later or never; its provider's health is not in how soon they answer. */
const BULK = /\/(?:files|uploads|batches)(?:\/|$)|:batch\w+$/;
const LONGEST_MODEL = 128;

/** What a request is for: its model, its format, and whether the answer is to come in tokens. Never throws. */
export function readRequest(request: RequestHead): RequestFacts {
  const path = barePath(request.path);
  const format = formatOf({ path });
  const fields = request.body === undefined ? {} : topLevelFields(request.body);
  const asksForEvents = /text\/event-stream|ndjson/i.test(request.accept ?? "");
  // Ollama streams unless it is told not to.
  const streaming = fields.stream ?? (asksForEvents || format === "ollama");
  return {
    model: modelName(modelInPath(path) ?? fields.model, request.maxModelLength ?? LONGEST_MODEL),
    streaming: streaming || STREAMS_BY_PATH.test(path),
    format,
  };
}

/**
 * Whether an answer by a model is asked for now: a POST to a path of a known wire format, or one that names a model.
 * Uploads, files and batches are none. `recloser/fetch` and the gateway guard exactly these.
 */
export function isGeneration({ method, path, format, model }: GenerationHead): boolean {
  if (method !== "POST") return false;
  return format !== undefined || (model !== undefined && !BULK.test(barePath(path)));
}

function barePath(path: string): string {
  return path.split(/[?#]/, 1)[0]?.replace(/\/+$/, "") ?? "";
}

function modelInPath(path: string): string | undefined {
  for (const pattern of IN_PATH) {
    const found = pattern.exec(path)?.[1];
    if (found === undefined) continue;
    try {
      return decodeURIComponent(found);
    } catch {
      return found;
    }
  }
  return undefined;
}
