import { setTimeout as after } from "node:timers/promises";
import type { LiveMessage } from "@recloser/dashboard";
import { TopError } from "./top-error.js";

/** What the gateway said, or that it says nothing any more. */
export type News =
  | { readonly kind: "said"; readonly message: LiveMessage }
  | { readonly kind: "lost"; readonly why: string };

export interface FeedOptions {
  /** The admin address. */
  readonly url: URL;
  readonly token: string | undefined;
  readonly signal: AbortSignal;
}

/** It speaks each second. */
const SILENCE_MS = 3_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;
/** More than the overview of as many circuits as it shows. */
const LONGEST_MESSAGE = 16_777_216;

/**
 * What the gateway says, as it says it; connects again when it has gone.
 *
 * @throws TopError when the first attempt fails.
 */
export async function* feed(options: FeedOptions): AsyncGenerator<News, void> {
  const { signal } = options;
  let isFirst = true;
  let waitMs = FIRST_WAIT_MS;
  while (!signal.aborted) {
    let why: string;
    try {
      for await (const message of connection(options)) {
        isFirst = false;
        waitMs = FIRST_WAIT_MS;
        yield { kind: "said", message };
      }
      why = `${options.url.origin} has ended the connection.`;
    } catch (error) {
      if (signal.aborted) return;
      if (isFirst) throw error;
      why = error instanceof Error ? error.message : String(error);
    }
    yield { kind: "lost", why };
    await after(waitMs, undefined, { signal }).catch(() => {});
    waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
  }
}

/** One connection, until it ends. */
async function* connection({ url, token, signal }: FeedOptions): AsyncGenerator<LiveMessage, void> {
  const silence = new AbortController();
  const watchdog = setTimeout(() => silence.abort(), SILENCE_MS);
  const headers = { accept: "text/event-stream", ...(token && { authorization: `Bearer ${token}` }) };
  const where = new URL("api/live", url);
  try {
    const response = await fetch(where, {
      headers,
      redirect: "error",
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (!response.ok || response.body === null) throw refused(response, url);
    for await (const message of messages(response.body)) {
      watchdog.refresh();
      yield message;
    }
  } catch (error) {
    if (error instanceof TopError || signal.aborted) throw error;
    const what = silence.signal.aborted ? `nothing for ${SILENCE_MS / 1_000} s` : causeOf(error);
    throw new TopError(
      `No answer from ${url.origin}: ${what}. Is it the admin address of a running gateway?`,
    );
  } finally {
    clearTimeout(watchdog);
  }
}

function refused({ status }: Response, url: URL): TopError {
  if (status === 401 || status === 403) {
    return new TopError(
      `${url.origin} wants a token (${status}); set RECLOSER_ADMIN_TOKEN to the admin.token of its configuration.`,
    );
  }
  return new TopError(
    `${url.origin} answers ${status}; give --url the admin address, which the gateway prints when it starts.`,
  );
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause: unknown = error.cause;
  if (typeof cause !== "object" || cause === null) return error.message;
  const { code, message } = cause as { readonly code?: unknown; readonly message?: unknown };
  if (code === "ECONNREFUSED") return "connection refused";
  return typeof code === "string" ? code : String(message ?? error.message);
}

/** Server-sent events as this server sends them: one line of data each. */
async function* messages(body: AsyncIterable<Uint8Array>): AsyncGenerator<LiveMessage, void> {
  const decoder = new TextDecoder();
  let buffer = "";
  for await (const chunk of body) {
    buffer += decoder.decode(chunk, { stream: true });
    const parts = buffer.split("\n\n");
    buffer = parts.pop() ?? "";
    if (buffer.length > LONGEST_MESSAGE) throw new Error("a message that does not end");
    for (const part of parts) {
      const fields = new Map(
        part.split("\n").map((line) => {
          const colon = line.indexOf(":");
          return [line.slice(0, colon), line.slice(colon + 1).trimStart()] as const;
        }),
      );
      const data = fields.get("data");
      if (data !== undefined) yield messageOf(fields.get("event") ?? "message", data);
    }
  }
}

/** @throws Error when it is not what this server says: an address may be anybody's. */
function messageOf(type: string, text: string): LiveMessage {
  const data = JSON.parse(text) as {
    readonly at?: unknown;
    readonly rows?: unknown;
    readonly events?: unknown;
  };
  const isOverview = Number.isFinite(data?.at) && Array.isArray(data.rows) && Array.isArray(data.events);
  if ((type === "overview" || type === "rows") && !isOverview) throw new Error("it speaks of something else");
  return { type, data } as LiveMessage;
}
