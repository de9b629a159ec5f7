import type OpenAI from "openai";
import { type Client, given, joined, type Setup } from "./client.js";

type Ask = Client["ask"];
const messages = [{ role: "user" as const, content: "Is the line up?" }];

/** Chat Completions and Responses, of any major of the client. */
export function openaiClients(Constructor: typeof OpenAI, version: string): readonly Client[] {
  const made = ({ fetch, url, maxRetries, timeoutMs }: Setup): OpenAI =>
    new Constructor({
      apiKey: "k",
      baseURL: `${url}/v1`,
      fetch,
      ...given({ maxRetries, timeout: timeoutMs }),
    });
  const options = ({ signal }: Setup) => given({ signal });
  const chat: Ask = {
    async unary(setup) {
      const answer = await made(setup).chat.completions.create({ model: "m", messages }, options(setup));
      return answer.choices?.[0]?.message.content ?? "";
    },
    async stream(setup) {
      const stream = await made(setup).chat.completions.create(
        { model: "m", messages, stream: true },
        options(setup),
      );
      return joined(stream, ({ choices }) => choices[0]?.delta.content);
    },
  };
  const responses: Ask = {
    async unary(setup) {
      const answer = await made(setup).responses.create({ model: "m", input: "Up?" }, options(setup));
      // Without `output`, the client makes no text of it.
      return answer.output_text ?? "";
    },
    async stream(setup) {
      const stream = await made(setup).responses.create(
        { model: "m", input: "Up?", stream: true },
        options(setup),
      );
      return joined(stream, (event) => (event.type === "response.output_text.delta" ? event.delta : ""));
    },
  };
  const name = `openai ${version.split(".")[0]}`;
  return [
    { name: `${name}, chat`, version, onReject: "respond", ask: chat },
    { name: `${name}, responses`, version, onReject: "respond", ask: responses },
  ];
}
