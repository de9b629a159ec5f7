import { request as httpRequest } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import {
  anthropic,
  chat,
  deadPort,
  gatewayFor,
  mockFor,
  openai,
  post,
  question,
  settled,
  sse,
  upstreamFor,
} from "../testing/gateway.js";

interface Raw {
  readonly status: number | undefined;
  readonly text: string;
  /** The body ended as HTTP says it must. */
  readonly clean: boolean;
}

/** A request by a client that keeps what it got before the connection broke. */
function raw(url: string, body: object): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const req = httpRequest(
      url,
      { method: "POST", headers: { "content-type": "application/json" } },
      (res) => {
        let text = "";
        res.setEncoding("utf8");
        res.on("data", (chunk: string) => {
          text += chunk;
        });
        res.on("error", () => {});
        res.on("close", () => resolve({ status: res.statusCode, text, clean: res.complete }));
      },
    );
    req.on("error", reject);
    req.end(JSON.stringify(body));
  });
}

async function drained(stream: PromiseLike<AsyncIterable<unknown>>): Promise<number> {
  let events = 0;
  for await (const _ of await stream) events++;
  return events;
}

describe("E3: a stream that is cut is never a clean end", () => {
  const faults = ["cut@3", "cut@0", "reset@3", "stream-error@3"];

  it.each(faults)("%s: the openai client throws for chat", async (fault) => {
    const gateway = await gatewayFor(await mockFor());
    const model = `mock-fault:${fault}`;
    await expect(
      drained(openai(gateway).chat.completions.create({ model, messages: question, stream: true })),
    ).rejects.toThrow();
  });

  it.each(["cut@3", "cut@0", "reset@3"])("%s: the openai client throws for responses", async (fault) => {
    const gateway = await gatewayFor(await mockFor());
    const model = `mock-fault:${fault}`;
    await expect(
      drained(openai(gateway).responses.create({ model, input: "x", stream: true })),
    ).rejects.toThrow();
  });

  it("the provider's own error event reaches the caller as it is", async () => {
    const gateway = await gatewayFor(await mockFor());
    const verdict = settled(gateway, "p/mock-fault:stream-error@3");
    const stream = await openai(gateway).responses.create({
      model: "mock-fault:stream-error@3",
      input: "x",
      stream: true,
    });
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    expect(types.at(-1)).toBe("error");
    expect(await verdict).toBe("stream-error");
  });

  it.each(faults)("%s: the anthropic client throws", async (fault) => {
    const gateway = await gatewayFor(await mockFor());
    const stream = {
      model: `mock-fault:${fault}`,
      max_tokens: 99,
      messages: question,
      stream: true as const,
    };
    await expect(drained(anthropic(gateway).messages.create(stream))).rejects.toThrow();
  });

  it("the error says what happened, in-band, and the body has no proper end", async () => {
    const gateway = await gatewayFor(await mockFor());
    const verdict = settled(gateway, "p/mock-fault:cut@3");
    const { status, text, clean } = await raw(`${gateway.url}/v1/chat/completions`, {
      model: "mock-fault:cut@3",
      stream: true,
      messages: question,
    });
    expect([status, clean]).toEqual([200, false]);
    const last = text.trimEnd().split("\n\n").at(-1) ?? "";
    expect(JSON.parse(last.slice("data: ".length))).toMatchObject({
      error: { type: "upstream_error", code: "upstream_truncated" },
    });
    expect(await verdict).toBe("truncated");
  });

  it("cut after any byte before its end", async () => {
    const whole = Buffer.from(
      `: hi\n\n${["a", "é"].map((content) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`).join("")}data: ${JSON.stringify({ choices: [{ delta: {}, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`,
    );
    let length = 0;
    let promise = false;
    const upstream = await upstreamFor((req, res) => {
      req.resume();
      if (promise) res.setHeader("content-length", length);
      sse(res).end(whole.subarray(0, length));
    });
    const gateway = await gatewayFor(upstream, { circuit: { mode: "observe" } });
    for (length = 0; length < whole.indexOf("[DONE]"); length++) {
      promise = length % 3 === 0;
      const url = `${gateway.url}/v1/chat/completions`;
      const { status, text, clean } = await raw(url, { model: "m", stream: true });
      expect(status === 502 || !clean, `cut after ${length} bytes`).toBe(true);
      expect(text).toContain("upstream_truncated");
    }
    length = whole.length;
    expect(await raw(`${gateway.url}/v1/chat/completions`, { model: "m", stream: true })).toMatchObject({
      clean: true,
      text: whole.toString(),
    });
  });

  it("a provider that sends no [DONE] can be told apart by the operator", async () => {
    const upstream = await upstreamFor((req, res) => {
      req.resume();
      sse(res).end(
        `data: ${JSON.stringify({ choices: [{ delta: { content: "a" }, finish_reason: "stop" }] })}\n\n`,
      );
    });
    const strict = await gatewayFor(upstream);
    expect((await raw(`${strict.url}/v1/chat/completions`, { model: "m", stream: true })).clean).toBe(false);
    const lenient = await gatewayFor(undefined, {
      providers: [{ name: "p", upstream: upstream.url, finishIsEnd: true }],
    });
    expect((await raw(`${lenient.url}/v1/chat/completions`, { model: "m", stream: true })).clean).toBe(true);
  });

  it.each([{}, { "content-type": "text/plain" }, { "content-length": "999" }])(
    "a stream that does not say that it is one: %j",
    async (headers) => {
      const cut = `data: ${JSON.stringify({ choices: [{ delta: { content: "a" } }] })}\n\n`;
      let text = cut;
      const upstream = await upstreamFor((req, res) => {
        req.resume();
        const length = "content-length" in headers ? { "content-length": text.length } : {};
        res.writeHead(200, { ...headers, ...length }).end(text);
      });
      const gateway = await gatewayFor(upstream);
      const url = `${gateway.url}/v1/chat/completions`;
      const broken = await raw(url, { model: "m", stream: true });
      expect(broken.clean).toBe(false);
      expect(broken.text).toContain("upstream_truncated");
      text = `${cut}data: [DONE]\n\n`;
      expect(await raw(url, { model: "m", stream: true })).toEqual({ status: 200, clean: true, text });
    },
  );

  it("an answer in one piece that is cut breaks the client's connection", async () => {
    const gateway = await gatewayFor(await mockFor());
    const verdict = settled(gateway, "p/mock-fault:cut");
    const answer = await chat(gateway, "mock-fault:cut");
    await expect(answer.text()).rejects.toThrow("terminated");
    expect(await verdict).toBe("connection");
  });

  it("a connection that dies after the last word harms nobody", async () => {
    const upstream = await upstreamFor((req, res) => {
      req.resume();
      sse(res).write(
        `data: ${JSON.stringify({ choices: [{ delta: { content: "a" } }] })}\n\ndata: [DONE]\n\n`,
        () => res.destroy(),
      );
    });
    const gateway = await gatewayFor(upstream);
    const verdict = settled(gateway, "p/m");
    expect((await raw(`${gateway.url}/v1/chat/completions`, { model: "m", stream: true })).clean).toBe(true);
    expect(await verdict).toBe("success");
  });
});

describe("A10, E2: what came with status 200 is not success by that alone", () => {
  it.each([
    ["stream-error", true, "stream-error"],
    ["stream-error", false, "stream-error"],
    ["malformed", false, "malformed"],
    ["empty", false, "malformed"],
    ["empty", true, "truncated"],
  ])("%s, streaming %s", async (fault, stream, reason) => {
    const gateway = await gatewayFor(await mockFor());
    const verdict = settled(gateway, `p/mock-fault:${fault}`);
    const direct = await chat(gateway, `mock-fault:${fault}`, stream);
    await direct.text().catch(() => "");
    expect(await verdict).toBe(reason);
  });
});

describe("A15: no answer at all", () => {
  it("a provider that refuses connections is a typed 502 in each format", async () => {
    const gateway = await gatewayFor({ url: `http://127.0.0.1:${await deadPort()}` });
    const verdict = settled(gateway, "p/m");
    const answer = await chat(gateway, "m");
    expect([
      answer.status,
      answer.headers.get("x-recloser-circuit"),
      answer.headers.get("x-recloser-reason"),
    ]).toEqual([502, "p/m", "connection"]);
    expect(await answer.json()).toMatchObject({
      error: {
        type: "upstream_error",
        code: "upstream_connection",
        message: expect.stringContaining("ECONNREFUSED"),
      },
    });
    expect(await verdict).toBe("connection");
    const messages = await post(gateway, "/v1/messages", { model: "n" });
    expect(await messages.json()).toMatchObject({ type: "error", error: { type: "upstream_error" } });
    expect((await fetch(`${gateway.url}/v1/models`)).status).toBe(502);
  });

  it("a connection that is reset before the answer", async () => {
    const gateway = await gatewayFor(await mockFor());
    const verdict = settled(gateway, "p/mock-fault:reset");
    expect((await chat(gateway, "mock-fault:reset", true)).status).toBe(502);
    expect(await verdict).toBe("connection");
  });
});

describe("E4, E5: each phase has its limit", () => {
  it("no first token", async () => {
    const gateway = await gatewayFor(await mockFor(), { limits: { firstTokenTimeoutMs: 50 } });
    const verdict = settled(gateway, "p/mock-fault:hang");
    const answer = await chat(gateway, "mock-fault:hang", true);
    expect([answer.status, (await answer.json()).error.code]).toEqual([504, "upstream_no_first_token"]);
    expect(await verdict).toBe("no-first-token");
  });

  it("keep-alives are no first token", async () => {
    const mock = await mockFor();
    mock.setBehaviour({ firstTokenMs: 600_000, keepAliveMs: 5 });
    const gateway = await gatewayFor(mock, { limits: { firstTokenTimeoutMs: 100 } });
    const verdict = settled(gateway, "p/m");
    const { text, clean } = await raw(`${gateway.url}/v1/messages`, {
      model: "m",
      max_tokens: 9,
      stream: true,
      messages: question,
    });
    expect([await verdict, clean]).toEqual(["no-first-token", false]);
    expect(text).toContain("event: error\n");
  });

  it("a stall between tokens", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(mock, { limits: { stallTimeoutMs: 50 } });
    const verdict = settled(gateway, "p/mock-fault:stall@2");
    const { text, clean } = await raw(`${gateway.url}/v1/chat/completions`, {
      model: "mock-fault:stall@2",
      stream: true,
      messages: question,
    });
    expect([await verdict, clean]).toEqual(["stalled", false]);
    expect(text).toContain("upstream_stalled");
    // The provider's side was closed too.
    await expect.poll(() => mock.attempts()[0]?.end).toBe("client-gone");
  });

  it("the whole answer, before and after its headers", async () => {
    const gateway = await gatewayFor(await mockFor(), { limits: { timeoutMs: 80 } });
    const answer = await chat(gateway, "mock-fault:hang");
    expect([answer.status, (await answer.json()).error.code]).toEqual([504, "upstream_too_slow"]);
    const half = settled(gateway, "p/mock-fault:stall");
    const stalled = await chat(gateway, "mock-fault:stall");
    await expect(stalled.text()).rejects.toThrow();
    expect(await half).toBe("timeout");
  });
});

describe("a status line that Node would not write", () => {
  it.each([
    ["not Latin-1", "HTTP/1.1 200 \u6210\u529f", 200],
    ["an error's, with an apostrophe of print", "HTTP/1.1 500 Erreur d\u2019acc\u00e8s", 500],
    ["a control character", "HTTP/1.1 500 O\u0001K", 500],
  ])("%s: reaches the client without its phrase, and harms nobody", async (_what, line, status) => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => {
        // The body comes later, so that the head travels alone.
        socket.write(`${line}\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n`);
        setImmediate(() => setImmediate(() => socket.end("{}")));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const gateway = await gatewayFor({ url: `http://127.0.0.1:${port}` });
      const answer = await chat(gateway, "m");
      expect(answer.status).toBe(status);
      await answer.text();
      expect(gateway.circuits.get("p/m").snapshot().inFlight.total).toBe(0);
      expect(gateway.lines.join("")).not.toContain("bug");
    } finally {
      server.close();
    }
  });
});
