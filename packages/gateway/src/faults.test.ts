import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { chat, deadPort, gatewayFor, mockFor, settled } from "./testing/gateway.js";
import { selfSigned } from "./testing/self-signed.js";

const folder = mkdtempSync(join(tmpdir(), "recloser-faults-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

interface Told {
  readonly error: { readonly code: string; readonly message: string };
}

describe("a provider that cannot be reached", () => {
  it("for good: calls fail at once, then are not sent; the gateway stays up", async () => {
    const gateway = await gatewayFor({ url: `http://127.0.0.1:${await deadPort()}` });
    const reasons: (string | null)[] = [];
    for (let n = 0; n < 12; n++) {
      const answer = await chat(gateway, "m");
      expect([502, 503]).toContain(answer.status);
      reasons.push(answer.headers.get("x-recloser-reason"));
      await answer.text();
    }
    expect(reasons[0]).toBe("connection");
    expect(reasons.at(-1)).toBe("open");
    expect(gateway.circuits.get("p/m").snapshot().cause).toContain("ECONNREFUSED");
    const health = await fetch(`${gateway.adminUrl}/healthz`);
    expect(await health.json()).toMatchObject({ status: "ok", openRequests: 0 });
  });

  it("whose name does not resolve: a failed connection, said by its code", async () => {
    // A name that is reserved for never existing.
    const gateway = await gatewayFor({ url: "http://provider.invalid" });
    const verdict = settled(gateway, "p/m");
    const answer = await chat(gateway, "m");
    expect(answer.status).toBe(502);
    expect(((await answer.json()) as Told).error).toMatchObject({
      code: "upstream_connection",
      message: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
    });
    expect(await verdict).toBe("connection");
  });

  it("whose certificate nobody vouches for: a failed connection; nothing is sent", async () => {
    const seen: string[] = [];
    const server = createTlsServer(selfSigned, (req, res) => {
      seen.push(req.url ?? "");
      res.end("{}");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const gateway = await gatewayFor({ url: `https://127.0.0.1:${port}` });
    const verdict = settled(gateway, "p/m");
    const answer = await chat(gateway, "m");
    expect(answer.status).toBe(502);
    expect(((await answer.json()) as Told).error).toMatchObject({
      code: "upstream_connection",
      message: expect.stringMatching(/SELF_SIGNED|ALTNAME|CERT/),
    });
    expect(await verdict).toBe("connection");
    expect(seen).toEqual([]);
    await gateway.close();
    server.close();
  });

  it("that speaks no TLS: a failed connection", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor({ url: mock.url.replace("http:", "https:") });
    const answer = await chat(gateway, "m");
    expect([answer.status, ((await answer.json()) as Told).error.code]).toEqual([502, "upstream_connection"]);
    expect(mock.attemptsTotal()).toBe(0);
  });
});

describe("the wall clock", () => {
  it.each([
    ["back by an hour", -3_600_000],
    ["back by a day", -86_400_000],
    ["forward by a day", 86_400_000],
    ["forward by a year", 365 * 86_400_000],
  ])("jumps %s: cool-downs and journal durations do not notice", async (_, jumpMs) => {
    const file = join(folder, `${jumpMs}.jsonl`);
    const mock = await mockFor();
    const gateway = await gatewayFor(mock, {
      circuit: { coolDown: { initialMs: 600_000, maxMs: 600_000 } },
      journal: { file },
    });
    mock.setBehaviour({ perTokenMs: 20 });
    const stream = await chat(gateway, "good", true);
    const real = Date.now;
    vi.spyOn(Date, "now").mockImplementation(() => real() + jumpMs);
    expect(await stream.text()).toContain("[DONE]");
    for (let n = 0; n < 8; n++) await (await chat(gateway, "mock-fault:error-503")).text();
    const { state, endsInMs, forMs } = gateway.circuits.get("p/mock-fault:error-503").snapshot();
    expect(state).toBe("open");
    expect(forMs).toBeLessThan(60_000);
    expect(endsInMs).toBeGreaterThan(200_000);
    await gateway.close();
    const { readJournal } = await import("./journal/read.js");
    for await (const { endMs } of readJournal(file)) {
      expect(endMs).toBeGreaterThanOrEqual(0);
      expect(endMs).toBeLessThan(60_000);
    }
  });
});

describe.runIf(process.platform === "linux")("a full disk under the logs", () => {
  it("changes nothing for calls, also where stdout is full", async () => {
    const mock = await mockFor();
    const full = openSync("/dev/full", "w");
    const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
    const port = await deadPort();
    const args = [
      cli,
      "gateway",
      "--upstream",
      mock.url,
      "--port",
      String(port),
      "--admin-port",
      "0",
      "--log-level",
      "debug",
    ];
    const child = spawn(process.execPath, args, { stdio: ["ignore", full, full] });
    const exit = once(child, "exit");
    const gateway = { url: `http://127.0.0.1:${port}` };
    const status = () =>
      chat(gateway, "m")
        .then((answer) => answer.status)
        .catch(() => 0);
    await expect.poll(status, { timeout: 15_000 }).toBe(200);
    for (let n = 0; n < 10; n++) expect(await status()).toBe(200);
    child.kill("SIGTERM");
    expect(await exit).toEqual([0, null]);
    closeSync(full);
  });
});
