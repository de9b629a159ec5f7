// @ts-nocheck
import Anthropic, { APIError as AnthropicError } from "@anthropic-ai/sdk";
import OpenAI, { APIError as OpenAIError } from "openai";
import { describe, expect, it } from "vitest";
import { recordedStreams, terminalByte } from "../testing/streams.js";
import { createStreamWatcher, errorBody, errorEvent, Seen, type WireFormat } from "./index.js";

const facts = { message: "The stream was cut by the provider.", type: "stream_error", code: "truncated" };
const encoder = new TextEncoder();
const FORMATS: readonly WireFormat[] = ["chat", "responses", "messages", "gemini", "cohere", "ollama"];

/** What a stream of this format says up to just before its last event, and the bytes of half an event more. */
function cutStream(format: WireFormat, half: boolean): string {
  const stream = recordedStreams.find((recorded) => recorded.name === format);
  if (stream === undefined) throw new Error(`no recorded stream ${format}`);
  const bytes = encoder.encode(stream.text);
  const before = new TextDecoder().decode(bytes.slice(0, terminalByte(stream) - 1)).replaceAll("\r\n", "\n");
  const whole = before.slice(0, Math.max(before.lastIndexOf("\n\n") + 2, before.lastIndexOf("}\n") + 2));
  return half ? `${whole}${stream.format === "ollama" ? "" : "data: "}{"ty` : whole;
}

const answer = (body: string, contentType = "text/event-stream", status = 200) => {
  return async () =>
    new Response(body, { status, headers: { "content-type": contentType, "x-should-retry": "false" } });
};

const openai = (fetch: typeof globalThis.fetch) => new OpenAI({ apiKey: "k", fetch, logLevel: "off" });
const anthropic = (fetch: typeof globalThis.fetch) => new Anthropic({ apiKey: "k", fetch, logLevel: "off" });

/** Runs a stream to its end: how many events came, and what was thrown. */
async function drain(stream: Promise<AsyncIterable<unknown>>): Promise<{ events: number; error: unknown }> {
  let events = 0;
  try {
    for await (const _event of await stream) events++;
  } catch (error) {
    return { events, error };
  }
  return { events, error: undefined };
}

describe("errorEvent", () => {
  it.each(FORMATS)("%s: is read as an error, wherever the stream broke off", (format) => {
    for (const half of [false, true]) {
      const watcher = createStreamWatcher({ format });
      watcher.push(encoder.encode(cutStream(format, half)));
      expect(watcher.midEvent).toBe(half);
      expect(watcher.push(encoder.encode(errorEvent(format, facts))) & Seen.error).not.toBe(0);
      expect(watcher.midEvent).toBe(false);
      expect(JSON.stringify(watcher.payload)).toContain(facts.message);
      expect(watcher.finish().kind).toBe("error");
    }
  });

  it("the openai SDK throws: Chat Completions", async () => {
    const fetch = answer(cutStream("chat", false) + errorEvent("chat", facts));
    const { events, error } = await drain(
      openai(fetch).chat.completions.create({ model: "m", messages: [], stream: true }),
    );
    expect(events).toBe(7);
    expect(error).toBeInstanceOf(OpenAIError);
    expect(error).toMatchObject({ code: "truncated", type: "stream_error", message: facts.message });
  });

  it("the openai SDK throws: Responses, although version 6 only yields the flat error event", async () => {
    const create = (body: string) =>
      drain(openai(answer(body)).responses.create({ model: "m", input: "x", stream: true }));
    const ours = await create(cutStream("responses", false) + errorEvent("responses", facts));
    expect(ours.error).toBeInstanceOf(OpenAIError);
    expect(ours.error).toMatchObject({ code: "truncated", message: facts.message });
    const flat = await create(
      'event: error\ndata: {"type":"error","code":"x","message":"y","param":null,"sequence_number":0}\n\n',
    );
    expect(flat).toEqual({ events: 1, error: undefined });
  });

  it("the Anthropic SDK throws", async () => {
    const fetch = answer(cutStream("messages", false) + errorEvent("messages", facts));
    const { events, error } = await drain(
      anthropic(fetch).messages.create({ model: "m", max_tokens: 1, messages: [], stream: true }),
    );
    expect(events).toBeGreaterThan(3);
    expect(error).toBeInstanceOf(AnthropicError);
    expect(error).toMatchObject({ type: "stream_error", errorCode: "truncated" });
    expect(String(error)).toContain(facts.message);
  });

  it("no SDK ends as if all were well where the stream broke off inside an event", async () => {
    const chat = answer(cutStream("chat", true) + errorEvent("chat", facts));
    const chatEnd = await drain(
      openai(chat).chat.completions.create({ model: "m", messages: [], stream: true }),
    );
    expect(chatEnd.error).toBeInstanceOf(Error);
    const responses = answer(cutStream("responses", true) + errorEvent("responses", facts));
    expect(
      (await drain(openai(responses).responses.create({ model: "m", input: "x", stream: true }))).error,
    ).toBeInstanceOf(Error);
    const messages = answer(cutStream("messages", true) + errorEvent("messages", facts));
    const end = await drain(
      anthropic(messages).messages.create({ model: "m", max_tokens: 1, messages: [], stream: true }),
    );
    expect(end.error).toBeInstanceOf(AnthropicError);
  });
});

describe("errorBody", () => {
  const reject = { message: "The circuit is open.", type: "breaker_open", code: "circuit_open" };

  it("is what each provider would write", () => {
    const body = (format: WireFormat | undefined) => JSON.parse(errorBody(format, reject)) as unknown;
    const flat = {
      error: { message: reject.message, type: "breaker_open", param: null, code: "circuit_open" },
    };
    for (const format of ["chat", "responses", undefined] as const) expect(body(format)).toEqual(flat);
    expect(body("messages")).toEqual({
      type: "error",
      error: { type: "breaker_open", message: reject.message, details: { error_code: "circuit_open" } },
    });
    expect(body("gemini")).toMatchObject({
      error: { code: 503, message: reject.message, status: "UNAVAILABLE" },
    });
    expect(body("cohere")).toMatchObject({ message: reject.message });
    expect(body("ollama")).toEqual({ error: reject.message, code: "circuit_open" });
  });

  it("the openai SDK reads it", async () => {
    const client = openai(answer(errorBody("chat", reject), "application/json", 503));
    const error = await client.chat.completions.create({ model: "m", messages: [] }).catch((e: unknown) => e);
    expect(error).toMatchObject({ status: 503, code: "circuit_open", type: "breaker_open" });
  });

  it("the Anthropic SDK reads it", async () => {
    const client = anthropic(answer(errorBody("messages", reject), "application/json", 503));
    const error = await client.messages
      .create({ model: "m", max_tokens: 1, messages: [] })
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ status: 503, type: "breaker_open", errorCode: "circuit_open" });
  });
});
