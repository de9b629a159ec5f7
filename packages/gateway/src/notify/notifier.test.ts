import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterAll, describe, expect, it } from "vitest";
import { parseConfig } from "../config/load.js";
import { calls, fileFor } from "../testing/fleet.js";
import { chat, deadPort, gatewayFor, mockFor } from "../testing/gateway.js";
import { started } from "../testing/process.js";

interface Told {
  readonly type: string;
  readonly data: { readonly circuit: string; readonly sentence: string };
}

const told: Told[] = [];
const receiver = createServer(async (req, res) => {
  told.push((await json(req)) as Told);
  res.writeHead(200).end();
  receiver.emit("told");
});
receiver.listen(0, "127.0.0.1");
await once(receiver, "listening");
afterAll(() => {
  receiver.closeAllConnections();
  receiver.close();
});
const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
const notifications = { webhooks: [{ url }], settleMs: 0 };
const COOL_DOWN = { initialMs: 200, maxMs: 200 };

async function until(count: number): Promise<readonly Told[]> {
  while (told.length < count) await once(receiver, "told");
  return told.splice(0);
}

describe("a gateway with a webhook", () => {
  it("tells of an outage's begin and end, and counts it in /metrics", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(mock, { notifications, circuit: { coolDown: COOL_DOWN } });
    mock.setBehaviour({ faults: [{ kind: "error-503" }] });
    while (gateway.circuits.get("p/gpt-5").state !== "open") await (await chat(gateway, "gpt-5")).text();
    const [opened] = await until(1);
    expect(opened?.type).toBe("circuit.opened");
    expect(opened?.data.sentence).toMatch(/^p\/gpt-5 is open: \d of \d calls failed, last: 503/);

    mock.setBehaviour(undefined);
    while (gateway.circuits.get("p/gpt-5").state !== "closed") await (await chat(gateway, "gpt-5")).text();
    const [closed] = await until(1);
    expect(closed?.type).toBe("circuit.closed");
    expect(closed?.data.sentence).toMatch(/^p\/gpt-5 is closed again, after \d+ s\./);
    await expect
      .poll(async () => (await fetch(`${gateway.adminUrl}/metrics`)).text())
      .toContain('recloser_notifications_total{result="delivered"} 2');
  });

  it("tells whom a reload names", async () => {
    const upstream = { url: `http://127.0.0.1:${await deadPort()}` };
    const gateway = await gatewayFor(upstream);
    const providers = [{ name: "p", upstream: upstream.url }];
    gateway.reload(parseConfig({ providers, listen: { port: 0 }, admin: { port: 0 }, notifications }));
    gateway.circuits.get("p/gpt-5").force("open", { forMs: 60_000, reason: "incident 4711" });
    const [forced] = await until(1);
    expect(forced).toMatchObject({ type: "circuit.forced", data: { circuit: "p/gpt-5" } });
    expect(forced?.data.sentence).toContain("incident 4711");
  });

  it("tells once of what several workers see", async () => {
    const mock = await mockFor({
      script: { phases: [{ name: "out", forMs: 3_600_000, faults: [{ kind: "error-503" }] }] },
    });
    const gateway = await started(
      "--config",
      fileFor(mock, `notifications: { settleMs: 0, webhooks: [{ url: "${url}", on: [opened] }] }\n`),
    );
    await calls(gateway, "gpt-5", 24);
    const metrics = async () => (await fetch(`${gateway.adminUrl}/metrics`)).text();
    await expect.poll(metrics).toMatch(/recloser_opened_total\{circuit="p\/gpt-5",worker="1"\} [1-9]/);
    await expect.poll(metrics).toMatch(/recloser_opened_total\{circuit="p\/gpt-5",worker="2"\} [1-9]/);
    expect(await until(1)).toMatchObject([{ type: "circuit.opened", data: { circuit: "p/gpt-5" } }]);
    await expect
      .poll(metrics)
      .toContain('recloser_notifications_total{result="delivered",worker="primary"} 1');
    expect(told).toEqual([]);
  });
});
