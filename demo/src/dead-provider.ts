/**
 * `npm run dead-provider`: the `openai` client with its defaults, one request each 4 s for 60 s, against a provider that
 * answers every call with a 503. How many attempts reach it, straight and through the gateway?
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseConfig, startGateway } from "@recloser/gateway";
import { startMock } from "@recloser/mock-llm";
import OpenAI from "openai";

const REQUESTS = 15;
const EVERY_MS = 4_000;

const script = { phases: [{ name: "dead", forMs: 3_600_000, faults: [{ kind: "error-503" as const }] }] };
const direct = await startMock({ script });
const guarded = await startMock({ script });
const config = parseConfig({
  listen: { port: 0 },
  admin: { port: 0 },
  providers: [{ name: "openai", upstream: guarded.url, path: "/" }],
  log: { level: "silent" },
});
const gateway = await startGateway(config);

async function ask(client: OpenAI): Promise<void> {
  await client.chat.completions
    .create({ model: "gpt-5", messages: [{ role: "user", content: "Are you there?" }] })
    .catch(() => {});
}

const clients = [`${direct.url}/v1`, `${gateway.url}/v1`].map(
  (baseURL) => new OpenAI({ apiKey: "none", baseURL }),
);
const asked: Promise<void>[] = [];
for (let request = 1; request <= REQUESTS; request++) {
  asked.push(...clients.map(ask));
  console.log(
    `request ${request} of ${REQUESTS}: ${direct.attemptsTotal()} attempts straight, ${guarded.attemptsTotal()} through the gateway so far`,
  );
  await sleep(EVERY_MS);
}
await Promise.all(asked);
console.log(
  `\n${REQUESTS} requests in ${(REQUESTS * EVERY_MS) / 1000} s to a dead provider: ${direct.attemptsTotal()} attempts straight, ${guarded.attemptsTotal()} through the gateway (goal: at most 8)`,
);
await Promise.all([gateway.close(), direct.close(), guarded.close()]);
