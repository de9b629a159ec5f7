import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { startMock } from "@recloser/mock-llm";
import { Circuits, consecutive } from "recloser";
import { afterEach, expect, it } from "vitest";
import { weatherAgent } from "./langchain-agent.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A provider that asks for the tool first, and answers once it has its result. The mock knows no tools. */
async function providerWithTool(): Promise<{ readonly baseURL: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const { messages } = JSON.parse(body) as { messages: { role: string; content: string }[] };
      const result = messages.find(({ role }) => role === "tool")?.content;
      const call = {
        id: "1",
        type: "function",
        function: { name: "weather", arguments: '{"city":"Turin"}' },
      };
      const message = result
        ? { role: "assistant", content: `As asked: ${result}` }
        : { role: "assistant", content: null, tool_calls: [call] };
      const choices = [{ index: 0, message, finish_reason: result ? "stop" : "tool_calls" }];
      const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(
        JSON.stringify({
          id: result ? "c2" : "c1",
          object: "chat.completion",
          created: 1,
          model: "m",
          choices,
          usage,
        }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, server };
}

it("each request of the loop passes the circuit", async () => {
  const { baseURL } = await providerWithTool();
  const circuits = new Circuits();
  const ask = weatherAgent({ apiKey: "k", baseURL, circuits });
  expect(await ask("How is the weather in Turin?")).toEqual({ text: "As asked: It is sunny in Turin." });
  const [circuit] = circuits;
  expect(circuit?.snapshot().window.successes).toBe(2);
  expect(circuit?.snapshot().inFlight.total).toBe(0);
});

it("an outage is one short word, and no request more", async () => {
  const mock = await startMock();
  closing.push(() => mock.close());
  mock.setBehaviour({ faults: [{ kind: "error-500" }] });
  const circuits = new Circuits({ detector: consecutive(1) });
  const ask = weatherAgent({ apiKey: "k", baseURL: `${mock.url}/v1`, circuits });
  // The first request fails and opens the circuit; LangChain's first retry is rejected, and ends it.
  expect(await ask("How is the weather in Turin?")).toMatchObject({ retryAfterMs: expect.any(Number) });
  expect(mock.attempts()).toHaveLength(1);
  expect(await ask("And now?")).toMatchObject({ busy: expect.stringContaining("gpt-5") });
  expect(mock.attempts()).toHaveLength(1);
});
