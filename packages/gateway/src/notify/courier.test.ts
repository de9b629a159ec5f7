import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { deadPort } from "../testing/gateway.js";
import { Courier, type Fates, type Webhook } from "./courier.js";
import { signedHeaders } from "./message.js";
import type { Notification } from "./notification.js";

const SECRET = `whsec_${Buffer.from("a key of twenty-four bytes, or more").toString("base64")}`;
const OPENED: Notification = {
  kind: "opened",
  at: Date.UTC(2026, 2, 1, 14, 2),
  circuit: "openai/gpt-5",
  state: "open",
  sentence: "openai/gpt-5 is open: 6 failures in a row",
  since: Date.UTC(2026, 2, 1, 14, 2),
};

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Got {
  readonly headers: IncomingMessage["headers"];
  readonly url: string | undefined;
  readonly body: string;
}

/** A webhook's receiver; `answer` says what the n-th request gets. */
async function receiver(answer: (n: number, res: ServerResponse) => void) {
  const got: Got[] = [];
  const server = createServer(async (req, res) => {
    got.push({ headers: req.headers, url: req.url, body: await text(req) });
    answer(got.length, res);
    server.emit("got");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/s3cr3t-path`;
  const reached = async (count: number) => {
    while (got.length < count) await once(server, "got");
  };
  return { url, got, reached };
}

const taken = (_n: number, res: ServerResponse) => res.writeHead(204).end();

function courierFor(webhook: Partial<Webhook> & { url: string }, pageUrl?: string) {
  const lines: string[] = [];
  const log = pino({ level: "debug" }, { write: (line: string) => lines.push(line) });
  const fates: Fates = { delivered: 0, failed: 0, dropped: 0 };
  const courier = new Courier({
    webhook: {
      format: "standard",
      on: ["opened", "closed", "forced"],
      timeoutMs: 2_000,
      attempts: 3,
      ...webhook,
    },
    pageUrl,
    log,
    fates,
    firstWaitMs: 1,
  });
  closing.push(() => courier.close(0));
  return { courier, fates, lines };
}

/** The check that receivers make, by another implementation of HMAC. */
async function isSigned({ headers, body }: Got): Promise<boolean> {
  const raw = Buffer.from(SECRET.slice("whsec_".length), "base64");
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  const [version, signature = ""] = String(headers["webhook-signature"]).split(",");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const bytes = Buffer.from(signature, "base64");
  return (
    version === "v1" && (await crypto.subtle.verify("HMAC", key, bytes, new TextEncoder().encode(signed)))
  );
}

describe("a webhook", () => {
  it("gets what happened, signed as Standard Webhooks does", async () => {
    const { url, got } = await receiver(taken);
    const { courier, fates } = courierFor({ url, secret: SECRET }, "https://recloser.example");
    courier.send(OPENED);
    await courier.close(5_000);
    expect(got).toHaveLength(1);
    const [first] = got as [Got];
    expect(JSON.parse(first.body)).toEqual({
      type: "circuit.opened",
      timestamp: "2026-03-01T14:02:00.000Z",
      data: {
        circuit: "openai/gpt-5",
        state: "open",
        sentence: "openai/gpt-5 is open: 6 failures in a row",
        since: "2026-03-01T14:02:00.000Z",
        link: "https://recloser.example",
      },
    });
    expect(await isSigned(first)).toBe(true);
    expect(await isSigned({ ...first, body: first.body.replace("gpt-5", "gpt-6") })).toBe(false);
    expect(fates).toEqual({ delivered: 1, failed: 0, dropped: 0 });
  });

  it("gets the signature of the specification's example", () => {
    const body = '{"event_type":"ping","data":{"success":true}}';
    const message = { id: "msg_loFOjxBNrRLzqYUf", at: 1_731_705_121_000, body };
    expect(signedHeaders(message, "whsec_plJ3nmyCDGBKInavdOK15jsl")["webhook-signature"]).toBe(
      "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
    );
  });

  it("gets text that no name can turn into a mention, in Slack's format", async () => {
    const { url, got } = await receiver(taken);
    const { courier } = courierFor({ url, format: "slack" });
    courier.send({ ...OPENED, sentence: "p/<!channel> is open: a & b" });
    await courier.close(5_000);
    expect(got[0]?.body).toBe('{"text":"p/&lt;!channel&gt; is open: a &amp; b"}');
    expect(got[0]?.headers["webhook-signature"]).toBeUndefined();
  });

  it("gets it again after 5xx, 429 and silence, with the same id; then it is given up", async () => {
    const { url, got } = await receiver((n, res) => {
      if (n === 1) res.writeHead(503).end();
      else if (n === 2) res.writeHead(429).end();
      else res.destroy();
    });
    const { courier, fates, lines } = courierFor({ url });
    courier.send(OPENED);
    await courier.close(5_000);
    expect(new Set(got.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(got).toHaveLength(3);
    expect(fates).toEqual({ delivered: 0, failed: 1, dropped: 0 });
    expect(lines.join("")).toMatch(/did not take a notification after 3 attempts: /);
    expect(lines.join("")).not.toContain("s3cr3t");
  });

  it("that hangs is left after timeoutMs", async () => {
    const { url } = await receiver(() => {});
    const { courier, lines } = courierFor({ url, timeoutMs: 100, attempts: 1 });
    courier.send(OPENED);
    await courier.close(5_000);
    expect(lines.join("")).toContain("no answer within 100 ms");
  });

  it.each([400, 404, 410, 302])(
    "that answers %d is not asked again, nor followed elsewhere",
    async (status) => {
      const other = await receiver(taken);
      const { url, got } = await receiver((_n, res) => res.writeHead(status, { location: other.url }).end());
      const { courier, fates } = courierFor({ url });
      courier.send(OPENED);
      await courier.close(5_000);
      expect([got.length, other.got.length, fates.failed]).toEqual([1, 0, 1]);
    },
  );

  it("gets only what it wants, one after the other, in order", async () => {
    const { url, got } = await receiver((n, res) => res.writeHead(n === 1 ? 500 : 200).end());
    const { courier } = courierFor({ url, on: ["opened"] });
    courier.send(OPENED);
    courier.send({ ...OPENED, kind: "closed" });
    courier.send({ ...OPENED, circuit: "second" });
    await courier.close(5_000);
    expect(got.map(({ body }) => JSON.parse(body).data.circuit)).toEqual([
      "openai/gpt-5",
      "openai/gpt-5",
      "second",
    ]);
  });

  it("that takes nothing costs a bounded queue: the oldest go, and are counted", async () => {
    const { url, reached } = await receiver(() => {});
    const { courier, fates, lines } = courierFor({ url });
    for (let n = 0; n < 250; n++) courier.send(OPENED);
    await reached(1);
    // One is on its way, a hundred wait.
    expect(fates.dropped).toBe(149);
    await courier.close(0);
    await expect.poll(() => fates.dropped).toBe(250);
    expect(lines.join("")).toContain("more than 100 wait");
  });

  it("that nobody listens behind harms nothing", async () => {
    const { courier, fates, lines } = courierFor({ url: `http://127.0.0.1:${await deadPort()}/x` });
    courier.send(OPENED);
    await courier.close(5_000);
    expect(fates.failed).toBe(1);
    expect(lines.join("")).toContain("ECONNREFUSED");
  });
});
