import type { AddressInfo } from "node:net";
import { type MockServer, startMock } from "@recloser/mock-llm";
import OpenAI from "openai";
import { Circuits, consecutive } from "recloser";
import { afterEach, beforeEach, expect, it } from "vitest";
import { summaryService } from "./http-service.js";

let mock: MockServer;
let url: string;
let circuits: Circuits;
let close: () => Promise<void>;

beforeEach(async () => {
  mock = await startMock();
  circuits = new Circuits({ detector: consecutive(3) });
  const openai = new OpenAI({ apiKey: "k", baseURL: `${mock.url}/v1` });
  const server = summaryService({ openai, model: "gpt-5", circuits });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/summary`;
  close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await mock.close();
  };
});
afterEach(() => close());

const ask = async (text: string): Promise<unknown> =>
  (await fetch(`${url}?of=${encodeURIComponent(text)}`)).json();

it("answers while the provider is well, and degrades at once while it is not", async () => {
  const healthy = await ask("the line is up");
  expect(healthy).toEqual({ summary: expect.any(String), degraded: false });
  mock.setBehaviour({ faults: [{ kind: "error-500" }] });
  for (let i = 0; i < 3; i++)
    expect(await ask("the line is up")).toMatchObject({ degraded: true, reason: "server-error" });
  expect(circuits.get("openai/gpt-5").state).toBe("open");
  mock.clear();
  expect(await ask("the line is up")).toEqual({ ...(healthy as object), degraded: true, reason: "open" });
  expect(await ask("something new")).toEqual({ summary: "something new …", degraded: true, reason: "open" });
  expect(mock.attempts()).toEqual([]);
});

it("a path that is no URL ends nothing", async () => {
  const { origin } = new URL(url);
  expect((await fetch(`${origin}//`)).status).toBe(400);
  expect(await ask("the line is up")).toMatchObject({ degraded: false });
});

it("says what is wrong with a request", async () => {
  expect((await fetch(url)).status).toBe(400);
  mock.setBehaviour({ faults: [{ kind: "bad-request" }] });
  expect(await ask("x")).toEqual({ error: expect.stringContaining("refused the request as invalid") });
});
