import { createHash, randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { request } from "undici";
import { describe, expect, it } from "vitest";
import { chat, gatewayFor, mockFor, post, settled, sse, upstreamFor } from "../testing/gateway.js";

const sha = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

const event = (text: string) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: text } }] })}\n\n`;
const events = (...texts: string[]) => `${texts.map(event).join("")}data: [DONE]\n\n`;

/** Any body cut into any pieces. */
const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 9_000 }), { minLength: 1, maxLength: 12 });

describe("bytes pass unchanged", () => {
  it("whatever they are and however they are cut", async () => {
    let plan: { chunks: readonly Uint8Array[]; headers: Record<string, string | number> };
    const upstream = await upstreamFor(async (req, res) => {
      req.resume();
      res.writeHead(200, plan.headers);
      for (const chunk of plan.chunks) {
        await new Promise((resolve) => res.write(chunk, resolve));
      }
      res.end();
    });
    // Most of these bodies are no answers, and none of them may open the circuit here.
    const gateway = await gatewayFor(upstream, { circuit: { mode: "observe" } });
    const types = fc.constantFrom("application/octet-stream", "audio/mpeg", "application/json", undefined);
    await fc.assert(
      fc.asyncProperty(pieces, types, fc.boolean(), async (chunks, type, promised) => {
        const whole = Buffer.concat(chunks);
        plan = {
          chunks,
          headers: {
            ...(type === undefined ? {} : { "content-type": type }),
            ...(promised ? { "content-length": whole.length } : {}),
          },
        };
        const answer = await request(`${gateway.url}/anything`, { method: "POST", body: "{}" });
        expect(sha(new Uint8Array(await answer.body.arrayBuffer()))).toBe(sha(whole));
      }),
      { numRuns: 60 },
    );
  });

  it("events of a stream, cut anywhere, arrive as they were sent", async () => {
    const whole = Buffer.from(events("Grüße", "🎉🎉", "x".repeat(5_000), "\\u0000", ""));
    let cuts: readonly number[] = [];
    const upstream = await upstreamFor(async (req, res) => {
      req.resume();
      sse(res);
      let from = 0;
      for (const cut of [...cuts, whole.length]) {
        await new Promise((resolve) => res.write(whole.subarray(from, cut), resolve));
        from = cut;
      }
      res.end();
    });
    const gateway = await gatewayFor(upstream);
    const cutting = fc.uniqueArray(fc.integer({ min: 1, max: whole.length - 1 }), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(cutting, async (points) => {
        cuts = [...points].sort((a, b) => a - b);
        const verdict = settled(gateway, "p/m");
        const answer = await chat(gateway, "m", true);
        expect(sha(new Uint8Array(await answer.arrayBuffer()))).toBe(sha(whole));
        expect(await verdict).toBe("success");
      }),
      { numRuns: 40 },
    );
  });

  it("an encoded answer is passed on as it is, and still understood", async () => {
    const body = gzipSync(
      JSON.stringify({ error: { message: "x", type: "insufficient_quota", code: "insufficient_quota" } }),
    );
    const upstream = await upstreamFor((req, res) => {
      req.resume();
      res.writeHead(429, { "content-type": "application/json", "content-encoding": "gzip" }).end(body);
    });
    const gateway = await gatewayFor(upstream);
    const verdict = settled(gateway, "p/m");
    const answer = await request(`${gateway.url}/v1/chat/completions`, {
      method: "POST",
      body: '{"model":"m"}',
    });
    expect(answer.headers["content-encoding"]).toBe("gzip");
    expect(sha(new Uint8Array(await answer.body.arrayBuffer()))).toBe(sha(body));
    expect(await verdict).toBe("quota");
  });

  it("the provider gets the caller's method, path, query, headers and body; nothing is added", async () => {
    const bodies: string[] = [];
    const upstream = await upstreamFor(async (req, res) => {
      let body = "";
      for await (const chunk of req) body += String(chunk);
      bodies.push(body);
      res.writeHead(201, "Made", { "x-a": ["1", "2"], "x-recloser-state": "forged" }).end("{}");
    });
    const gateway = await gatewayFor({ url: `${upstream.url}/base` });
    const answer = await request(`${gateway.url}/v1/things/a%20b?x=1&y=%2F`, {
      method: "POST",
      headers: { "x-api-key": "k", "x-recloser-circuit": "forged", "content-type": "application/json" },
      body: '{"model": "m"}',
    });
    await answer.body.dump();
    const [seen] = upstream.seen;
    expect([seen?.method, seen?.url]).toEqual(["POST", "/base/v1/things/a%20b?x=1&y=%2F"]);
    expect(bodies).toEqual(['{"model": "m"}']);
    expect(Object.keys(seen?.headers ?? {}).sort()).toEqual([
      "connection",
      "content-length",
      "content-type",
      "host",
      "x-api-key",
    ]);
    expect(seen?.headers.host).toBe(new URL(upstream.url).host);
    expect([answer.statusCode, answer.headers["x-a"]]).toEqual([201, ["1", "2"]]);
    expect([answer.headers["x-recloser-circuit"], answer.headers["x-recloser-state"]]).toEqual([
      "p/m",
      "closed",
    ]);
  });

  it("what no circuit guards passes too, and is recorded nowhere", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(mock);
    const models = await fetch(`${gateway.url}/v1/models`);
    expect(await models.text()).toBe(await (await fetch(`${mock.url}/v1/models`)).text());
    expect(models.headers.get("x-recloser-circuit")).toBeNull();
    const unguarded = [
      ["/v1/files", { purpose: "batch" }],
      ["/v1/batches", { input_file_id: "f" }],
      ["/v1/messages/batches", { model: "m", requests: [] }],
    ] as const;
    for (const [path, body] of unguarded) {
      const answer = await post(gateway, path, body);
      expect(answer.headers.get("x-recloser-circuit")).toBeNull();
      await answer.text();
    }
    expect(gateway.circuits.size).toBe(0);
  });

  it("a large body arrives whole, one that is too large is refused", async () => {
    const sums: string[] = [];
    const upstream = await upstreamFor(async (req, res) => {
      const hash = createHash("sha256");
      for await (const chunk of req) hash.update(chunk as Buffer);
      sums.push(hash.digest("hex"));
      res.end("{}");
    });
    const gateway = await gatewayFor(upstream, { limits: { maxBodyBytes: 1_000_000 } });
    const body = randomBytes(1_000_000);
    const whole = await request(`${gateway.url}/v1/files`, { method: "POST", body });
    await whole.body.dump();
    expect(sums).toEqual([sha(body)]);

    const answer = await request(`${gateway.url}/v1/messages`, {
      method: "POST",
      body: randomBytes(1_000_001),
    });
    expect(answer.statusCode).toBe(413);
    expect(await answer.body.json()).toMatchObject({
      type: "error",
      error: {
        type: "gateway_error",
        message: expect.stringContaining("1000000 bytes"),
        details: { error_code: "body_too_large" },
      },
    });
    expect(upstream.seen).toHaveLength(1);
  });
});
