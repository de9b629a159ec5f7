import { describe, expect, it, vi } from "vitest";
import { anthropic, eventsOf, formats, mockFor, openai, post, question } from "./testing/calls.js";

const model = "gpt-5";

describe("the OpenAI SDK, Chat Completions", () => {
  it("gets a whole answer with usage and a request id", async () => {
    const mock = await mockFor();
    const answer = await openai(mock).chat.completions.create({ model, messages: question });
    expect(answer).toMatchObject({ object: "chat.completion", model, choices: [{ finish_reason: "stop" }] });
    expect(answer.choices[0]?.message.content?.split(" ")).toHaveLength(16);
    expect(answer.usage?.completion_tokens).toBe(16);
    expect(answer.usage?.total_tokens).toBe(16 + (answer.usage?.prompt_tokens ?? 0));
    expect(answer._request_id).toMatch(/^req_[a-z0-9]{32}$/);
  });

  it("gets a stream: role first, one chunk a token, usage last when asked for", async () => {
    const mock = await mockFor();
    const stream = await openai(mock).chat.completions.create({
      model,
      messages: question,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks).toHaveLength(1 + 16 + 1 + 1);
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: "assistant", content: "", refusal: null });
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("stop");
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 16 } });
    expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1);
  });

  it("gets no usage chunk unless it asks, and the request's limit ends the answer", async () => {
    const mock = await mockFor();
    const messages = question;
    const stream = await openai(mock).chat.completions.create({
      model,
      messages,
      stream: true,
      max_tokens: 5,
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks).toHaveLength(1 + 5 + 1);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("length");
    expect(chunks.every((chunk) => !("usage" in chunk))).toBe(true);
  });

  it("gets through its stream helper", async () => {
    const mock = await mockFor();
    const final = await openai(mock).chat.completions.stream({ model, messages: question }).finalContent();
    expect(final?.split(" ")).toHaveLength(16);
  });

  it("lists the models", async () => {
    const mock = await mockFor();
    const ids = [];
    for await (const entry of openai(mock).models.list()) ids.push(entry.id);
    expect(ids).toContain("mock-fault:hang");
  });
});

describe("the OpenAI SDK, Responses", () => {
  it("gets a whole answer", async () => {
    const mock = await mockFor();
    const answer = await openai(mock).responses.create({ model, input: "Is the line up?" });
    expect(answer).toMatchObject({
      object: "response",
      status: "completed",
      model,
      usage: { output_tokens: 16 },
    });
    expect(answer.output_text.split(" ")).toHaveLength(16);
  });

  it("gets the events in order, numbered without a gap, and its helper rebuilds the answer", async () => {
    const mock = await mockFor();
    const stream = openai(mock).responses.stream({ model, input: "Is the line up?" });
    const events: { type: string; sequence_number?: number }[] = [];
    for await (const event of stream) events.push(event);
    expect(events.map((event) => event.type)).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      ...Array.from({ length: 16 }, () => "response.output_text.delta"),
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, i) => i));
    expect((await stream.finalResponse()).output_text.split(" ")).toHaveLength(16);
  });

  it("gets response.incomplete when the request's limit ends the answer", async () => {
    const mock = await mockFor();
    const stream = await openai(mock).responses.create({
      model,
      input: "?",
      stream: true,
      max_output_tokens: 3,
    });
    let last: unknown;
    for await (const event of stream) last = event;
    expect(last).toMatchObject({
      type: "response.incomplete",
      response: { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } },
    });
  });
});

