import { createAnthropic as anthropic3 } from "@ai-sdk/anthropic";
import { createOpenAI as openai3 } from "@ai-sdk/openai";
import * as ai6 from "ai";
import { createAnthropic as anthropic4 } from "../../../../../../test/newer-majors/node_modules/@ai-sdk/anthropic/dist/index.js";
import { createOpenAI as openai4 } from "../../../../../../test/newer-majors/node_modules/@ai-sdk/openai/dist/index.js";
import * as ai7 from "../../../../../../test/newer-majors/node_modules/ai/dist/index.js";
import type { CircuitMiddleware } from "../index.js";

interface Asking {
  readonly signal?: AbortSignal;
  readonly maxRetries?: number;
  readonly model?: string;
}

export interface StreamPart {
  readonly type: string;
  readonly error?: unknown;
}

/** One way to ask for an answer: a major of the SDK, and an API of a provider. */
export interface Client {
  generate(asking?: Asking): Promise<{ readonly text: string; readonly finishReason: string }>;
  /** `errors`: what `onError` got. */
  stream(asking?: Asking): {
    readonly fullStream: AsyncIterable<StreamPart>;
    readonly textStream: AsyncIterable<string>;
    readonly errors: unknown[];
  };
}

export type Api = "chat" | "responses" | "messages";

interface Major {
  readonly name: string;
  readonly client: (url: string, api: Api, middleware: CircuitMiddleware) => Client;
}

const prompt = "Is the line up?";

export const MAJORS: readonly Major[] = [
  {
    name: "ai 6",
    client(url, api, middleware) {
      const openai = openai3({ apiKey: "k", baseURL: `${url}/v1` });
      const anthropic = anthropic3({ apiKey: "k", baseURL: `${url}/v1` });
      const modelOf = (id: string) =>
        ai6.wrapLanguageModel({
          model: { chat: openai.chat, responses: openai.responses, messages: anthropic.messages }[api](id),
          middleware,
        });
      return {
        generate: ({ signal, model = "m", maxRetries = 2 } = {}) =>
          ai6.generateText({
            model: modelOf(model),
            prompt,
            maxRetries,
            ...(signal && { abortSignal: signal }),
          }),
        stream({ signal, model = "m", maxRetries = 2 } = {}) {
          const errors: unknown[] = [];
          const onError = ({ error }: { error: unknown }) => void errors.push(error);
          const result = ai6.streamText({
            model: modelOf(model),
            prompt,
            maxRetries,
            onError,
            ...(signal && { abortSignal: signal }),
          });
          return { fullStream: result.fullStream, textStream: result.textStream, errors };
        },
      };
    },
  },
  {
    name: "ai 7",
    client(url, api, middleware) {
      const openai = openai4({ apiKey: "k", baseURL: `${url}/v1` });
      const anthropic = anthropic4({ apiKey: "k", baseURL: `${url}/v1` });
      const modelOf = (id: string) =>
        ai7.wrapLanguageModel({
          model: { chat: openai.chat, responses: openai.responses, messages: anthropic.messages }[api](id),
          middleware,
        });
      return {
        generate: ({ signal, model = "m", maxRetries = 2 } = {}) =>
          ai7.generateText({
            model: modelOf(model),
            prompt,
            maxRetries,
            ...(signal && { abortSignal: signal }),
          }),
        stream({ signal, model = "m", maxRetries = 2 } = {}) {
          const errors: unknown[] = [];
          const onError = ({ error }: { error: unknown }) => void errors.push(error);
          const result = ai7.streamText({
            model: modelOf(model),
            prompt,
            maxRetries,
            onError,
            ...(signal && { abortSignal: signal }),
          });
          return { fullStream: result.fullStream, textStream: result.textStream, errors };
        },
      };
    },
  },
];
