/**
 * A serverless handler that knows what the instance before it learned. It restores its circuits on a cold start, and saves
 * them when a circuit has opened or closed, and every minute. The store may be slow, or gone: the handler works without.
 */
import OpenAI from "openai";
import { type CircuitSnapshot, Circuits, type Failure } from "recloser";
import { circuitFetch, failureOf } from "recloser/fetch";

/** Any key-value store: DynamoDB, Redis, Workers KV. */
export interface Store {
  get(key: string): Promise<string | undefined>;
  put(key: string, value: string): Promise<void>;
}

interface Saved {
  readonly at: number;
  readonly circuits: readonly CircuitSnapshot[];
}

const KEY = "circuits";
const SAVE_EVERY_MS = 60_000;
const STORE_PATIENCE_MS = 200;

export interface HandlerOptions {
  readonly store: Store;
  readonly apiKey: string;
  readonly baseURL?: string;
  readonly circuits?: Circuits;
}

export function handlerOf({ store, apiKey, baseURL, circuits = new Circuits() }: HandlerOptions) {
  const openai = new OpenAI({ apiKey, fetch: circuitFetch(circuits), ...(baseURL && { baseURL }) });
  let dirty = false;
  let savedAt = Date.now();
  circuits.on("transition", () => {
    dirty = true;
  });

  async function restore(): Promise<void> {
    const text = await store.get(KEY);
    if (text === undefined) return;
    const saved = JSON.parse(text) as Saved;
    circuits.restore(saved.circuits, Math.max(0, Date.now() - saved.at));
  }
  async function save(): Promise<void> {
    if (!dirty && Date.now() - savedAt < SAVE_EVERY_MS) return;
    dirty = false;
    savedAt = Date.now();
    try {
      await store.put(KEY, JSON.stringify({ at: savedAt, circuits: circuits.snapshot() } satisfies Saved));
    } catch {
      // The next call tries again; clearing the mark only after the write would lose a transition that comes during it.
      dirty = true;
    }
  }
  // Once for each instance, before its first call.
  const ready = atMost(STORE_PATIENCE_MS, restore());

  return async (question: string): Promise<{ readonly status: number; readonly body: string }> => {
    await ready;
    try {
      const answer = await openai.responses.create({ model: "gpt-5", input: question });
      return { status: 200, body: answer.output_text };
    } catch (error) {
      const failure = failureOf(error);
      // 503 says "try again": a request that the provider refuses would be refused again.
      return { status: statusOf(failure), body: failure?.message ?? "The call failed." };
    } finally {
      // Before it returns: a frozen instance finishes nothing.
      await atMost(STORE_PATIENCE_MS, save());
    }
  };
}

/** 400 is for what the caller can mend; a key that is refused is ours to mend. */
function statusOf(failure: Failure | undefined): 400 | 500 | 503 {
  if (failure?.kind !== "refused") return 503;
  return failure.reason === "auth" ? 500 : 400;
}

/** Waits for the store, but not for ever, and does without it. */
async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work.catch(() => {}), patience]);
  clearTimeout(timer);
}