describe("the Anthropic SDK", () => {
  const request = { model: "claude-sonnet-5", max_tokens: 1024, messages: question };

  it("gets a whole answer with usage and a request id", async () => {
    const mock = await mockFor();
    const answer = await anthropic(mock).messages.create(request);
    expect(answer).toMatchObject({ type: "message", role: "assistant", stop_reason: "end_turn" });
    expect(answer.usage.output_tokens).toBe(16);
    expect(answer._request_id).toMatch(/^req_011C/);
  });

  it("gets a stream in order, and its helper rebuilds the message", async () => {
    const mock = await mockFor();
    const stream = anthropic(mock).messages.stream(request);
    const types = [];
    for await (const event of stream) types.push(event.type);
    expect(types).toEqual([
      "message_start",
      "content_block_start",
      ...Array.from({ length: 16 }, () => "content_block_delta"),
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
    const message = await stream.finalMessage();
    expect(message.usage.output_tokens).toBe(16);
    expect(message.stop_reason).toBe("end_turn");
  });

  it("gets a ping that it does not show", async () => {
    const mock = await mockFor();
    const names = eventsOf(await (await post(mock, "anthropic", "claude", { stream: true })).text()).map(
      (e) => e.name,
    );
    expect(names.slice(0, 4)).toEqual([
      "message_start",
      "content_block_start",
      "ping",
      "content_block_delta",
    ]);
  });

  it("lists the models", async () => {
    const mock = await mockFor();
    const ids = [];
    for await (const entry of anthropic(mock).models.list()) ids.push(entry.id);
    expect(ids).toContain("mock-fault:cut");
  });
});

describe("the Gemini format", () => {
  it("answers whole, and streams until a finish reason", async () => {
    const mock = await mockFor();
    const whole = await (await post(mock, "gemini", "gemini-3")).json();
    expect(whole).toMatchObject({
      candidates: [{ finishReason: "STOP" }],
      usageMetadata: { candidatesTokenCount: 16 },
    });
    const events = eventsOf(await (await post(mock, "gemini", "gemini-3", { stream: true })).text());
    expect(events).toHaveLength(17);
    expect(events.at(-1)?.data).toMatchObject({ candidates: [{ finishReason: "STOP" }] });
    expect(mock.attempts().map((attempt) => attempt.model)).toEqual(["gemini-3", "gemini-3"]);
  });
});

describe("accounting", () => {
  it("writes down each attempt with its tokens and its end", async () => {
    const mock = await mockFor();
    await openai(mock).chat.completions.create({ model, messages: question });
    const stream = await openai(mock).chat.completions.create({ model, messages: question, stream: true });
    for await (const _ of stream);
    await vi.waitFor(() => expect(mock.attempts().every((attempt) => attempt.end === "complete")).toBe(true));
    const [unary, streamed] = mock.attempts();
    expect(unary).toMatchObject({
      path: "/v1/chat/completions",
      model,
      stream: false,
      status: 200,
      tokens: 16,
      retry: 0,
    });
    expect(unary?.firstTokenAt).toBeUndefined();
    expect(streamed).toMatchObject({ stream: true, tokens: 16, fault: "none" });
    const { at = 0, firstTokenAt = 0, endedAt = 0 } = streamed ?? {};
    expect([at, firstTokenAt, endedAt]).toEqual([at, firstTokenAt, endedAt].toSorted((a, b) => a - b));
    mock.clear();
    expect([mock.attempts(), mock.attemptsTotal()]).toEqual([[], 0]);
  });

  it("sees that the client has gone, and stops", async () => {
    const mock = await mockFor();
    mock.setBehaviour({ perTokenMs: 10, tokens: 4000 });
    const stream = await openai(mock).chat.completions.create({ model, messages: question, stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    await vi.waitFor(() => expect(mock.attempts()[0]?.end).toBe("client-gone"));
    expect(mock.attempts()[0]?.tokens).toBeLessThan(4000);
  });

  it("waits for a slow reader instead of buffering for it", async () => {
    const mock = await mockFor();
    mock.setBehaviour({ tokens: 4096 });
    const texts = formats.map(async (format) => {
      const response = await post(mock, format, "slow-reader", { stream: true });
      const reader = response.body?.getReader();
      let size = 0;
      for (;;) {
        const part = await reader?.read();
        if (part === undefined || part.done) return size;
        size += part.value.length;
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    for (const size of await Promise.all(texts)) expect(size).toBeGreaterThan(4096 * 50);
    await vi.waitFor(() => expect(mock.attempts().map((a) => a.end)).toEqual(Array(4).fill("complete")));
    expect(mock.attempts().map((a) => a.tokens)).toEqual(Array(4).fill(4096));
  });

  it("resolves waitForAttempts at the number, and rejects it when the mock closes first", async () => {
    const mock = await mockFor();
    const two = mock.waitForAttempts(2);
    const never = mock.waitForAttempts(3);
    const refused = expect(never).rejects.toThrow("closed after 2 attempts, before there were 3");
    await post(mock, "chat", model);
    await post(mock, "chat", model);
    await two;
    await mock.close();
    await refused;
  });
});

describe("a request the provider would refuse", () => {
  it.each([
    ["/v1/chat/completions", "{", 400, "could not parse"],
    ["/v1/chat/completions", "[]", 400, "must be an object"],
    ["/v1/chat/completions", '{"messages":[]}', 400, "model"],
    ["/v1/chat/completions", '{"model":"m"}', 400, "'messages'"],
    ["/v1/responses", '{"model":"m"}', 400, "'input'"],
    ["/v1/messages", '{"model":"m","messages":[]}', 400, "max_tokens: Field required"],
    ["/v1/messages", '{"model":"mock-fault:nonsense","max_tokens":1,"messages":[]}', 404, "names no fault"],
    ["/v1beta/models/g:generateContent", "{}", 400, "contents"],
    ["/v1/nothing", "{}", 404, "Invalid URL"],
  ])("%s with %s gets %i", async (path, body, status, text) => {
    const mock = await mockFor();
    const response = await fetch(`${mock.url}${path}`, { method: "POST", body });
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(text);
  });
});
