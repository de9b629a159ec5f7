import Anthropic from "@anthropic-ai/sdk";
import Groq from "groq-sdk";
import { type Client, given, joined, type Setup } from "./client.js";
import { versionOf } from "./packages.js";

const messages = [{ role: "user" as const, content: "Is the line up?" }];

const anthropicOf = ({ fetch, url, maxRetries, timeoutMs }: Setup): Anthropic =>
  new Anthropic({ apiKey: "k", baseURL: url, fetch, ...given({ maxRetries, timeout: timeoutMs }) });
const params = { model: "m", max_tokens: 64, messages };

export const anthropicClient: Client = {
  name: "@anthropic-ai/sdk",
  version: versionOf("@anthropic-ai/sdk"),
  onReject: "respond",
  ask: {
    async unary(setup) {
      const { signal } = setup;
      const answer = await anthropicOf(setup).messages.create(params, given({ signal }));
      return answer.content?.map((block) => (block.type === "text" ? block.text : "")).join("") ?? "";
    },
    async stream(setup) {
      const { signal } = setup;
      const stream = await anthropicOf(setup).messages.create({ ...params, stream: true }, given({ signal }));
      return joined(stream, (event) =>
        event.type === "content_block_delta" && event.delta.type === "text_delta" ? event.delta.text : "",
      );
    },
  },
};

const groqOf = ({ fetch, url, maxRetries, timeoutMs }: Setup): Groq =>
  new Groq({ apiKey: "k", baseURL: url, fetch, ...given({ maxRetries, timeout: timeoutMs }) });

export const groqClient: Client = {
  name: "groq-sdk",
  version: versionOf("groq-sdk"),
  onReject: "respond",
  ask: {
    async unary(setup) {
      const { signal } = setup;
      const answer = await groqOf(setup).chat.completions.create({ model: "m", messages }, given({ signal }));
      return answer.choices?.[0]?.message.content ?? "";
    },
    async stream(setup) {
      const { signal } = setup;
      const stream = await groqOf(setup).chat.completions.create(
        { model: "m", messages, stream: true },
        given({ signal }),
      );
      return joined(stream, ({ choices }) => choices[0]?.delta.content);
    },
  },
};
