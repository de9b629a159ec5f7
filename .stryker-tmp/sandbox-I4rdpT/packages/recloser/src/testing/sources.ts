// @ts-nocheck
import { type Mock, vi } from "vitest";
import type { Outcome } from "../outcome/outcome.js";

/** Events of a chat completion, as the `openai` client yields them. */
const chunk = (delta: object, finish: string | null = null) => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  choices: [{ index: 0, delta, finish_reason: finish }],
});
export const ROLE = chunk({ role: "assistant", content: "" });
export const TOKEN = chunk({ content: "a" });
export const END = chunk({}, "stop");
export const ERROR = { error: { message: "boom", type: "server_error", code: "server_error" } };

/** A source whose items are sent by hand, and which tells what its reader does. */
export interface Source<T> {
  readonly iterable: AsyncIterable<T>;
  readonly next: Mock<() => Promise<IteratorResult<T>>>;
  readonly returned: Mock<() => Promise<IteratorResult<T>>>;
  readonly send: (value: T) => void;
  readonly end: () => void;
  readonly break: (error: unknown) => void;
}

export function source<T>(): Source<T> {
  type Asked = {
    readonly resolve: (result: IteratorResult<T>) => void;
    readonly reject: (error: unknown) => void;
  };
  const asked: Asked[] = [];
  const ready: ((asked: Asked) => void)[] = [];
  const answer = (how: (one: Asked) => void): void => {
    const one = asked.shift();
    if (one === undefined) ready.push(how);
    else how(one);
  };
  const returned = vi.fn(async (): Promise<IteratorResult<T>> => ({ done: true, value: undefined }));
  const next = vi.fn(
    () =>
      new Promise<IteratorResult<T>>((resolve, reject) => {
        asked.push({ resolve, reject });
        const how = ready.shift();
        if (how !== undefined) answer(how);
      }),
  );
  const iterator = { next, return: returned };
  return {
    iterable: { [Symbol.asyncIterator]: () => iterator } satisfies AsyncIterable<T>,
    next,
    returned,
    send: (value: T) => answer(({ resolve }) => resolve({ done: false, value })),
    end: () => answer(({ resolve }) => resolve({ done: true, value: undefined })),
    break: (error: unknown) => answer(({ reject }) => reject(error)),
  };
}

/** A stream of just these items. */
export async function* from<T>(...items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield item;
}

export function itemsOf<T>(outcome: Outcome<AsyncIterable<T>>): AsyncIterator<T> & AsyncIterable<T> {
  if (!outcome.ok) throw new Error(outcome.failure.message);
  return outcome.value as AsyncIterator<T> & AsyncIterable<T>;
}

export const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

/** Lets everything that is ready run. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
