/** What a real client is made with. */
export interface Setup {
  /** The `fetch` to inject: guarded by a circuit. */
  readonly fetch: typeof globalThis.fetch;
  /** Where the provider listens, without a path. */
  readonly url: string;
  /** The client's own retries. Default: as the client comes. */
  readonly maxRetries?: number;
  /** The client's own timeout. Default: as the client comes. */
  readonly timeoutMs?: number;
  /** The caller's. */
  readonly signal?: AbortSignal;
}

export type Mode = "unary" | "stream";

/** A real client, as somebody would set it up. */
export interface Client {
  /** How its row is called. */
  readonly name: string;
  readonly version: string;
  /** What `docs/sdks.md` recommends for it. */
  readonly onReject: "respond" | "throw";
  /** How often it calls `fetch` for one call of the caller's that is rejected. Default 1. */
  readonly callsWhenRejected?: number;
  /** Asks, reads the answer to its end, and gives the text. Throws what a caller would catch. */
  readonly ask: Readonly<Record<Mode, (setup: Setup) => Promise<string>>>;
}

/** Only the given fields: a client takes an explicit `undefined` for a value. */
export function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** The text of a stream's chunks, put together. */
export async function joined<T>(
  stream: AsyncIterable<T>,
  textOf: (chunk: T) => string | null | undefined,
): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += textOf(chunk) ?? "";
  return text;
}
