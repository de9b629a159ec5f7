import { connect } from "node:net";
import { describe, expect, it } from "vitest";
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

const token = `data: ${JSON.stringify({ choices: [{ delta: { content: "x".repeat(8_000) } }] })}\n\n`;

/** A client that sends a request and reads only when told. */
function lazyClient(gateway: { readonly url: string }, body: string) {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.pause();
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  return socket;
}

describe("E10: a client that leaves", () => {
  it("before the first token: the provider's side is closed, and nobody is blamed", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(mock);
    for (const stream of [false, true]) {
      const leaving = new AbortController();
      const verdict = settled(gateway, "p/mock-fault:hang");
      const call = chat(gateway, "mock-fault:hang", stream, { signal: leaving.signal }).catch(() => "gone");
      await expect.poll(() => mock.attempts().at(-1)?.end).toBe("pending");
      leaving.abort();
      expect(await call).toBe("gone");
      expect(await verdict).toBe("cancelled");
      await expect.poll(() => mock.attempts().at(-1)?.end).toBe("client-gone");
    }
    expect(gateway.circuits.get("p/mock-fault:hang").snapshot().inFlight.total).toBe(0);
  });

  it("after the first token: the provider's side is closed, and it was a success", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(mock);
    const verdict = settled(gateway, "p/mock-fault:stall@2");
    const stream = await openai(gateway).chat.completions.create({
      model: "mock-fault:stall@2",
      messages: question,
      stream: true,
    });
    for await (const event of stream) if (event.choices[0]?.delta.content) break;
    expect(await verdict).toBe("success");
    await expect.poll(() => mock.attempts()[0]?.end).toBe("client-gone");
  });

  it("A6: after the stall deadline: the hang still counts", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(mock, { circuit: { stallDeadlineMs: { unary: 20 } } });
    const leaving = new AbortController();
    const call = chat(gateway, "mock-fault:hang", false, { signal: leaving.signal }).catch(() => "gone");
    await mock.waitForAttempts(1);
    const snapshot = () => gateway.circuits.get("p/mock-fault:hang").snapshot();
    await expect.poll(() => snapshot().inFlight.stalled).toBe(1);
    leaving.abort();
    await call;
    await expect.poll(() => snapshot().inFlight.total).toBe(0);
    expect(snapshot().window).toMatchObject({ failures: 1, neutral: 0 });
  });

  it("in the middle of sending its request", async () => {
    const gateway = await gatewayFor(await mockFor());
    const { hostname, port } = new URL(gateway.url);
    const socket = connect({ host: hostname, port: Number(port) });
    socket.write("POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{", () =>
      socket.destroy(),
    );
    await new Promise((resolve) => socket.once("close", resolve));
    expect((await chat(gateway, "m")).status).toBe(200);
    expect(gateway.circuits.size).toBe(1);
  });
});

describe("back-pressure", () => {
  it("a client that does not read stops the provider, and gets everything when it does", async () => {
    const total = 4_000;
    let sent = 0;
    const upstream = await upstreamFor(async (req, res) => {
      req.resume();
      sse(res);
      while (sent < total && !res.destroyed) {
        sent++;
        if (!res.write(token)) await new Promise((resolve) => res.once("drain", resolve));
      }
      res.end("data: [DONE]\n\n");
    });
    const gateway = await gatewayFor(upstream);
    const verdict = settled(gateway, "p/m");
    const before = process.memoryUsage().arrayBuffers;
    const socket = lazyClient(gateway, '{"model":"m","stream":true}');

    let last = -1;
    let same = 0;
    await expect
      .poll(
        () => {
          same = sent === last && sent > 0 ? same + 1 : 0;
          last = sent;
          return same;
        },
        { interval: 50, timeout: 20_000 },
      )
      .toBeGreaterThan(8);
    expect(sent).toBeLessThan(total * 0.8);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16_000_000);

    let bytes = 0;
    for await (const chunk of socket) bytes += (chunk as Buffer).length;
    expect(bytes).toBeGreaterThan(total * token.length);
    expect(sent).toBe(total);
    expect(await verdict).toBe("success");
  });

  it("models whose names no header can hold have circuits of their own", async () => {
    const gateway = await gatewayFor(await mockFor());
    const circuits = ["模型", "通义", "a b"].map(async (model) =>
      (await chat(gateway, model)).headers.get("x-recloser-circuit"),
    );
    expect(await Promise.all(circuits)).toEqual(["p/%E6%A8%A1%E5%9E%8B", "p/%E9%80%9A%E4%B9%89", "p/a%20b"]);
  });

  it("E8: a slow client's silence is not the provider's", async () => {
    let writing = true;
    const upstream = await upstreamFor(async (req, res) => {
      req.resume();
      sse(res);
      while (writing && !res.destroyed) {
        if (!res.write(token)) await new Promise((resolve) => res.once("drain", resolve));
      }
      res.end("data: [DONE]\n\n");
    });
    const gateway = await gatewayFor(upstream, { limits: { stallTimeoutMs: 1_000 } });
    const verdict = settled(gateway, "p/m");
    const socket = lazyClient(gateway, '{"model":"m","stream":true}');
    const until = performance.now() + 2_500;
    await expect.poll(() => performance.now(), { timeout: 5_000 }).toBeGreaterThan(until);
    writing = false;
    let tail = "";
    for await (const chunk of socket) tail = (tail + String(chunk)).slice(-200);
    expect(tail).toContain("[DONE]");
    expect(await verdict).toBe("success");
  });
});
