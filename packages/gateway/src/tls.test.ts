import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { authority, elsewhere, expired, trusted } from "./testing/certificates.js";
import { chat } from "./testing/gateway.js";
import { startedWith } from "./testing/process.js";
import { selfSigned } from "./testing/self-signed.js";

const folder = mkdtempSync(join(tmpdir(), "recloser-tls-"));
afterAll(() => rmSync(folder, { recursive: true }));
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A provider that shows a certificate, and notes what gets through to it. */
async function provider(identity: { readonly cert: string; readonly key: string }) {
  const seen: (string | undefined)[] = [];
  const server = createServer({ cert: identity.cert, key: identity.key }, (req, res) => {
    req.resume();
    seen.push(req.headers.authorization);
    res.writeHead(200, { "content-type": "application/json" });
    res.end('{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}');
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stops.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** A gateway that trusts the tests' authority, as an operator makes it do. */
async function trusting(upstream: string) {
  const file = join(folder, "ca.pem");
  writeFileSync(file, authority);
  return await startedWith({ NODE_EXTRA_CA_CERTS: file }, "--upstream", upstream);
}

const key = { headers: { authorization: "Bearer sk-secret" } };

describe("a provider's certificate", () => {
  it("of one's own authority is trusted with NODE_EXTRA_CA_CERTS", async () => {
    const { url, seen } = await provider(trusted);
    const gateway = await trusting(url);
    expect((await chat(gateway, "m", false, key)).status).toBe(200);
    expect(seen).toEqual(["Bearer sk-secret"]);
  });

  it.each([
    ["that has expired", expired, "CERT_HAS_EXPIRED"],
    ["of another host", elsewhere, "ERR_TLS_CERT_ALTNAME_INVALID"],
    ["that nobody vouches for", selfSigned, "DEPTH_ZERO_SELF_SIGNED_CERT"],
  ])("%s is a failed connection, said by its code; no key is sent", async (_, identity, code) => {
    const { url, seen } = await provider(identity);
    const gateway = await trusting(url);
    const answer = await chat(gateway, "m", false, key);
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({
      error: { code: "upstream_connection", message: expect.stringContaining(code) },
    });
    expect(answer.headers.get("x-recloser-reason")).toBe("connection");
    expect(gateway.err()).not.toContain("sk-secret");
    expect(seen).toEqual([]);
  });
});
