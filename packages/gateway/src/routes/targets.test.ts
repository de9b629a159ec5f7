import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { chat, gatewayFor, mockFor, post, sse, upstreamFor } from "../testing/gateway.js";
import { teller, twoProviders } from "../testing/two-providers.js";

describe("onContextLength", () => {
  it("a call that is too long for its model goes to the larger one", async () => {
    const { a, b, gateway } = await twoProviders({ onContextLength: { model: "large" } });
    a.setBehaviour({ faults: [{ kind: "context-length", model: "m" }] });
    for (const stream of [false, true]) {
      const answer = await chat(gateway, "m", stream);
      expect([answer.status, ...teller(answer)]).toEqual([200, "a", "large", "2"]);
    }
    expect(b.attemptsTotal()).toBe(0);
    expect(gateway.circuits.get("a/m").snapshot().window).toMatchObject({ failures: 0 });
  });

  it("one that is too long for that too gets the error", async () => {
    const { a, gateway } = await twoProviders({ onContextLength: { model: "large" } });
    a.setBehaviour({ faults: [{ kind: "context-length" }] });
    const answer = await chat(gateway, "m");
    expect([answer.status, ...teller(answer)]).toEqual([400, "a", "large", "2"]);
    expect(await answer.text()).toContain("context_length_exceeded");
  });
});

describe("what the fallback gets", () => {
  it("the same request but for the model and the key; no credential of the caller's", async () => {
    const bodies: string[] = [];
    const b = await upstreamFor(async (req, res) => {
      let body = "";
      for await (const chunk of req) body += String(chunk);
      bodies.push(body);
      res.setHeader("content-type", "application/json");
      res.end('{"choices":[{"message":{"role":"assistant","content":"x"}}]}');
    });
    const a = await mockFor();
    a.setBehaviour({ faults: [{ kind: "error-500" }] });
    const gateway = await gatewayFor(undefined, {
      providers: [
        { name: "a", upstream: a.url, path: "/" },
        { name: "b", upstream: `${b.url}/base`, apiKey: "key-of-b" },
      ],
      routes: [{ model: "gpt-*", fallbacks: [{ provider: "b", model: 'x"$&' }] }],
    });
    const text = `{ "messages": [{"model":"gpt-5","n":12345678901234567890}],\n "\\u006dodel" : "gpt-5", "s": "\\"model\\":\\"gpt-5\\"" }`;
    const answer = await fetch(`${gateway.url}/v1/chat/completions?x=1&key=secret-1`, {
      method: "POST",
      body: text,
      headers: {
        authorization: "Bearer secret-2",
        "x-api-key": "secret-3",
        cookie: "secret-4",
        "openai-organization": "secret-5",
        "x-stainless-lang": "js",
      },
    });
    expect(answer.status).toBe(200);
    expect(bodies).toEqual([text.replace(': "gpt-5",', () => ': "x\\"$&",')]);
    const [seen] = b.seen;
    expect(seen?.url).toBe("/base/v1/chat/completions?x=1");
    expect(seen?.headers.authorization).toBe("Bearer key-of-b");
    expect(seen?.headers["x-stainless-lang"]).toBe("js");
    expect(JSON.stringify(seen?.rawHeaders)).not.toContain("secret");
    // A model of another name has no route.
    expect((await chat(gateway, "o3")).status).toBe(500);
  });

  it("Gemini: the model in the path", async () => {
    const { a, b, gateway } = await twoProviders();
    a.setBehaviour({ faults: [{ kind: "error-500" }] });
    for (const verb of ["generateContent", "streamGenerateContent?alt=sse"]) {
      const answer = await post(gateway, `/v1beta/models/m:${verb}`, {
        contents: [{ role: "user", parts: [{ text: "x" }] }],
      });
      expect([answer.status, ...teller(answer)]).toEqual([200, "b", "spare", "2"]);
      await answer.text();
    }
    expect(b.attempts().map(({ path }) => path.split("?")[0])).toEqual([
      "/v1beta/models/spare:generateContent",
      "/v1beta/models/spare:streamGenerateContent",
    ]);
  });

  it("a provider with a key of its own gets it on direct calls too", async () => {
    const upstream = await upstreamFor((req, res) => {
      req.resume();
      res.end("{}");
    });
    const own = await gatewayFor(undefined, {
      providers: [{ name: "x", upstream: upstream.url, apiKey: "mine", auth: "x-api-key" }],
    });
    await fetch(`${own.url}/v1/models`, { headers: { authorization: "Bearer theirs" } });
    expect(upstream.seen[0]?.headers["x-api-key"]).toBe("mine");
    expect(upstream.seen[0]?.headers.authorization).toBeUndefined();
  });
});

it("bytes of the answer that is passed on are the provider's, held or not", async () => {
  const events = ["a", "b", "c"]
    .map((content) => `: wait\n\ndata: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`)
    .join("");
  const whole = `${": keep-alive\n\n".repeat(3_000)}${events}data: [DONE]\n\n`;
  const upstream = await upstreamFor((req, res) => {
    req.resume();
    sse(res).end(whole);
  });
  const gateway = await gatewayFor(undefined, {
    providers: [{ name: "p", upstream: upstream.url }],
    routes: [{ fallbacks: [{ model: "other" }] }],
  });
  const sha = (text: string | Buffer) => createHash("sha256").update(text).digest("hex");
  const answer = await chat(gateway, "m", true);
  expect(sha(Buffer.from(await answer.arrayBuffer()))).toBe(sha(whole));
});
