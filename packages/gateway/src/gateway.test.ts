import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { parseConfig } from "./config/load.js";
import { startGateway } from "./gateway.js";
import { createLog } from "./log.js";
import { chat, deadPort, gatewayFor, mockFor, openai, post, question, settled } from "./testing/gateway.js";

const secrets = {
  authorization: "Bearer sk-secret-1111",
  "x-api-key": "sk-ant-secret-2222",
  "api-key": "azure-secret-3333",
  "x-goog-api-key": "AIza-secret-4444",
  cookie: "session=secret-5555",
  "proxy-authorization": "Basic secret-6666",
};

describe("secrets", () => {
  it("of callers and their prompts are in no log, metric, event, snapshot or error of ours", async () => {
    const mock = await mockFor();
    const dead = await gatewayFor({ url: `http://127.0.0.1:${await deadPort()}` });
    const alive = await gatewayFor(mock, { limits: { timeoutMs: 100 } });
    const told: string[] = [];
    for (const gateway of [dead, alive]) {
      for (const fault of ["error-500", "unauthorized", "reset", "hang", "cut", "stream-error", "quota"]) {
        const body = {
          model: `mock-fault:${fault}`,
          stream: true,
          messages: [{ role: "user", content: "prompt-secret-7777" }],
        };
        for (let i = 0; i < 6; i++) {
          const answer = await post(gateway, "/v1/chat/completions?key=AIza-secret-8888", body, {
            headers: secrets,
          });
          const text = await answer.text().catch(() => "");
          // A provider may echo what it likes; what we write may not.
          if (answer.headers.has("x-recloser-reason")) told.push(text, JSON.stringify([...answer.headers]));
        }
      }
      await post(gateway, "/nowhere/../x?key=AIza-secret-8888", {}, { headers: secrets });
      for (const path of ["/metrics", "/api/circuits"])
        told.push(await (await fetch(gateway.adminUrl + path)).text());
      expect(gateway.lines.length).toBeGreaterThan(10);
      told.push(...gateway.lines);
    }
    expect(told.join("\n")).not.toMatch(/secret/);
    // They did reach the provider.
    expect(mock.attemptsTotal()).toBeGreaterThan(10);
  });
});

describe("starting", () => {
  it("a port in use: one sentence that names it, and nothing half started", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    const free = await deadPort();
    const providers = [{ upstream: "http://127.0.0.1:1" }];
    const start = (listen: number, admin: number) =>
      startGateway(
        parseConfig({ providers, listen: { port: listen }, admin: { port: admin } }),
        createLog("silent"),
      );
    await expect(start(port, 0)).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is in use; stop what uses it, or give another with --port or listen.port (0 takes a free one).`,
    );
    await expect(start(free, port)).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is in use; stop what uses it, or give another with --admin-port or admin.port (0 takes a free one).`,
    );
    // The data port, which had been bound first, is free again.
    const gateway = await start(free, 0);
    await gateway.close();
    await new Promise((resolve) => taken.close(resolve));
  });

  it("an address of another machine", async () => {
    const config = parseConfig({
      providers: [{ upstream: "http://a" }],
      listen: { host: "192.0.2.1", port: 0 },
    });
    await expect(startGateway(config, createLog("silent"))).rejects.toThrow(
      '"192.0.2.1" is no address of this machine; use 127.0.0.1.',
    );
  });
});

describe("stopping", () => {
  it("lets calls in flight end, accepts no new ones, and says so", async () => {
    const mock = await mockFor();
    mock.setBehaviour({ firstTokenMs: 20, perTokenMs: 30 });
    const gateway = await gatewayFor(mock);
    const stream = await openai(gateway).chat.completions.create({
      model: "m",
      messages: question,
      stream: true,
    });
    const reading = stream[Symbol.asyncIterator]();
    await reading.next();
    const closed = gateway.close({ drainMs: 20_000 });
    const health = await fetch(`${gateway.adminUrl}/healthz`);
    expect([health.status, await health.json()]).toEqual([503, { status: "draining", openRequests: 1 }]);
    await expect(chat(gateway, "m")).rejects.toThrow("fetch failed");
    let finished = "";
    for (let next = await reading.next(); !next.done; next = await reading.next()) {
      finished = next.value.choices[0]?.finish_reason ?? finished;
    }
    expect(finished).toBe("stop");
    await closed;
    await expect(fetch(`${gateway.adminUrl}/healthz`)).rejects.toThrow();
  });

  it("breaks off visibly what takes too long, and blames nobody", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(mock);
    const streaming = await chat(gateway, "mock-fault:stall@2", true);
    const waiting = chat(gateway, "mock-fault:hang");
    await mock.waitForAttempts(2);
    const verdicts = Promise.all([
      settled(gateway, "p/mock-fault:stall@2"),
      settled(gateway, "p/mock-fault:hang"),
    ]);
    const closed = gateway.close({ drainMs: 50 });
    const [body, answer] = await Promise.allSettled([streaming.text(), waiting]);
    expect(body.status).toBe("rejected");
    expect(answer.status === "fulfilled" && answer.value.status).toBe(503);
    expect(await verdicts).toEqual(["cancelled", "cancelled"]);
    await closed;
    await expect
      .poll(() => mock.attempts().map((attempt) => attempt.end))
      .toEqual(["client-gone", "client-gone"]);
  });
});
