// @ts-nocheck
import Anthropic, { APIUserAbortError as AnthropicAbort } from "@anthropic-ai/sdk";
import OpenAI, { APIConnectionTimeoutError, APIUserAbortError } from "openai";
import { describe, expect, it, vi } from "vitest";
import { CircuitError } from "../../outcome/circuit-error.js";
import { failedStreams } from "../../testing/failed-streams.js";
import { recordedStreams } from "../../testing/streams.js";
import { circuitFetch, failureOf } from "./index.js";
import {
  bytesOf,
  chatAnswer,
  chatChunk,
  chunked,
  events,
  itemsOf,
  json,
  never,
  thrownBy,
  watchedCircuit,
} from "./testing/upstream.js";

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
type Watched = ReturnType<typeof watchedCircuit>;

const messages = [{ role: "user" as const, content: "Is the line up?" }];
const chatParams = { model: "m", messages };
const messageParams = { model: "m", max_tokens: 16, messages };
const messageAnswer = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "m",
  content: [{ type: "text", text: "Up." }],
  stop_reason: "end_turn",
  usage: { input_tokens: 1, output_tokens: 2 },
};

/** A second for each millisecond, so that nobody has to wait as long as evidence takes. */
const hasty = { now: () => performance.now() * 1000 };

const openaiOver = (watched: Watched, fetch: Fetch, more: object = {}): OpenAI =>
  new OpenAI({ apiKey: "k", fetch: circuitFetch(watched.circuit, { fetch }), ...more });
const anthropicOver = (watched: Watched, fetch: Fetch, more: object = {}): Anthropic =>
  new Anthropic({ apiKey: "k", fetch: circuitFetch(watched.circuit, { fetch }), ...more });

/** The ways in which the real clients ask for an answer, in one piece and as a stream. */
const CLIENTS = [
  {
    name: "openai chat",
    stream: recordedStreams.find(({ name }) => name === "chat"),
    failed: failedStreams.find(({ name }) => name === "OpenAI Chat"),
    answer: chatAnswer as object,
    ask: (watched: Watched, fetch: Fetch, more?: object) =>
      openaiOver(watched, fetch, more).chat.completions.create(chatParams) as Promise<unknown>,
    read: async (watched: Watched, fetch: Fetch) =>
      itemsOf<unknown>(
        await openaiOver(watched, fetch).chat.completions.create({ ...chatParams, stream: true }),
      ),
  },
  {
    name: "openai responses",
    stream: recordedStreams.find(({ name }) => name === "responses"),
    failed: failedStreams.find(({ name }) => name === "OpenAI Responses, error, nested"),
    answer: {
      id: "r",
      object: "response",
      status: "completed",
      output: [],
      usage: { output_tokens: 2 },
    } as object,
    ask: (watched: Watched, fetch: Fetch, more?: object) =>
      openaiOver(watched, fetch, more).responses.create({ model: "m", input: "hi" }) as Promise<unknown>,
    read: async (watched: Watched, fetch: Fetch) =>
      itemsOf<unknown>(
        await openaiOver(watched, fetch).responses.create({ model: "m", input: "hi", stream: true }),
      ),
  },
  {
    name: "anthropic",
    stream: recordedStreams.find(({ name }) => name === "messages"),
    failed: failedStreams.find(({ name }) => name === "Anthropic Messages"),
    answer: messageAnswer as object,
    ask: (watched: Watched, fetch: Fetch, more?: object) =>
      anthropicOver(watched, fetch, more).messages.create(messageParams) as Promise<unknown>,
    read: async (watched: Watched, fetch: Fetch) =>
      itemsOf<unknown>(
        await anthropicOver(watched, fetch).messages.create({ ...messageParams, stream: true }),
      ),
  },
];

