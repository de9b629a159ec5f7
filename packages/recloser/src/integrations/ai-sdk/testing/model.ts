import { vi } from "vitest";

export interface Part {
  readonly type: string;
  readonly [key: string]: unknown;
}
export interface Params {
  readonly abortSignal?: AbortSignal | undefined;
}

export const text = (delta: string): Part => ({ type: "text-delta", id: "1", delta });
export const FINISH_V2: Part = {
  type: "finish",
  finishReason: "stop",
  usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
};

/** A model whose stream the test writes. */
export function model(modelId = "m", provider = "openai.responses") {
  let controller: ReadableStreamDefaultController<Part> | undefined;
  let params: Params | undefined;
  const cancelled = vi.fn();
  const pulled = vi.fn();
  const stream = new ReadableStream<Part>(
    {
      start: (given) => {
        controller = given;
      },
      pull: () => pulled(),
      cancel: (reason) => cancelled(reason),
    },
    { highWaterMark: 0 },
  );
  return {
    provider,
    modelId,
    doGenerate: vi.fn(
      async (_params: Params): Promise<{ finishReason: unknown; usage?: unknown }> => ({
        finishReason: "stop",
      }),
    ),
    doStream: vi.fn(async (given: Params) => {
      params = given;
      return { stream, response: { headers: { a: "b" } } };
    }),
    signal: () => params?.abortSignal,
    write: (...parts: Part[]) => {
      for (const part of parts) controller?.enqueue(part);
    },
    close: () => controller?.close(),
    break: (error: unknown) => controller?.error(error),
    cancelled,
    pulled,
  };
}

export async function read(stream: ReadableStream<Part>): Promise<Part[]> {
  const parts: Part[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}
export const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
