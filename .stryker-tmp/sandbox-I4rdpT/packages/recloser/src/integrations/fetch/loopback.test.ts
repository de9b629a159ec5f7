// @ts-nocheck
import OpenAI from "openai";
import { afterEach, describe, expect, it } from "vitest";
import { circuitFetch, failureOf } from "./index.js";
import {
  CHAT_END,
  chatAnswer,
  chatChunk,
  itemsOf,
  listening,
  thrownBy,
  watchedCircuit,
} from "./testing/upstream.js";

type Watched = ReturnType<typeof watchedCircuit>;
const chatParams = { model: "m", messages: [{ role: "user" as const, content: "Is the line up?" }] };

describe("over loopback", () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  const provider = async (handle: Parameters<typeof listening>[0]): ReturnType<typeof listening> => {
    const server = await listening(handle);
    closing.push(server.close);
    return server;
  };
  const clientOf = (watched: Watched, url: string, more: object = {}): OpenAI =>
    new OpenAI({
      apiKey: "k",
      baseURL: `${url}/v1`,
      fetch: circuitFetch(watched.circuit),
      maxRetries: 0,
      ...more,
    });
  const stream = { "content-type": "text/event-stream" };

  it("an answer, a stream, and the answer's address", async () => {
    const watched = watchedCircuit();
    const server = await provider((req, res) => {
      if (req.headers.accept === "stream") res.writeHead(200, stream).end(chatChunk("a") + CHAT_END);
      else res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(chatAnswer));
    });
    const openai = clientOf(watched, server.url);
    const { data, response } = await openai.chat.completions.create(chatParams).withResponse();
    expect(data).toMatchObject(chatAnswer);
    expect(response.url).toBe(`${server.url}/v1/chat/completions`);
    const options = { headers: { accept: "stream" } };
    const items = await itemsOf(
      await openai.chat.completions.create({ ...chatParams, stream: true }, options),
    );
    expect(items).toHaveLength(2);
    expect(watched.said()).toEqual(["success", "success"]);
    expect(watched.inFlight()).toBe(0);
  });

  it("A15: refused and reset", async () => {
    const watched = watchedCircuit();
    const server = await provider((req) => req.socket.destroy());
    expect(
      failureOf(await thrownBy(clientOf(watched, server.url).chat.completions.create(chatParams))),
    ).toMatchObject({
      reason: "connection",
    });
    await server.close();
    await thrownBy(clientOf(watched, server.url).chat.completions.create(chatParams));
    expect(watched.said()).toEqual(["failure connection", "failure connection"]);
  });

  it("a stream that the provider resets throws out of the iterator", async () => {
    const watched = watchedCircuit();
    const server = await provider((_req, res) => {
      res.writeHead(200, stream).write(chatChunk("a"), () => res.socket?.resetAndDestroy());
    });
    const items = await clientOf(watched, server.url).chat.completions.create({
      ...chatParams,
      stream: true,
    });
    const error = await thrownBy(itemsOf(items));
    expect(failureOf(error)).toMatchObject({ kind: "failed", reason: "connection" });
    expect(watched.inFlight()).toBe(0);
  });

  it("a stream that stalls is ended by the circuit's limit, and the provider sees it closed", async () => {
    const watched = watchedCircuit({ stallTimeoutMs: 50 });
    let gone: (() => void) | undefined;
    const closed = new Promise<void>((resolve) => {
      gone = resolve;
    });
    const server = await provider((_req, res) => {
      res.on("close", () => gone?.());
      res.writeHead(200, stream).write(chatChunk("a"));
    });
    const items = await clientOf(watched, server.url).chat.completions.create({
      ...chatParams,
      stream: true,
    });
    expect(failureOf(await thrownBy(itemsOf(items)))).toMatchObject({ reason: "stalled" });
    await closed;
    expect(watched.said()).toEqual(["failure stalled"]);
    expect(watched.inFlight()).toBe(0);
  });

  it("A1: a user's abort in the middle reaches the provider", async () => {
    const watched = watchedCircuit();
    let gone: (() => void) | undefined;
    const closed = new Promise<void>((resolve) => {
      gone = resolve;
    });
    const server = await provider((_req, res) => {
      res.on("close", () => gone?.());
      res.writeHead(200, stream).write(chatChunk("a"));
    });
    const controller = new AbortController();
    const items = await clientOf(watched, server.url).chat.completions.create(
      { ...chatParams, stream: true },
      { signal: controller.signal },
    );
    for await (const _chunk of items) controller.abort();
    await closed;
    expect(watched.said()).toEqual(["success"]);
    expect(watched.inFlight()).toBe(0);
  });

  it("500 errors over real connections open the circuit, and then nothing is sent", async () => {
    const watched = watchedCircuit();
    const server = await provider((_req, res) => {
      res.writeHead(500, { "content-type": "application/json", "retry-after-ms": "1" }).end('{"error":{}}');
    });
    const openai = clientOf(watched, server.url, { maxRetries: 2 });
    await thrownBy(openai.chat.completions.create(chatParams));
    expect(server.requests()).toBe(3);
    const error = await thrownBy(openai.chat.completions.create(chatParams));
    expect(server.requests()).toBe(3);
    expect(failureOf(error)).toMatchObject({ kind: "rejected", reason: "open" });
  });
});
