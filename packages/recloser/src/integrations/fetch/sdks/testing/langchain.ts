import type { ChatOpenAI } from "@langchain/openai";
import { failureOf } from "../../index.js";
import { type Client, given, joined, type Setup } from "./client.js";

type Fields = NonNullable<ConstructorParameters<typeof ChatOpenAI>[0]>;

/** LangChain's chat model over OpenAI, as it comes and with what stops its retries of a rejection. */
export function langchainClients(Constructor: typeof ChatOpenAI, version: string): readonly Client[] {
  const client = (name: string, fields: Fields, callsWhenRejected = 1): Client => {
    const made = ({ fetch, url, maxRetries, timeoutMs }: Setup): ChatOpenAI =>
      new Constructor({
        model: "m",
        apiKey: "k",
        configuration: { baseURL: `${url}/v1`, fetch },
        ...given({ maxRetries, timeout: timeoutMs }),
        ...fields,
      });
    return {
      name,
      version,
      onReject: "respond",
      callsWhenRejected,
      ask: {
        async unary(setup) {
          const { signal } = setup;
          return (await made(setup).invoke("Is the line up?", given({ signal }))).text;
        },
        async stream(setup) {
          const { signal } = setup;
          return joined(await made(setup).stream("Is the line up?", given({ signal })), ({ text }) => text);
        },
      },
    };
  };
  const name = `@langchain/openai ${version.split(".").slice(0, 2).join(".")}`;
  return [
    client(name, {}, 7),
    client(`${name}, \`maxRetries: 0\``, { maxRetries: 0 }),
    client(`${name}, \`onFailedAttempt\``, { onFailedAttempt }),
  ];
}

/** As `docs/sdks.md` has it: only a failure of the provider's is worth another try. */
function onFailedAttempt(error: unknown): void {
  if (failureOf(error)?.kind !== "failed") throw error;
}
