import { describe, expect, it, vi } from "vitest";
import { anthropic, type Format, formats, mockFor, openai, post, question } from "./testing/calls.js";
import { type FaultKind, faultKinds } from "./types.js";

/** The statuses in the order chat, responses, anthropic, gemini. */
const statuses: Partial<Record<FaultKind, number[]>> = {
  "error-500": [500, 500, 500, 500],
  "error-502": [502, 502, 502, 502],
  "error-503": [503, 503, 503, 503],
  "error-504": [504, 504, 504, 504],
  overloaded: [503, 503, 529, 503],
  throttled: [429, 429, 429, 429],
  "throttled-bare": [429, 429, 429, 429],
  quota: [429, 429, 402, 429],
  "bad-request": [400, 400, 400, 400],
  unauthorized: [401, 401, 401, 400],
  "context-length": [400, 400, 400, 400],
  "content-filter": [400, 400, 400, 200],
  "slow-first-token": [200, 200, 200, 200],
  malformed: [200, 200, 200, 200],
  empty: [200, 200, 200, 200],
};

const both = [false, true];

describe.each(formats)("raw faults, %s", (format) => {
  const index = formats.indexOf(format);

  it.each(Object.entries(statuses))(
    "%s has its status, streamed or not, and ends once",
    async (kind, expected) => {
      const mock = await mockFor();
      for (const stream of both) {
        const response = await post(mock, format, `mock-fault:${kind}`, { stream });
        await response.text();
        expect(response.status).toBe(expected[index]);
      }
      const end = kind === "slow-first-token" ? "complete" : "error";
      await vi.waitFor(() => expect(mock.attempts().map((a) => a.end)).toEqual([end, end]));
      expect(mock.attempts().every((a) => a.fault === kind && a.endedAt !== undefined)).toBe(true);
    },
  );

  it("hang never answers", async () => {
    const mock = await mockFor();
    for (const stream of both) {
      mock.clear();
      const abort = new AbortController();
      const call = post(mock, format, "mock-fault:hang", { stream, signal: abort.signal });
      const gone = expect(call).rejects.toThrow();
      await mock.waitForAttempts(1);
      expect(mock.attempts()).toMatchObject([{ fault: "hang", end: "pending", status: undefined }]);
      abort.abort();
      await gone;
      await vi.waitFor(() => expect(mock.attempts().at(-1)?.end).toBe("client-gone"));
    }
  });

  it("stall sends its tokens and then keeps the connection open", async () => {
    const mock = await mockFor();
    const abort = new AbortController();
    const response = await post(mock, format, "mock-fault:stall@2", { stream: true, signal: abort.signal });
    const reader = response.body?.getReader();
    let text = "";
    while (mock.attempts()[0]?.tokens !== 2 || text === "") {
      text += new TextDecoder().decode((await reader?.read())?.value);
    }
    expect(mock.attempts()[0]).toMatchObject({ tokens: 2, end: "pending", status: 200 });
    abort.abort();
    await vi.waitFor(() => expect(mock.attempts()[0]?.end).toBe("client-gone"));
  });

  it("stall of a whole answer stops in the middle of the body", async () => {
    const mock = await mockFor();
    const abort = new AbortController();
    const response = await post(mock, format, "mock-fault:stall", { signal: abort.signal });
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(Number(response.headers.get("content-length"))).toBeGreaterThan(first?.value?.length ?? 0);
    expect(mock.attempts()[0]).toMatchObject({ end: "pending", status: 200 });
    abort.abort();
    await vi.waitFor(() => expect(mock.attempts()[0]?.end).toBe("client-gone"));
  });

  it("cut ends a stream cleanly with no terminal marker", async () => {
    const mock = await mockFor();
    const text = await (await post(mock, format, "mock-fault:cut@5", { stream: true })).text();
    expect(text).not.toMatch(/\[DONE\]|response\.completed|message_stop|finishReason/);
    expect(mock.attempts()[0]).toMatchObject({ fault: "cut", tokens: 5, status: 200 });
    await vi.waitFor(() => expect(mock.attempts()[0]?.end).toBe("cut"));
  });

  it("cut shortens a whole body below its content-length", async () => {
    const mock = await mockFor();
    const response = await post(mock, format, "mock-fault:cut");
    await expect(response.text()).rejects.toThrow("terminated");
    await vi.waitFor(() => expect(mock.attempts()[0]?.end).toBe("cut"));
  });

  it("reset breaks the connection before the headers, or after n tokens", async () => {
    const mock = await mockFor();
    await expect(post(mock, format, "mock-fault:reset")).rejects.toThrow("fetch failed");
    const response = await post(mock, format, "mock-fault:reset@4", { stream: true });
    await expect(response.text()).rejects.toThrow("terminated");
    const unary = await post(mock, format, "mock-fault:reset@4");
    await expect(unary.text()).rejects.toThrow("terminated");
    await vi.waitFor(() => expect(mock.attempts().map((a) => a.end)).toEqual(["reset", "reset", "reset"]));
    expect(mock.attempts().map((a) => [a.status, a.tokens])).toEqual([
      [undefined, 0],
      [200, 4],
      [200, 0],
    ]);
  });

  it("stream-error says so after a 200", async () => {
    const mock = await mockFor();
    for (const stream of both) {
      const response = await post(mock, format, "mock-fault:stream-error@1", { stream });
      const text = await response.text();
      expect(response.status).toBe(200);
      expect(text).toMatch(/"error"/);
      expect(text).not.toMatch(/\[DONE\]|response\.completed|message_stop|finishReason/);
    }
    await vi.waitFor(() => expect(mock.attempts().map((a) => a.end)).toEqual(["error", "error"]));
  });
});

