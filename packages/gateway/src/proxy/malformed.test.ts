import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { chat, gatewayFor, settled } from "../testing/gateway.js";

/** Runs work with a provider that answers every request with these bytes, and closes. */
async function withBytes(bytes: string, work: (upstream: { readonly url: string }) => Promise<void>) {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await work({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  } finally {
    server.close();
  }
}

const head = "HTTP/1.1 200 OK\r\n";

describe("an answer that is not valid HTTP", () => {
  it.each([
    ["another protocol", "SSH-2.0-OpenSSH_9.6\r\n"],
    ["a status line without a status", "HTTP/1.1 abc OK\r\n\r\n"],
    ["a status below 100", "HTTP/1.1 099 Low\r\ncontent-length: 0\r\n\r\n"],
    ["two lengths", `${head}content-length: 5\r\ncontent-length: 6\r\n\r\nhello`],
    ["a negative length", `${head}content-length: -5\r\n\r\nhello`],
  ])("%s is a 502 upstream_malformed", async (_what, bytes) => {
    await withBytes(bytes, async (upstream) => {
      const gateway = await gatewayFor(upstream);
      const verdict = settled(gateway, "p/m");
      const answer = await chat(gateway, "m");
      expect([answer.status, answer.headers.get("x-recloser-reason")]).toEqual([502, "malformed"]);
      expect(await answer.json()).toMatchObject({
        error: { code: "upstream_malformed", message: "p/m: the provider's answer is not valid HTTP." },
      });
      expect(await verdict).toBe("malformed");
    });
  });

  it("bad chunks break the answer off and are malformed", async () => {
    const bytes = `${head}content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n5\r\n: hi\n\r\nZZ\r\n`;
    await withBytes(bytes, async (upstream) => {
      const gateway = await gatewayFor(upstream);
      const verdict = settled(gateway, "p/m");
      const answer = await chat(gateway, "m", true);
      const text = await answer.text().catch(() => "broken off");
      expect(answer.status === 502 ? text : "broken off").toMatch(/broken off|upstream_malformed/);
      expect(await verdict).toBe("malformed");
    });
  });

  it("one that only stops too early is a connection that broke", async () => {
    const short = `${head}connection: close\r\ncontent-length: 99\r\n\r\n{"a`;
    const chunk = `transfer-encoding: chunked\r\n\r\n5\r\n{"a`;
    for (const bytes of ["HTTP/1.1 20", head + chunk, `${head}connection: close\r\n${chunk}`, short]) {
      await withBytes(bytes, async (upstream) => {
        const gateway = await gatewayFor(upstream);
        const verdict = settled(gateway, "p/m");
        await chat(gateway, "m").then((answer) => answer.text().catch(() => ""));
        expect(await verdict).toBe("connection");
      });
    }
  });
});
