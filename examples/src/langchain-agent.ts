/**
 * A LangChain agent that fails fast. The circuit sees each request of the agent's loop, and `onFailedAttempt` keeps
 * LangChain from retrying a rejection: six retries and more than a minute by default. The caller gets an answer, or a
 * plain word about when to come back.
 */
import { ChatOpenAI } from "@langchain/openai";
import { createAgent, tool } from "langchain";
import { Circuits } from "recloser";
import { circuitFetch, failureOf } from "recloser/fetch";
import { onFailedAttempt } from "recloser/langchain";
import { z } from "zod";

const weather = tool(({ city }) => `It is sunny in ${city}.`, {
  name: "weather",
  description: "The weather in a city.",
  schema: z.object({ city: z.string() }),
});

export interface AgentOptions {
  readonly apiKey: string;
  readonly baseURL?: string;
  readonly circuits?: Circuits;
}

export type Reply = { readonly text: string } | { readonly busy: string; readonly retryAfterMs: number };

export function weatherAgent({ apiKey, baseURL, circuits = new Circuits() }: AgentOptions) {
  const model = new ChatOpenAI({
    model: "gpt-5",
    apiKey,
    configuration: { fetch: circuitFetch(circuits), ...(baseURL && { baseURL }) },
    onFailedAttempt,
  });
  const agent = createAgent({ model, tools: [weather] });

  return async (question: string): Promise<Reply> => {
    try {
      const { messages } = await agent.invoke({ messages: [{ role: "user", content: question }] });
      return { text: messages.at(-1)?.text ?? "" };
    } catch (error) {
      const failure = failureOf(error);
      if (failure?.kind !== "rejected") throw error;
      return { busy: failure.message, retryAfterMs: failure.retryAfterMs ?? 1000 };
    }
  };
}
