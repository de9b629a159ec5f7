/**
 * A streaming route, as Next.js, Remix and Hono write it: it takes a Request and gives a Response. The answer is passed on
 * token by token. A circuit that is open is a 503 with Retry-After before the first byte; a stream that breaks ends with a
 * line that says so, and never as if it were whole.
 */
import OpenAI from "openai";
import { Circuits, type Failure } from "recloser";
import { circuitFetch, failureOf } from "recloser/fetch";

/** One for the process: a breaker that is made for each request has no memory. */
export const circuits = new Circuits({ firstTokenTimeoutMs: 30_000, stallTimeoutMs: 20_000 });

let client: OpenAI | undefined;
function openai(): OpenAI {
  client ??= new OpenAI({ fetch: circuitFetch(circuits) });
  return client;
}

export async function POST(request: Request): Promise<Response> {
  const { question } = (await request.json()) as { question: string };
  try {
    const chunks = await openai().chat.completions.create(
      { model: "gpt-5", messages: [{ role: "user", content: question }], stream: true },
      // A reader that goes away is no fault of the provider.
      { signal: request.signal },
    );
    return new Response(textOf(chunks), { headers: { "content-type": "text/plain; charset=utf-8" } });
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    const seconds = Math.ceil((failure.retryAfterMs ?? 1000) / 1000);
    return Response.json(
      { error: failure.message, reason: failure.reason },
      { status: statusOf(failure), headers: { "retry-after": `${seconds}` } },
    );
  }
}

/** 400 is for what the caller can mend; a key that is refused is ours to mend. */
function statusOf(failure: Failure): 400 | 500 | 503 {
  if (failure.kind !== "refused") return 503;
  return failure.reason === "auth" ? 500 : 400;
}

function textOf(chunks: AsyncIterable<OpenAI.ChatCompletionChunk>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const iterator = chunks[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value.choices[0]?.delta.content ?? ""));
      } catch (error) {
        const reason = failureOf(error)?.reason ?? "unknown";
        controller.enqueue(encoder.encode(`\n[The answer broke off: ${reason}]\n`));
        controller.close();
      }
    },
    cancel: async () => void (await iterator.return?.()),
  });
}
