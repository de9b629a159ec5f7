import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Writable } from "node:stream";
import Anthropic from "@anthropic-ai/sdk";
import { type MockOptions, type MockServer, startMock } from "@recloser/mock-llm";
import OpenAI from "openai";
import { pino } from "pino";
import type { StateName } from "recloser";
import { afterEach } from "vitest";
import { parseConfig } from "../config/load.js";
import type { ConfigInput } from "../config/schema.js";
import { type Gateway, startGateway } from "../gateway.js";

const running: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  // The gateway before what it talks to.
  for (const each of running.splice(0).reverse()) await each.close();
});

export async function mockFor(options: MockOptions = {}): Promise<MockServer> {
  const mock = await startMock(options);
  running.push(mock);
  return mock;
}

/** A gateway in front of one upstream, or of what `config.providers` says; its log is kept in `lines`. */
export async function gatewayFor(
  upstream: { readonly url: string } | undefined,
  config: Partial<ConfigInput> = {},
): Promise<Gateway & { readonly lines: string[] }> {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  const providers = upstream === undefined ? [] : [{ name: "p", upstream: upstream.url }];
  const parsed = parseConfig({
    providers,
    ...config,
    listen: { port: 0, ...config.listen },
    admin: { port: 0, ...config.admin },
  });
  const gateway = await startGateway(parsed, pino({ level: "debug" }, sink));
  running.push({ close: () => gateway.close({ drainMs: 0 }) });
  return Object.assign(gateway, { lines });
}

/** An upstream of the test's own making. */
export async function upstreamFor(
  listener: RequestListener,
): Promise<{ readonly url: string; readonly seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((req, res) => {
    seen.push(req);
    listener(req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  running.push({
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

export function sse(res: ServerResponse): ServerResponse {
  return res.writeHead(200, { "content-type": "text/event-stream" });
}

/** A port of loopback on which nothing listens. */
export async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

export const question = [{ role: "user" as const, content: "Is the line up?" }];

/** With the SDK's own defaults, retries included. */
export function openai(gateway: { readonly url: string }, apiKey = "test"): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${gateway.url}/v1` });
}

export function anthropic(gateway: { readonly url: string }, apiKey = "test"): Anthropic {
  return new Anthropic({ apiKey, baseURL: gateway.url });
}

export function post(
  gateway: { readonly url: string },
  path: string,
  body: object,
  init: RequestInit = {},
): Promise<Response> {
  return fetch(`${gateway.url}${path}`, {
    method: "POST",
    ...init,
    headers: { "content-type": "application/json", ...init.headers },
    body: JSON.stringify(body),
  });
}

export function chat(
  gateway: { readonly url: string },
  model: string,
  stream = false,
  init: RequestInit = {},
): Promise<Response> {
  return post(gateway, "/v1/chat/completions", { model, stream, messages: question }, init);
}

/** Resolves when a circuit enters a state. Listen before the cause. */
export function entered(gateway: Gateway, circuit: string, state: StateName): Promise<void> {
  return new Promise((resolve) => {
    const stop = gateway.circuits.on("transition", (event) => {
      if (event.circuit !== circuit || event.to !== state) return;
      stop();
      resolve();
    });
  });
}

/** Resolves with what the next settled call of a circuit said. Listen before the cause. */
export function settled(gateway: Gateway, circuit: string): Promise<string> {
  return new Promise((resolve) => {
    const stop = gateway.circuits.on("settled", (event) => {
      if (event.circuit !== circuit) return;
      stop();
      resolve(event.verdict.verdict === "success" ? "success" : event.verdict.reason);
    });
  });
}
