import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { gatewayFor, mockFor, upstreamFor } from "./testing/gateway.js";

interface Heard {
  readonly text: string;
  /** The gateway closed the connection. */
  readonly closed: boolean;
}

/** Sends bytes as they are. Resolves when the gateway closes, or has answered and been quiet for a while. */
function raw(url: string, text: string): Promise<Heard> {
  const { port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), "127.0.0.1");
    let heard = "";
    let quiet: NodeJS.Timeout | undefined;
    const done = (closed: boolean) => {
      clearTimeout(quiet);
      socket.destroy();
      resolve({ text: heard, closed });
    };
    socket.on("data", (chunk) => {
      heard += String(chunk);
      clearTimeout(quiet);
      quiet = setTimeout(() => done(false), 100);
    });
    socket.on("error", () => {});
    socket.on("close", () => done(true));
    socket.write(text, "latin1");
  });
}

const POST = "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n";
const SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

describe("request smuggling", () => {
  it.each([
    ["CL.TE", `${POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
    ["TE.CL", `${POST}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n26\r\n${SMUGGLED}\r\n0\r\n\r\n`],
    ["two lengths", `${POST}Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}${SMUGGLED}`],
    ["a list of lengths", `${POST}Content-Length: 2, 2\r\n\r\n{}`],
    ["a length with a sign", `${POST}Content-Length: +2\r\n\r\n{}`],
    ["a length that is none", `${POST}Content-Length: 0x2\r\n\r\n{}`],
    ["two codings", `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`],
    ["an unknown coding", `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ["a space before the colon", `${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
    ["a vertical tab", `${POST}Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
    ["a folded header", `${POST}X-A: 1\r\n 2\r\nContent-Length: 2\r\n\r\n{}`],
    ["a folded coding", `${POST}Transfer-Encoding:\r\n chunked\r\nContent-Length: 2\r\n\r\n{}`],
    ["bare line feeds", "POST /v1/chat/completions HTTP/1.1\nHost: x\nContent-Length: 2\n\n{}"],
    ["one bare line feed", `${POST}X-A: 1\nContent-Length: 2\r\n\r\n{}`],
    ["a bare carriage return", `${POST}X-A: 1\rContent-Length: 40\r\nContent-Length: 2\r\n\r\n{}`],
    ["a zero byte", `${POST}X-A: 1\u0000\r\nContent-Length: 2\r\n\r\n{}`],
    ["chunks with bare line feeds", `${POST}Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n`],
    [
      "a chunk extension with a line feed",
      `${POST}Transfer-Encoding: chunked\r\n\r\n2;a=b\nxx\r\n{}\r\n0\r\n\r\n`,
    ],
    [
      "a chunk too large to count",
      `${POST}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n0\r\n\r\n`,
    ],
    ["a negative chunk", `${POST}Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n`],
    ["a chunk longer than it says", `${POST}Transfer-Encoding: chunked\r\n\r\n1\r\n{}X\r\n0\r\n\r\n`],
    ["no host", "GET /v1/models HTTP/1.1\r\n\r\n"],
    ["HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ])("%s: one 400, the connection closes, nothing is sent on", async (_, text) => {
    const { url, seen } = await upstreamFor((_req, res) => res.end("{}"));
    const gateway = await gatewayFor({ url });
    const { text: answer, closed } = await raw(gateway.url, text);
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(closed).toBe(true);
    expect(seen).toEqual([]);
    expect((await fetch(`${gateway.url}/v1/models`)).status).toBe(200);
  });

  it("what passes is framed anew: the provider gets one length, and none of the caller's framing", async () => {
    const { url, seen } = await upstreamFor((_req, res) => res.end("{}"));
    const gateway = await gatewayFor({ url });
    await raw(
      gateway.url,
      `${POST}Connection: content-length, x-a\r\nX-A: 1\r\nTrailer: x\r\nTE: trailers\r\nTransfer-Encoding:\tchunked\r\n\r\n2\r\n{}\r\n0\r\nX-Late: 1\r\n\r\n`,
    );
    const headers = seen[0]?.headers ?? {};
    expect(headers["content-length"]).toBe("2");
    for (const name of ["transfer-encoding", "te", "trailer", "x-a", "x-late"])
      expect(headers[name]).toBe(undefined);
  });
});

describe("no open proxy", () => {
  it.each([
    ["another host", "GET http://evil.example/x HTTP/1.1"],
    ["another host by https", "GET https://evil.example/x HTTP/1.1"],
    ["a path of two slashes", "GET //evil.example/x HTTP/1.1"],
    ["a slash and a backslash", "GET /\\evil.example/x HTTP/1.1"],
    ["a name before the path", "GET @evil.example/x HTTP/1.1"],
    ["a fragment", "GET /v1/models#@evil.example HTTP/1.1"],
    ["dots", "GET /v1/../admin HTTP/1.1"],
    ["encoded dots", "GET /v1/%2e%2e/admin HTTP/1.1"],
    ["encoded slashes", "GET /v1/..%2f..%2fadmin HTTP/1.1"],
    ["dots and a parameter", "GET /v1/..;/admin HTTP/1.1"],
    ["a star", "OPTIONS * HTTP/1.1"],
  ])("%s is refused", async (_, line) => {
    const { url, seen } = await upstreamFor((_req, res) => res.end("{}"));
    const gateway = await gatewayFor({ url });
    const { text } = await raw(gateway.url, `${line}\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(seen).toEqual([]);
  });

  it("CONNECT is not answered", async () => {
    const gateway = await gatewayFor(await mockFor());
    const { text, closed } = await raw(
      gateway.url,
      "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    );
    expect([text, closed]).toEqual(["", true]);
  });

  it("a name in a path stays a path, and Host is the provider's", async () => {
    const { url, seen } = await upstreamFor((_req, res) => res.end("{}"));
    const gateway = await gatewayFor({ url });
    await raw(
      gateway.url,
      "GET /@evil.example/x HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    );
    expect([seen[0]?.url, seen[0]?.headers.host]).toEqual(["/@evil.example/x", new URL(url).host]);
  });

  it("one provider's path does not lead to another's", async () => {
    const [one, two] = [
      await upstreamFor((_, res) => res.end("1")),
      await upstreamFor((_, res) => res.end("2")),
    ];
    const providers = [
      { name: "one", upstream: one.url },
      { name: "two", upstream: two.url },
    ];
    const gateway = await gatewayFor(undefined, { providers });
    for (const path of [
      "/one/../two/x",
      "/one%2f..%2ftwo/x",
      "/one/%2e%2e/two",
      "/onetwo/x",
      "/%6fne/x",
      "/ONE/x",
    ]) {
      const { text } = await raw(gateway.url, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(text, path).toMatch(/^HTTP\/1\.1 40[04] /);
    }
    expect([one.seen, two.seen]).toEqual([[], []]);
  });
});

describe("slow and greedy clients", () => {
  const slow = { listen: { headersTimeoutMs: 200, requestTimeoutMs: 400 } };

  it.each([
    ["a head that never ends", `${POST}X-A: `],
    ["a body that never comes", `${POST}Content-Length: 10\r\n\r\n{`],
    ["chunks that never end", `${POST}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`],
  ])("%s: the connection is closed, the provider hears nothing", async (_, text) => {
    const { url, seen } = await upstreamFor((_req, res) => res.end("{}"));
    const gateway = await gatewayFor({ url }, slow);
    const { text: answer, closed } = await raw(gateway.url, text);
    expect(closed).toBe(true);
    expect(answer).toMatch(/^(HTTP\/1\.1 408 |$)/);
    expect(seen).toEqual([]);
    const health = async () =>
      (await (await fetch(`${gateway.adminUrl}/healthz`)).json()) as { openRequests: number };
    await expect.poll(async () => (await health()).openRequests).toBe(0);
  });

  it("a head that comes byte by byte does not buy time", async () => {
    const gateway = await gatewayFor(await mockFor(), slow);
    const { port } = new URL(gateway.url);
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("error", () => {});
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.write(POST);
    const drip = setInterval(() => socket.write("X-A: 1\r\n"), 20);
    socket.resume();
    await closed;
    clearInterval(drip);
  });

  it("a call that takes long to answer is no slow client", async () => {
    const mock = await mockFor();
    mock.setBehaviour({ firstTokenMs: 900 });
    const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: "Is the line up?" }] });
    const gateway = await gatewayFor(mock, slow);
    const answer = await raw(
      gateway.url,
      `${POST}Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(answer.text).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("a head that is too large is 431, too many bytes are 413", async () => {
    const gateway = await gatewayFor(await mockFor(), {
      listen: { maxHeaderBytes: 2_048 },
      limits: { maxBodyBytes: 1_024 },
    });
    const large = await raw(gateway.url, `${POST}X-A: ${"a".repeat(3_000)}\r\n\r\n`);
    expect(large.text).toMatch(/^HTTP\/1\.1 431 /);
    const many = await raw(
      gateway.url,
      `${POST}Connection: close\r\nContent-Length: 2000\r\n\r\n${" ".repeat(2_000)}`,
    );
    expect(many.text).toMatch(/^HTTP\/1\.1 413 /);
  });

  it("an idle connection is closed", async () => {
    const gateway = await gatewayFor(await mockFor(), { listen: { keepAliveTimeoutMs: 1_000 } });
    const { port } = new URL(gateway.url);
    const socket = connect(Number(port), "127.0.0.1");
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.write("GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n");
    socket.resume();
    await closed;
  });
});

describe("the admin port", () => {
  it("limits heads too, and takes no smuggled requests", async () => {
    const gateway = await gatewayFor(await mockFor());
    const head = `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ${"a".repeat(20_000)}\r\n\r\n`;
    expect((await raw(gateway.adminUrl, head)).text).toMatch(/^HTTP\/1\.1 431 /);
    const twice =
      "POST /api/circuits/force HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n";
    expect((await raw(gateway.adminUrl, twice)).text).toMatch(/^HTTP\/1\.1 400 /);
    expect((await raw(gateway.adminUrl, "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n")).text).toBe("");
  });

  it("does not take a second Host for its own", async () => {
    const gateway = await gatewayFor(await mockFor());
    const ask = (hosts: string) =>
      raw(gateway.adminUrl, `GET /api/circuits HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`);
    expect((await ask("Host: evil.example\r\nHost: 127.0.0.1\r\n")).text).toMatch(/^HTTP\/1\.1 40[03] /);
    expect((await ask("Host: 127.0.0.1@evil.example\r\n")).text).toMatch(/^HTTP\/1\.1 40[03] /);
    expect((await ask("Host: 127.0.0.1\r\nOrigin: http://127.0.0.1.evil.example\r\n")).text).toMatch(
      /^HTTP\/1\.1 403 /,
    );
    expect((await ask("Host: 127.0.0.1\r\n")).text).toMatch(/^HTTP\/1\.1 200 /);
  });
});