it("covers every fault kind", () => {
  const others: FaultKind[] = ["hang", "stall", "cut", "reset", "stream-error"];
  expect([...Object.keys(statuses), ...others].toSorted()).toEqual(faultKinds.toSorted());
});

describe("error bodies and hints", () => {
  it("throttled tells the wait in each provider's way", async () => {
    const mock = await mockFor();
    const chat = await post(mock, "chat", "mock-fault:throttled@20");
    expect(chat.headers.get("retry-after")).toBe("20");
    expect(chat.headers.get("retry-after-ms")).toBe("20000");
    expect(await chat.json()).toMatchObject({ error: { type: "requests", code: "rate_limit_exceeded" } });
    const claude = await post(mock, "anthropic", "mock-fault:throttled@20");
    expect(claude.headers.get("retry-after")).toBe("20");
    expect(claude.headers.get("anthropic-ratelimit-requests-remaining")).toBe("0");
    expect(await claude.json()).toMatchObject({ type: "error", error: { type: "rate_limit_error" } });
    const google = await post(mock, "gemini", "mock-fault:throttled@20");
    expect(google.headers.get("retry-after")).toBeNull();
    expect(await google.text()).toContain('"retryDelay":"20s"');
  });

  it.each(formats)("throttled-bare leaves no hint at all, %s", async (format: Format) => {
    const mock = await mockFor();
    const response = await post(mock, format, "mock-fault:throttled-bare");
    const hints = [...response.headers.keys()].filter((name) => /retry|ratelimit/.test(name));
    expect(hints).toEqual([]);
    expect(await response.text()).not.toMatch(/try again in|retryDelay/);
  });

  it("quota carries the code it is given, as a 429 on Anthropic", async () => {
    const mock = await mockFor();
    expect(await (await post(mock, "anthropic", "mock-fault:quota")).json()).toMatchObject({
      error: { type: "billing_error" },
    });
    mock.setBehaviour({ faults: [{ kind: "quota", code: "enforced_spend_limit_reached" }] });
    const claude = await post(mock, "anthropic", "claude");
    expect(claude.status).toBe(429);
    expect(await claude.json()).toMatchObject({
      error: { details: { error_code: "enforced_spend_limit_reached" } },
    });
    expect(await (await post(mock, "chat", "gpt")).json()).toMatchObject({
      error: { type: "insufficient_quota", code: "enforced_spend_limit_reached" },
    });
  });

  it("malformed is HTML or broken JSON", async () => {
    const mock = await mockFor();
    const page = await post(mock, "chat", "mock-fault:malformed");
    expect(page.headers.get("content-type")).toContain("text/html");
    await page.text();
    mock.setBehaviour({ faults: [{ kind: "malformed", shape: "json" }] });
    const broken = await post(mock, "chat", "gpt");
    expect(broken.headers.get("content-type")).toBe("application/json");
    await expect(broken.json()).rejects.toThrow(SyntaxError);
    const stream = await (await post(mock, "chat", "gpt", { stream: true })).text();
    expect(() => JSON.parse(stream.slice("data: ".length))).toThrow(SyntaxError);
  });

  it("time compression divides the Retry-After", async () => {
    const mock = await mockFor({ speed: 10 });
    expect((await post(mock, "chat", "mock-fault:throttled@20")).headers.get("retry-after")).toBe("2");
    expect((await post(mock, "chat", "mock-fault:throttled")).headers.get("retry-after")).toBe("0.2");
  });
});

