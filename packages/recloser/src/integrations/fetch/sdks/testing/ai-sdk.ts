import type { AnthropicProvider, createAnthropic } from "@ai-sdk/anthropic";
import type { createOpenAI, OpenAIProvider } from "@ai-sdk/openai";
import type { generateText, streamText } from "ai";
import { type Client, given, type Setup } from "./client.js";

interface Ai {
  readonly generateText: typeof generateText;
  readonly streamText: typeof streamText;
}
type Model = ReturnType<OpenAIProvider | AnthropicProvider>;

/** The AI SDK of any major, over its OpenAI and its Anthropic provider. */
export function aiSdkClients(
  ai: Ai,
  version: string,
  providers: {
    readonly createOpenAI: typeof createOpenAI;
    readonly createAnthropic: typeof createAnthropic;
  },
): readonly Client[] {
  const name = `ai ${version.split(".")[0]}`;
  const client = (provider: string, modelOf: (setup: Setup) => Model): Client => ({
    name: `${name}, ${provider}`,
    version,
    onReject: "throw",
    ask: {
      async unary(setup) {
        const { text } = await ai.generateText({ model: modelOf(setup), ...common(setup) });
        return text;
      },
      async stream(setup) {
        const { fullStream } = ai.streamText({ model: modelOf(setup), ...common(setup), onError() {} });
        let text = "";
        // `textStream` would end as if all were well.
        for await (const part of fullStream) {
          if (part.type === "text-delta") text += part.text;
          if (part.type === "error") throw part.error;
          if (part.type === "abort") throw new AbortPart();
        }
        return text;
      },
    },
  });
  return [
    client("@ai-sdk/openai", ({ fetch, url }) =>
      providers.createOpenAI({ apiKey: "k", baseURL: `${url}/v1`, fetch }).chat("m"),
    ),
    client("@ai-sdk/anthropic", ({ fetch, url }) =>
      providers.createAnthropic({ apiKey: "k", baseURL: `${url}/v1`, fetch })("m"),
    ),
  ];
}

function common({ signal, maxRetries, timeoutMs }: Setup) {
  const options = given({ abortSignal: signal, maxRetries, timeout: timeoutMs });
  return { prompt: "Is the line up?", maxOutputTokens: 64, ...options };
}

/** Stands for the `abort` part of a stream, which is no error. */
class AbortPart extends Error {}
