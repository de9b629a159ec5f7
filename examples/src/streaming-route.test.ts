import { type MockServer, startMock } from "@recloser/mock-llm";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { circuits, POST } from "./streaming-route.js";

let mock: MockServer;
beforeAll(async () => {
  mock = await startMock();
  vi.stubEnv("OPENAI_API_KEY", "k");
  vi.stubEnv("OPENAI_BASE_URL", `${mock.url}/v1`);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await mock.close();
});
beforeEach(() => {
  mock.setBehaviour(undefined);
  mock.clear();
});

const ask = (signal?: AbortSignal): Promise<Response> =>
  POST(
    new Request("http://localhost/api/chat", {
      method: "POST",
      body: JSON.stringify({ question: "Is the line up?" }),
      ...(signal && { signal }),
    }),
  );
const circuit = () => [...circuits].at(0);

it("passes the answer on, token by token", async () => {
  const response = await ask();
  expect(response.status).toBe(200);
  expect((await response.text()).split(" ")).toHaveLength(16);
  expect(circuit()?.snapshot().window.successes).toBe(1);
});

it("says so when the answer breaks off", async () => {
  mock.setBehaviour({ faults: [{ kind: "cut" }] });
  expect(await (await ask()).text()).toMatch(/\[The answer broke off: truncated\]\n$/);
});

it("lets the provider go when its reader leaves", async () => {
  mock.setBehaviour({ faults: [{ kind: "stall" }] });
  const controller = new AbortController();
  const reader = (await ask(controller.signal)).body?.getReader();
  await reader?.read();
  controller.abort();
  await vi.waitFor(() => expect(mock.attempts()[0]?.end).toBe("client-gone"));
  expect(circuit()?.snapshot().inFlight.total).toBe(0);
});

it("is a 503 at once while the circuit is open", async () => {
  circuit()?.force("open", { forMs: 30_000, reason: "outage" });
  const response = await ask();
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("30");
  expect(await response.json()).toMatchObject({ reason: "forced-open" });
  expect(mock.attempts()).toEqual([]);
});
