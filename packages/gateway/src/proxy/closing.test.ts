import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, it } from "vitest";
import { gatewayFor, mockFor, question } from "../testing/gateway.js";

const WANTED = 50;

function request(model: string): string {
  const body = JSON.stringify({ model, messages: question });
  return `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

async function pipelined(gateway: { readonly url: string }, model: string): Promise<Socket> {
  const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write(request(model).repeat(WANTED));
  return socket;
}

async function openRequests(gateway: { readonly adminUrl: string }): Promise<number> {
  const health = (await (await fetch(`${gateway.adminUrl}/healthz`)).json()) as { openRequests: number };
  return health.openRequests;
}

it("every one of a connection's pipelined requests ends when its client leaves", async () => {
  const mock = await mockFor();
  const gateway = await gatewayFor(mock);
  const verdicts: string[] = [];
  gateway.circuits.on("settled", ({ verdict }) =>
    verdicts.push(verdict.verdict === "success" ? "success" : verdict.reason),
  );
  const socket = await pipelined(gateway, "mock-fault:hang");
  await mock.waitForAttempts(WANTED);
  expect(await openRequests(gateway)).toBe(WANTED);
  socket.resetAndDestroy();
  await expect.poll(() => openRequests(gateway)).toBe(0);
  expect(verdicts).toEqual(Array.from({ length: WANTED }, () => "cancelled"));
  expect(gateway.circuits.get("p/mock-fault:hang").snapshot().inFlight.total).toBe(0);
  await expect.poll(() => mock.attempts().every((attempt) => attempt.end === "client-gone")).toBe(true);
  // Nothing is left to wait for.
  await gateway.close({ drainMs: 600_000 });
});

it("a connection with many requests gathers no listeners, and counts each once", async () => {
  const mock = await mockFor();
  const gateway = await gatewayFor(mock);
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on("warning", warned);
  const socket = await pipelined(gateway, "m");
  let answers = "";
  socket.on("data", (chunk) => {
    answers += String(chunk);
  });
  await expect.poll(() => answers.split("HTTP/1.1 200 OK").length - 1, { timeout: 20_000 }).toBe(WANTED);
  await expect.poll(() => openRequests(gateway)).toBe(0);
  socket.destroy();
  await gateway.close();
  process.off("warning", warned);
  expect(warnings).toEqual([]);
  expect(gateway.lines.join("")).not.toContain("bug");
});
