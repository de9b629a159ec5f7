import { GoogleGenAI, type HttpOptions } from "@google/genai";
import { Mistral } from "@mistralai/mistralai";
import { HTTPClient } from "@mistralai/mistralai/lib/http.js";
import { CohereClientV2 } from "cohere-ai";
import { type Client, given, joined, type Setup } from "./client.js";
import { versionOf } from "./packages.js";

const messages = [{ role: "user" as const, content: "Is the line up?" }];

/** As it comes, and with retries switched on. */
export const genaiClients: readonly Client[] = [
  genaiClient("@google/genai"),
  genaiClient("@google/genai, `retryOptions: {}`", { retryOptions: {} }, 5),
];

function genaiClient(name: string, options: HttpOptions = {}, callsWhenRejected = 1): Client {
  const made = ({ fetch, url, timeoutMs, maxRetries }: Setup): GoogleGenAI => {
    const own = {
      timeout: timeoutMs,
      retryOptions: maxRetries === undefined ? undefined : { attempts: maxRetries + 1 },
    };
    return new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl: url, fetch, ...options, ...given(own) } });
  };
  const params = ({ signal }: Setup) => ({
    model: "m",
    contents: "Is the line up?",
    config: given({ abortSignal: signal }),
  });
  return {
    name,
    version: versionOf("@google/genai"),
    onReject: "throw",
    callsWhenRejected,
    ask: {
      unary: async (setup) => (await made(setup).models.generateContent(params(setup))).text ?? "",
      stream: async (setup) =>
        joined(await made(setup).models.generateContentStream(params(setup)), ({ text }) => text),
    },
  };
}

const mistralOf = ({ fetch, url, timeoutMs }: Setup): Mistral =>
  new Mistral({
    apiKey: "k",
    serverURL: url,
    httpClient: new HTTPClient({ fetcher: fetch }),
    ...given({ timeoutMs }),
  });
const mistralOptions = ({ signal }: Setup) => (signal === undefined ? {} : { fetchOptions: { signal } });
const textOf = (content: unknown): string => (typeof content === "string" ? content : "");

export const mistralClient: Client = {
  name: "@mistralai/mistralai",
  version: versionOf("@mistralai/mistralai"),
  onReject: "throw",
  ask: {
    async unary(setup) {
      const answer = await mistralOf(setup).chat.complete({ model: "m", messages }, mistralOptions(setup));
      return textOf(answer.choices[0]?.message?.content);
    },
    async stream(setup) {
      const stream = await mistralOf(setup).chat.stream({ model: "m", messages }, mistralOptions(setup));
      return joined(stream, ({ data }) => textOf(data.choices[0]?.delta.content));
    },
  },
};

const cohereOf = ({ fetch, url }: Setup): CohereClientV2 =>
  new CohereClientV2({ token: "k", environment: url, fetch });
const cohereOptions = ({ signal, maxRetries, timeoutMs }: Setup) =>
  given({
    abortSignal: signal,
    maxRetries,
    timeoutInSeconds: timeoutMs === undefined ? undefined : timeoutMs / 1000,
  });

export const cohereClient: Client = {
  name: "cohere-ai",
  version: versionOf("cohere-ai"),
  onReject: "throw",
  ask: {
    async unary(setup) {
      const answer = await cohereOf(setup).chat({ model: "m", messages }, cohereOptions(setup));
      return answer.message?.content?.map((part) => (part.type === "text" ? part.text : "")).join("") ?? "";
    },
    async stream(setup) {
      const stream = await cohereOf(setup).chatStream({ model: "m", messages }, cohereOptions(setup));
      return joined(stream, (event) =>
        event.type === "content-delta" ? (event.delta?.message?.content?.text ?? "") : "",
      );
    },
  },
};
