import type { LiveMessage } from "../contract/contract.js";
import { serverEvents } from "./sse.js";
import { authorization } from "./token.js";

export interface LiveListener {
  message(message: LiveMessage): void;
  /** The server wants a token, or another one. */
  refused(): void;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 5_000;
/** The server says something each second; after this long the connection is dead, whatever it looks like. */
const SILENCE_MS = 6_000;

/** Keeps the stream of a view open, and opens it again when it breaks. Returns a function that ends it. */
export function listen(circuit: string | undefined, listener: LiveListener): () => void {
  const ending = new AbortController();
  void keepListening(circuit, listener, ending.signal);
  return () => ending.abort();
}

async function keepListening(
  circuit: string | undefined,
  listener: LiveListener,
  ended: AbortSignal,
): Promise<void> {
  let retryMs = FIRST_RETRY_MS;
  while (!ended.aborted) {
    const heard = await listenOnce(circuit, listener, ended);
    if (heard === "refused") {
      if (!ended.aborted) listener.refused();
      return;
    }
    retryMs = heard === "something" ? FIRST_RETRY_MS : Math.min(retryMs * 2, LONGEST_RETRY_MS);
    await pause(retryMs, ended);
  }
}

async function listenOnce(
  circuit: string | undefined,
  listener: LiveListener,
  ended: AbortSignal,
): Promise<"refused" | "something" | "nothing"> {
  const connection = new AbortController();
  const abort = () => connection.abort();
  ended.addEventListener("abort", abort);
  let watchdog = setTimeout(abort, SILENCE_MS);
  let heard: "something" | "nothing" = "nothing";
  try {
    const query = circuit === undefined ? "" : `?circuit=${encodeURIComponent(circuit)}`;
    const response = await fetch(`/api/live${query}`, {
      headers: authorization(),
      signal: connection.signal,
    });
    if (response.status === 401) return "refused";
    if (!response.ok || response.body === null) return "nothing";
    for await (const { event, data } of serverEvents(response.body)) {
      if (ended.aborted) break;
      clearTimeout(watchdog);
      watchdog = setTimeout(abort, SILENCE_MS);
      heard = "something";
      // Our own server's words.
      listener.message({ type: event, data: JSON.parse(data) } as LiveMessage);
    }
  } catch {
    // It broke: we try again.
  } finally {
    clearTimeout(watchdog);
    ended.removeEventListener("abort", abort);
    connection.abort();
  }
  return heard;
}

function pause(ms: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    ended.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
