import { describe, expect, it } from "vitest";
import type { ConfigInput } from "../config/schema.js";
import {
  chat,
  gatewayFor,
  mockFor,
  openai,
  question,
  settled,
  sse,
  upstreamFor,
} from "../testing/gateway.js";
import { teller, twoProviders } from "../testing/two-providers.js";

const complete = { headers: { "x-recloser-delivery": "complete" } };
const BROKEN = ["cut", "reset@3", "stream-error", "malformed", "empty", "stall"] as const;
const limits = { stallTimeoutMs: 400, timeoutMs: 20_000 };

function behaviourOf(fault: (typeof BROKEN)[number]) {
  const [kind, afterTokens] = fault.split("@");
  return {
    perTokenMs: 1,
    faults: [
      { kind: kind as "cut", ...(afterTokens === undefined ? {} : { afterTokens: Number(afterTokens) }) },
    ],
  };
}

describe("delivery: complete", () => {
  it.each(BROKEN.flatMap((fault) => [false, true].map((stream) => [fault, stream] as const)))(
    "E3: %s, streaming %s: the next target's whole answer, nothing of the broken one",
    async (fault, stream) => {
      const { a, b, gateway } = await twoProviders(
        { delivery: "complete", attemptTimeoutMs: 120 },
        { limits },
      );
      a.setBehaviour(behaviourOf(fault));
      const answer = await chat(gateway, "m", stream);
      expect([answer.status, ...teller(answer)]).toEqual([200, "b", "spare", "2"]);
      expect(answer.headers.get("x-recloser-delivery")).toBe("complete");
      const text = await answer.text();
      expect(text).not.toContain('"model":"m"');
      if (stream) expect(text.match(/\[DONE\]/g)).toHaveLength(1);
      else expect(JSON.parse(text)).toMatchObject({ choices: [{ finish_reason: expect.any(String) }] });
      expect([a.attemptsTotal(), b.attemptsTotal()]).toEqual([1, 1]);
    },
  );

  it.each(BROKEN.flatMap((fault) => [false, true].map((stream) => [fault, stream] as const)))(
    "%s, streaming %s, with nowhere to go: an error, never half an answer or a page with status 200",
    async (fault, stream) => {
      const mock = await mockFor();
      mock.setBehaviour(behaviourOf(fault));
      const gateway = await gatewayFor(mock, { limits: { stallTimeoutMs: 60, timeoutMs: 300 } });
      const answer = await chat(gateway, "m", stream, complete);
      expect([502, 504]).toContain(answer.status);
      expect(((await answer.json()) as { error: { type: string } }).error.type).toBe("upstream_error");
      expect(mock.attemptsTotal()).toBe(1);
    },
  );

  it.each(["cut", "stall", "malformed"] as const)("%s is retried on the same target", async (fault) => {
    const mock = await mockFor();
    mock.setBehaviour(behaviourOf(fault));
    void mock.waitForAttempts(1).then(() => mock.setBehaviour(undefined));
    const gateway = await gatewayFor(mock, { limits, retries: { attempts: 2 } });
    const answer = await chat(gateway, "m", true, complete);
    expect([answer.status, ...teller(answer)]).toEqual([200, "p", "m", "2"]);
    expect(await answer.text()).toContain("[DONE]");
  });

  it("an SDK that streams gets the whole stream, and its events", async () => {
    const { a, gateway } = await twoProviders({ delivery: "complete" });
    a.setBehaviour({ tokens: 12 });
    const stream = await openai(gateway).chat.completions.create({
      model: "m",
      messages: question,
      stream: true,
    });
    let tokens = 0;
    for await (const event of stream) if (event.choices[0]?.delta.content) tokens++;
    expect(tokens).toBe(12);
  });

  it("refusals and errors are passed on as they are", async () => {
    const { a, b, gateway } = await twoProviders({ delivery: "complete" });
    a.setBehaviour({ faults: [{ kind: "content-filter" }] });
    expect((await chat(gateway, "m", true)).status).toBe(400);
    expect(b.attemptsTotal()).toBe(0);
    const alone = await gatewayFor(a);
    a.setBehaviour({ faults: [{ kind: "error-500" }] });
    const answer = await chat(alone, "m", true, complete);
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining("server_error")]);
  });

  it("a caller may ask for the stream on a route that holds", async () => {
    const { a, b, gateway } = await twoProviders({ delivery: "complete" });
    a.setBehaviour({ faults: [{ kind: "cut", afterTokens: 3 }], perTokenMs: 60 });
    const answer = await chat(gateway, "m", true, { headers: { "x-recloser-delivery": "stream" } });
    expect(teller(answer)).toEqual(["a", "m", "1"]);
    await expect(answer.text()).rejects.toThrow();
    expect(b.attemptsTotal()).toBe(0);
    expect((await chat(gateway, "m", true, { headers: { "x-recloser-delivery": "whole" } })).status).toBe(
      400,
    );
  });
});

describe("what may be held is bounded", () => {
  const token = `data: ${JSON.stringify({ choices: [{ delta: { content: "x".repeat(1_000) } }] })}\n\n`;
  const cases: readonly [string, ConfigInput["limits"]][] = [
    ["of one answer", { maxHeldBytes: 4_096 }],
    ["of all", { maxHeldTotalBytes: 4_096 }],
  ];

  it.each(cases)("%s: what is larger is passed on as it comes, and says so", async (_what, bounds) => {
    let whole = true;
    let cutNow: (() => void) | undefined;
    const upstream = await upstreamFor((req, res) => {
      req.resume();
      sse(res).write(token.repeat(8));
      if (whole) res.end("data: [DONE]\n\n");
      else cutNow = () => res.end();
    });
    const gateway = await gatewayFor(upstream, { limits: bounds });
    // Twice: the room comes back.
    for (let i = 0; i < 2; i++) {
      const answer = await chat(gateway, "m", true, complete);
      expect(answer.headers.get("x-recloser-delivery")).toBe("stream");
      expect(await answer.text()).toBe(`${token.repeat(8)}data: [DONE]\n\n`);
    }
    whole = false;
    const verdict = settled(gateway, "p/m");
    const cut = await chat(gateway, "m", true, complete);
    cutNow?.();
    await expect(cut.text()).rejects.toThrow();
    expect(await verdict).toBe("truncated");
  });

  it("room comes back when a client leaves, and when an attempt is given up", async () => {
    const upstream = await upstreamFor((req, res) => {
      req.resume();
      sse(res).write(token.repeat(3));
    });
    const small = token.length * 3 + 10;
    const gateway = await gatewayFor(upstream, {
      limits: { maxHeldTotalBytes: small, stallTimeoutMs: 50 },
      circuit: { mode: "observe" },
    });
    for (let i = 0; i < 4; i++) {
      const leaving = new AbortController();
      const call = chat(gateway, "m", true, { ...complete, signal: leaving.signal });
      if (i % 2 === 0) {
        const answer = await call;
        // Had there been no room, the stream would have begun with 200.
        expect(answer.status).toBe(504);
        await answer.text();
      } else {
        const settledNow = settled(gateway, "p/m");
        await expect.poll(() => upstream.seen.length).toBe(i + 1);
        leaving.abort();
        await call.catch(() => {});
        await settledNow;
      }
    }
  });
});
