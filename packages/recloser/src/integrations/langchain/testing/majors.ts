import { ChatOpenAI as ChatOpenAI15 } from "@langchain/openai";
import { ChatOpenAI as ChatOpenAI16 } from "../../../../../../test/newer-majors/node_modules/@langchain/openai/dist/index.js";

/** What the tests use of a chat model. */
export interface Chat {
  invoke(input: string, options?: { signal?: AbortSignal; timeout?: number }): Promise<{ content: unknown }>;
  stream(input: string, options?: { signal?: AbortSignal }): Promise<AsyncIterable<{ content: unknown }>>;
  batch(inputs: string[]): Promise<unknown>;
  generatePrompts(inputs: string[]): Promise<unknown>;
}

export interface ChatOptions {
  readonly model?: string;
  readonly maxRetries?: number;
  readonly fetch?: typeof globalThis.fetch;
  readonly callbacks?: object[];
  readonly onFailedAttempt?: (error: unknown) => void;
  readonly useResponsesApi?: boolean;
  readonly cache?: boolean;
}

interface RealChat extends Omit<Chat, "generatePrompts"> {
  generate(messages: [["user", string]][]): Promise<unknown>;
}

function fieldsOf(url: string, { model = "m", fetch, ...rest }: ChatOptions) {
  return { model, apiKey: "k", configuration: { baseURL: `${url}/v1`, ...(fetch && { fetch }) }, ...rest };
}

function plain(chat: RealChat): Chat {
  return {
    invoke: (input, options) => chat.invoke(input, options),
    stream: (input, options) => chat.stream(input, options),
    batch: (inputs) => chat.batch(inputs),
    generatePrompts: (inputs) => chat.generate(inputs.map((text) => [["user", text]])),
  };
}

export const MAJORS: readonly {
  readonly name: string;
  readonly chat: (url: string, options: ChatOptions) => Chat;
}[] = [
  { name: "@langchain/openai 1.5", chat: (url, options) => plain(new ChatOpenAI15(fieldsOf(url, options))) },
  { name: "@langchain/openai 1.6", chat: (url, options) => plain(new ChatOpenAI16(fieldsOf(url, options))) },
];