describe.each(CLIENTS)("$name", ({ stream, failed, answer, ask, read }) => {
  if (stream === undefined || failed === undefined) throw new Error("a recorded stream was renamed");
  const inChunks = (text: string) => async () => {
    const bytes = bytesOf(text);
    return events(chunked([bytes.slice(0, 50), bytes.slice(50, 51), bytes.slice(51)]));
  };

  it("H3: a rejection is one call of fetch, none of the provider's, and the reason can be read", async () => {
    const watched = watchedCircuit();
    watched.circuit.force("open", { forMs: 30_000, reason: "test" });
    const upstream = vi.fn(never);
    const outer = vi.fn(circuitFetch(watched.circuit, { fetch: upstream }));
    const error = await thrownBy(ask(watched, never, { fetch: outer }));
    expect(outer).toHaveBeenCalledTimes(1);
    expect(upstream).not.toHaveBeenCalled();
    expect(error).toMatchObject({ status: 503 });
    const failure = failureOf(error);
    expect(failure).toMatchObject({ kind: "rejected", reason: "forced-open", circuit: "p/m", attempts: 0 });
    expect(failure?.retryAfterMs).toBeGreaterThan(29_000);
    expect((error as { headers: Headers }).headers.get("x-recloser-reason")).toBe("forced-open");
  });

  it("an answer in one piece", async () => {
    const watched = watchedCircuit();
    expect(await ask(watched, async () => json(200, answer))).toMatchObject(answer);
    expect(watched.verdicts).toEqual([{ verdict: "success", outputTokens: 2 }]);
    expect(watched.inFlight()).toBe(0);
  });

  it("a stream", async () => {
    const watched = watchedCircuit();
    const items = await read(watched, inChunks(stream.text));
    expect(items.length).toBeGreaterThanOrEqual(stream.tokens);
    expect(watched.verdicts).toEqual([{ verdict: "success", outputTokens: stream.outputTokens }]);
    expect(watched.inFlight()).toBe(0);
  });

  it("E3: a stream that is cut throws out of the SDK's iterator", async () => {
    const watched = watchedCircuit();
    const cut = stream.text.slice(0, stream.text.lastIndexOf(stream.terminal));
    const error = await thrownBy(read(watched, inChunks(cut)));
    expect(error).toBeInstanceOf(CircuitError);
    expect(failureOf(error)).toMatchObject({ kind: "failed", reason: "truncated" });
    expect(watched.said()).toEqual(["failure truncated"]);
    expect(watched.inFlight()).toBe(0);
  });

  it("E2: an error event after a 200 throws the SDK's own error, and the failure can be read from it", async () => {
    const watched = watchedCircuit();
    const error = await thrownBy(read(watched, inChunks(failed.text)));
    expect(error).not.toBeInstanceOf(CircuitError);
    expect(watched.verdicts).toMatchObject([{ verdict: "failure" }]);
    expect(failureOf(error)?.reason).toBe((watched.verdicts[0] as { reason: string }).reason);
    expect(watched.inFlight()).toBe(0);
  });

  it("each retry of the SDK is an attempt of its own, and the breaker ends them", async () => {
    const watched = watchedCircuit();
    const upstream = vi.fn(async () =>
      json(500, { error: { type: "api_error" } }, { "retry-after-ms": "1" }),
    );
    const error = await thrownBy(ask(watched, upstream, { maxRetries: 5 }));
    expect(upstream).toHaveBeenCalledTimes(3);
    expect(watched.said()).toEqual(Array(3).fill("failure server-error"));
    expect(failureOf(error)).toMatchObject({ kind: "rejected", reason: "open" });
    expect(watched.inFlight()).toBe(0);
  });

  it("the last error of an SDK that gave up tells its failure", async () => {
    const watched = watchedCircuit();
    const refuse = async () => json(429, { error: { type: "rate_limit_error" } }, { "retry-after": "9" });
    const error = await thrownBy(ask(watched, refuse, { maxRetries: 0 }));
    expect(failureOf(error)).toMatchObject({ kind: "failed", reason: "throttled", retryAfterMs: 9000 });
  });

  it("a connection that fails tells its failure through the SDK's wrapper", async () => {
    const watched = watchedCircuit();
    const refuse = () =>
      Promise.reject(
        new TypeError("fetch failed", { cause: Object.assign(new Error(), { code: "ECONNREFUSED" }) }),
      );
    const error = await thrownBy(ask(watched, refuse, { maxRetries: 0 }));
    expect(failureOf(error)).toMatchObject({ kind: "failed", reason: "connection" });
    expect(watched.inFlight()).toBe(0);
  });
});

describe("aborts and deadlines of SDKs", () => {
  it("A1: a user's abort is neutral", async () => {
    const watched = watchedCircuit();
    for (const [client, type] of [
      [openaiOver(watched, never).chat.completions, APIUserAbortError],
      [anthropicOver(watched, never).messages, AnthropicAbort],
    ] as const) {
      const controller = new AbortController();
      const create = client.create.bind(client) as (body: object, options: object) => Promise<unknown>;
      const pending = thrownBy(create(messageParams, { signal: controller.signal }));
      await vi.waitFor(() => expect(watched.inFlight()).toBe(1));
      controller.abort();
      expect(await pending).toBeInstanceOf(type);
    }
    expect(watched.said()).toEqual(["neutral cancelled", "neutral cancelled"]);
    expect(watched.inFlight()).toBe(0);
  });

  it("A6: an SDK's own deadline, shorter than our patience, is no evidence", async () => {
    const watched = watchedCircuit();
    const openai = openaiOver(watched, never, { maxRetries: 0 });
    const error = await thrownBy(openai.chat.completions.create(chatParams, { timeout: 20 }));
    expect(error).toBeInstanceOf(APIConnectionTimeoutError);
    expect(watched.said()).toEqual(["neutral deadline"]);
  });

  it("A6: one that was long enough is", async () => {
    const watched = watchedCircuit({ clock: hasty });
    const openai = openaiOver(watched, never, { maxRetries: 0 });
    await thrownBy(openai.chat.completions.create(chatParams, { timeout: 50 }));
    expect(watched.said()).toEqual(["failure timeout"]);
  });

  it("A6: a timeout of the whole client, which its requests do not tell, is evidence where it is told here", async () => {
    for (const [clientTimeoutMs, verdict] of [
      [undefined, "neutral cancelled"],
      [30_000, "failure timeout"],
    ] as const) {
      const watched = watchedCircuit({ clock: hasty });
      const told = clientTimeoutMs === undefined ? {} : { clientTimeoutMs };
      const fetch = circuitFetch(watched.circuit, { fetch: never, ...told });
      const openai = new OpenAI({ apiKey: "k", fetch, timeout: 60, maxRetries: 0 });
      const error = await thrownBy(openai.chat.completions.create(chatParams));
      expect(error).toBeInstanceOf(APIConnectionTimeoutError);
      expect(watched.said()).toEqual([verdict]);
    }
  });

  it("E10: leaving a stream after a token is a success, and closes the connection upstream", async () => {
    const watched = watchedCircuit();
    let closed = false;
    const upstream = async () =>
      events(
        new ReadableStream<Uint8Array>(
          {
            pull: (controller) => controller.enqueue(bytesOf(chatChunk("a"))),
            cancel() {
              closed = true;
            },
          },
          { highWaterMark: 0 },
        ),
      );
    const stream = await openaiOver(watched, upstream).chat.completions.create({
      ...chatParams,
      stream: true,
    });
    for await (const _chunk of stream) break;
    expect(closed).toBe(true);
    expect(watched.said()).toEqual(["success"]);
    expect(watched.inFlight()).toBe(0);
  });
});
