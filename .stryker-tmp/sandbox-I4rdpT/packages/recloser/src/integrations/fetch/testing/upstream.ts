// @ts-nocheck
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { Circuit } from "../../../circuit.js";
import { consecutive } from "../../../detect/consecutive.js";
import type { CircuitOptions } from "../../../options.js";
import type { Verdict } from "../../../outcome/verdict.js";
import { circuitFetch } from "../index.js";

/** A circuit that opens at the third failure in a row, and the verdicts that it got. */
export function watchedCircuit(options: CircuitOptions = {}): {
  readonly circuit: Circuit;
  readonly verdicts: Verdict[];
  /** Each verdict in short: `success`, `failure truncated`. */
  readonly said: () => string[];
  readonly inFlight: () => number;
  /** Resolves once `count` calls have settled. */
  readonly settled: (count: number) => Promise<void>;
} {
  const circuit = new Circuit("p/m", { detector: consecutive(3), random: () => 0.5, ...options });
  const verdicts: Verdict[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  circuit.on("settled", ({ verdict }) => {
    verdicts.push(verdict);
    for (const { count, resolve } of waiting) if (verdicts.length >= count) resolve();
  });
  return {
    circuit,
    verdicts,
    said: () =>
      verdicts.map((one) => (one.verdict === "success" ? "success" : `${one.verdict} ${one.reason}`)),
    inFlight: () => circuit.snapshot().inFlight.total,
    settled: (count) =>
      new Promise((resolve) => {
        if (verdicts.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
  };
}

export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** A body that the test writes while it is read. */
export class Body {
  /** How often upstream was asked for more. */
  pulls = 0;
  /** What the body was cancelled with, once it was. */
  cancelled: { readonly reason: unknown } | undefined;
  readonly stream: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor() {
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.pulls++;
        },
        cancel: (reason) => {
          this.cancelled = { reason };
        },
      },
      { highWaterMark: 0 },
    );
  }

  write(text: string): void {
    this.#controller?.enqueue(bytesOf(text));
  }

  close(): void {
    this.#controller?.close();
  }

  fail(error: unknown): void {
    this.#controller?.error(error);
  }
}

/** A body in the given chunks, one for each time it is asked. */
export function chunked(
  chunks: readonly Uint8Array[],
): ReadableStream<Uint8Array> & { readonly pulled: () => number } {
  let next = 0;
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[next++];
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
    },
    { highWaterMark: 0 },
  );
  return Object.assign(stream, { pulled: () => next });
}

export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });

export const events = (body: BodyInit | null): Response =>
  new Response(body, { headers: { "content-type": "text/event-stream" } });

export const chatAnswer = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "Up." }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
};

export const chatChunk = (content: string): string =>
  `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
export const CHAT_END: string = `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`;

export const URL_CHAT = "https://api.openai.com/v1/chat/completions";
export const chatRequest = (stream = false, more: RequestInit = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "hi" }], stream }),
  ...more,
});

/** A provider of the test's own on loopback. */
export async function listening(
  handle: RequestListener,
): Promise<{ readonly url: string; readonly requests: () => number; readonly close: () => Promise<void> }> {
  let requests = 0;
  const server = createServer((req, res) => {
    requests++;
    req.resume();
    handle(req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A provider that hangs until it is told to stop. */
export const never = (_input?: unknown, init?: RequestInit): Promise<Response> =>
  new Promise((_resolve, reject) => {
    init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
  });

/** What a promise is rejected with. */
export const thrownBy = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error("it did not throw");
    },
    (error: unknown) => error,
  );

/** A guarded streaming call whose body the test writes. */
export async function streaming(
  options: Parameters<typeof watchedCircuit>[0] = {},
  init: RequestInit = {},
): Promise<ReturnType<typeof watchedCircuit> & { readonly body: Body; readonly response: Response }> {
  const watched = watchedCircuit(options);
  const body = new Body();
  const guarded = circuitFetch(watched.circuit, { fetch: async () => events(body.stream) });
  return { ...watched, body, response: await guarded(URL_CHAT, chatRequest(true, init)) };
}

export async function itemsOf<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