describe("what the SDKs make of it", () => {
  const model = "gpt-5";

  it("openai tries a 503 three times and counts its tries", async () => {
    const mock = await mockFor({ speed: 1000 });
    mock.setBehaviour({ faults: [{ kind: "error-503", retryAfterMs: 1000 }] });
    const call = openai(mock).chat.completions.create({ model, messages: question });
    await expect(call).rejects.toMatchObject({ status: 503, type: "service_unavailable_error" });
    expect(mock.attempts().map((attempt) => attempt.retry)).toEqual([0, 1, 2]);
  });

  it("anthropic tries a 529 three times and gets its own error type", async () => {
    const mock = await mockFor({ speed: 1000 });
    mock.setBehaviour({ faults: [{ kind: "overloaded", retryAfterMs: 1000 }] });
    const call = anthropic(mock).messages.create({ model: "claude", max_tokens: 9, messages: question });
    await expect(call).rejects.toMatchObject({ status: 529, type: "overloaded_error" });
    expect(mock.attempts().map((attempt) => attempt.retry)).toEqual([0, 1, 2]);
  });

  it("both retry an account without money, because they look at the status only", async () => {
    const mock = await mockFor({ speed: 1000 });
    const quota = { kind: "quota", retryAfterMs: 1000, code: "organization_spend_limit_exceeded" } as const;
    mock.setBehaviour({ faults: [quota] });
    const call = openai(mock).chat.completions.create({ model, messages: question });
    await expect(call).rejects.toMatchObject({ status: 429, type: "insufficient_quota" });
    expect(mock.attemptsTotal()).toBe(3);
  });

  it.each(["bad-request", "unauthorized", "context-length", "content-filter"])(
    "neither retries %s",
    async (kind) => {
      const mock = await mockFor();
      await expect(
        openai(mock).chat.completions.create({ model: `mock-fault:${kind}`, messages: question }),
      ).rejects.toThrow();
      await expect(
        openai(mock).responses.create({ model: `mock-fault:${kind}`, input: "?" }),
      ).rejects.toThrow();
      const request = { model: `mock-fault:${kind}`, max_tokens: 9, messages: question };
      await expect(anthropic(mock).messages.create(request)).rejects.toThrow();
      expect(mock.attemptsTotal()).toBe(3);
    },
  );

  it("a cut stream looks like a normal end to openai and to anthropic", async () => {
    const mock = await mockFor();
    const chat = await openai(mock).chat.completions.create({
      model: "mock-fault:cut@2",
      messages: question,
      stream: true,
    });
    let text = "";
    for await (const chunk of chat) text += chunk.choices[0]?.delta.content ?? "";
    expect(text.split(" ")).toHaveLength(2);
    const request = { model: "mock-fault:cut@2", max_tokens: 9, messages: question, stream: true } as const;
    let events = 0;
    for await (const _ of await anthropic(mock).messages.create(request)) events += 1;
    expect(events).toBe(1 + 1 + 2);
  });

  it("an error event after 200 throws, but Responses hands it over as an event", async () => {
    const mock = await mockFor();
    const faulty = "mock-fault:stream-error@1";
    const chat = await openai(mock).chat.completions.create({
      model: faulty,
      messages: question,
      stream: true,
    });
    await expect(async () => {
      for await (const _ of chat);
    }).rejects.toMatchObject({ status: undefined, type: "server_error" });
    const request = { model: faulty, max_tokens: 9, messages: question, stream: true } as const;
    const claude = await anthropic(mock).messages.create(request);
    await expect(async () => {
      for await (const _ of claude);
    }).rejects.toMatchObject({ status: undefined, type: "overloaded_error" });
    const responses = await openai(mock).responses.create({ model: faulty, input: "?", stream: true });
    const types = [];
    for await (const event of responses) types.push(event.type);
    expect(types.at(-1)).toBe("error");
    mock.setBehaviour({ faults: [{ kind: "stream-error", shape: "failed" }] });
    const failed = await openai(mock).responses.create({ model, input: "?", stream: true });
    let last: unknown;
    for await (const event of failed) last = event;
    expect(last).toMatchObject({ type: "response.failed", response: { error: { code: "server_error" } } });
  });

  it("a reset connection is tried again", async () => {
    const mock = await mockFor();
    const call = openai(mock, 1).chat.completions.create({ model: "mock-fault:reset", messages: question });
    await expect(call).rejects.toMatchObject({ name: "Error", message: "Connection error." });
    expect(mock.attempts().map((attempt) => attempt.retry)).toEqual([0, 1]);
  });
});
