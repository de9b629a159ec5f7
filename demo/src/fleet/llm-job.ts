import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

/** How an LLM job ended, as its worker sees it. */
export type JobEnd = "answered" | "rejected" | "failed";

export interface Addresses {
  /** Base URL for the OpenAI client, with `/v1`. */
  readonly openai: string;
  /** Base URL for the Anthropic client. */
  readonly anthropic: string;
}

type Shape = "chat stream" | "chat" | "responses stream" | "messages stream" | "messages";

/** A worker's mix of calls: mostly streams, most of them to one provider. Shares add up to 1. */
const MIX: readonly (readonly [Shape, number])[] = [
  ["chat stream", 0.3],
  ["chat", 0.15],
  ["responses stream", 0.15],
  ["messages stream", 0.3],
  ["messages", 0.1],
];

const OPENAI_MODEL = "gpt-5";
const ANTHROPIC_MODEL = "claude-sonnet-5";
const QUESTION = "Summarise the incident so far in three sentences.";

/** The real clients, with every default of theirs: 600 s of patience and two retries. */
export function llmJobs(addresses: Addresses): (draw: number) => Promise<JobEnd> {
  const openai = new OpenAI({ apiKey: "demo", baseURL: addresses.openai });
  const anthropic = new Anthropic({ apiKey: "demo", baseURL: addresses.anthropic });
  const messages = [{ role: "user" as const, content: QUESTION }];

  const calls: Record<Shape, () => Promise<string>> = {
    async "chat stream"() {
      let text = "";
      const stream = await openai.chat.completions.create({ model: OPENAI_MODEL, messages, stream: true });
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
      return text;
    },
    async chat() {
      const answer = await openai.chat.completions.create({ model: OPENAI_MODEL, messages });
      return answer.choices[0]?.message.content ?? "";
    },
    async "responses stream"() {
      let text = "";
      const stream = await openai.responses.create({ model: OPENAI_MODEL, input: QUESTION, stream: true });
      for await (const event of stream) if (event.type === "response.output_text.delta") text += event.delta;
      return text;
    },
    async "messages stream"() {
      let text = "";
      const stream = await anthropic.messages.create({
        model: ANTHROPIC_MODEL,
        max_tokens: 1024,
        messages,
        stream: true,
      });
      for await (const event of stream) {
        if (event.type === "content_block_delta" && event.delta.type === "text_delta")
          text += event.delta.text;
      }
      return text;
    },
    async messages() {
      const answer = await anthropic.messages.create({ model: ANTHROPIC_MODEL, max_tokens: 1024, messages });
      return answer.content.map((block) => (block.type === "text" ? block.text : "")).join("");
    },
  };

  return async (draw) => {
    try {
      const text = await calls[shapeOf(draw)]();
      return text === "" ? "failed" : "answered";
    } catch (error) {
      return wasRejected(error) ? "rejected" : "failed";
    }
  };
}

function shapeOf(draw: number): Shape {
  let sum = 0;
  for (const [shape, share] of MIX) {
    sum += share;
    if (draw < sum) return shape;
  }
  return "chat";
}

/** The gateway says why in its headers, and both clients hand them to the caller. */
function wasRejected(error: unknown): boolean {
  const headers =
    typeof error === "object" && error !== null && "headers" in error ? error.headers : undefined;
  return headers instanceof Headers && headers.has("x-recloser-reason");
}
