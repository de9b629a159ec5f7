import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterEach } from "vitest";
import { startMock } from "../server.js";
import type { MockOptions, MockServer } from "../types.js";

const started: MockServer[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((mock) => mock.close()));
});

/** A mock that closes itself after the test. */
export async function mockFor(options: MockOptions = {}): Promise<MockServer> {
  const mock = await startMock(options);
  started.push(mock);
  return mock;
}

export const question = [{ role: "user" as const, content: "Is the line up?" }];

export function openai(mock: MockServer, maxRetries = 2): OpenAI {
  return new OpenAI({ apiKey: "test", baseURL: `${mock.url}/v1`, maxRetries });
}

export function anthropic(mock: MockServer, maxRetries = 2): Anthropic {
  return new Anthropic({ apiKey: "test", baseURL: mock.url, maxRetries });
}

export type Format = "chat" | "responses" | "anthropic" | "gemini";
export const formats: readonly Format[] = ["chat", "responses", "anthropic", "gemini"];

/** One raw request in a provider's format. */
export function post(
  mock: MockServer,
  format: Format,
  model: string,
  { stream = false, signal }: { stream?: boolean; signal?: AbortSignal } = {},
): Promise<Response> {
  const [path, body] = request(format, model, stream);
  return fetch(`${mock.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

function request(format: Format, model: string, stream: boolean): [string, object] {
  switch (format) {
    case "chat":
      return ["/v1/chat/completions", { model, stream, messages: question }];
    case "responses":
      return ["/v1/responses", { model, stream, input: question }];
    case "anthropic":
      return ["/v1/messages", { model, stream, max_tokens: 4096, messages: question }];
    case "gemini": {
      const action = stream ? "streamGenerateContent?alt=sse" : "generateContent";
      return [`/v1beta/models/${model}:${action}`, { contents: [{ parts: [{ text: "Is the line up?" }] }] }];
    }
  }
}

/** The events of an SSE body that is whole: the name, or the type of the data, and the data. */
export function eventsOf(body: string): { name: string; data: unknown }[] {
  return body
    .split("\n\n")
    .filter((block) => block !== "")
    .map((block) => {
      const name = /^event: (.*)$/m.exec(block)?.[1] ?? "";
      const text = /^data: (.*)$/m.exec(block)?.[1] ?? "";
      return { name, data: text.startsWith("{") ? JSON.parse(text) : text };
    });
}
