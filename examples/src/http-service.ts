/**
 * An HTTP service that degrades. While the provider is down, `GET /summary?of=…` answers at once with what it said last
 * about the same thing, or with the beginning of the text, marked `degraded: true`. Nobody waits for an outage.
 */
import { createServer, type Server } from "node:http";
import type OpenAI from "openai";
import { Circuits } from "recloser";

interface Summary {
  readonly summary: string;
  readonly degraded: boolean;
  /** Why it is degraded, for the log and for the page. */
  readonly reason?: string;
}

export interface Service {
  readonly openai: OpenAI;
  readonly model: string;
  readonly circuits?: Circuits;
}

export function summaryService({ openai, model, circuits = new Circuits() }: Service): Server {
  const circuit = circuits.get(`openai/${model}`);
  const latest = new Map<string, string>();

  async function summarise(text: string): Promise<Summary> {
    const outcome = await circuit.call(
      async ({ signal }) => {
        const input = `Summarise in one sentence: ${text}`;
        // While somebody waits, the fallback is better than a second try.
        const response = await openai.responses.create({ model, input }, { signal, maxRetries: 0 });
        return response.output_text;
      },
      {
        timeoutMs: 20_000,
        fallback: () => latest.get(text) ?? `${text.slice(0, 80)} …`,
      },
    );
    if (!outcome.ok) throw new Error(outcome.failure.message);
    if (outcome.degraded) return { summary: outcome.value, degraded: true, reason: outcome.failure.reason };
    if (latest.size >= 1000) latest.clear();
    latest.set(text, outcome.value);
    return { summary: outcome.value, degraded: false };
  }

  return createServer((request, response) => {
    // Not resolved against a base: "//" is a path that anybody may send, and no URL.
    const text = new URLSearchParams(request.url?.split("?", 2)[1]).get("of");
    const send = (status: number, body: object): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (text === null) {
      send(400, { error: "Give the text to summarise as ?of=…" });
      return;
    }
    summarise(text).then(
      (summary) => send(200, summary),
      // Not the provider's fault: a request that it refuses would be refused again.
      (error: Error) => send(502, { error: error.message }),
    );
  });
}
