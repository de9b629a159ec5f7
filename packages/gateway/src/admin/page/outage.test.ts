import type { Page } from "playwright-core";
import type { CircuitSnapshot, StateName } from "recloser";
import { beforeAll, expect, it } from "vitest";
import { buildPage, newPage } from "../../../../dashboard/src/testing/chromium.js";
import { parseConfig } from "../../config/load.js";
import { chat, entered, gatewayFor, mockFor } from "../../testing/gateway.js";

/** The page may be this late behind the API. */
const SOON_MS = 2_000;
const CIRCUIT = "p/gpt-5";

beforeAll(buildPage);

function shows(page: Page, state: string): Promise<unknown> {
  return page.waitForSelector(`tr.line:has-text('${CIRCUIT}') .state:has-text('${state}')`, {
    timeout: SOON_MS,
  });
}

async function byApi(adminUrl: string): Promise<Pick<CircuitSnapshot, "state" | "limit">> {
  const response = await fetch(`${adminUrl}/api/circuits/${encodeURIComponent(CIRCUIT)}`);
  return (await response.json()) as CircuitSnapshot;
}

async function stateByApi(adminUrl: string): Promise<StateName> {
  return (await byApi(adminUrl)).state;
}

async function waitingLimit(adminUrl: string): Promise<number | null> {
  return (await byApi(adminUrl)).limit.waiting;
}

it("shows an outage as it happens: closed, open, half-open, closed, forced, and says why", async () => {
  const mock = await mockFor();
  const gateway = await gatewayFor(mock, { circuit: { coolDown: { initialMs: 1_500, maxMs: 1_500 } } });
  const { page, problems } = await newPage();
  await page.goto(gateway.adminUrl);
  await page.waitForSelector("text=No circuit yet");
  for (let n = 0; n < 3; n++) await (await chat(gateway, "gpt-5", true)).text();
  await shows(page, "closed");

  mock.setBehaviour({ faults: [{ kind: "error-503" }] });
  const opened = entered(gateway, CIRCUIT, "open");
  while ((await stateByApi(gateway.adminUrl)) === "closed") await (await chat(gateway, "gpt-5", true)).text();
  await opened;
  const halfOpened = entered(gateway, CIRCUIT, "half-open");
  await shows(page, "open");
  expect((await page.locator("h1").innerText()).trim()).toMatch(
    /^p\/gpt-5 is open since \d\d:\d\d \(\d+ s\): \d+ of \d+ calls failed.*last: 503/,
  );

  await halfOpened;
  await shows(page, "half-open");

  mock.setBehaviour(undefined);
  const closed = entered(gateway, CIRCUIT, "closed");
  await (await chat(gateway, "gpt-5", true)).text();
  await closed;
  await shows(page, "limited");
  await page.waitForSelector("h1:has-text('on probation since it closed')");
  while ((await waitingLimit(gateway.adminUrl)) !== null) await (await chat(gateway, "gpt-5", true)).text();
  await shows(page, "closed");

  await fetch(`${gateway.adminUrl}/api/circuits/force`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ circuit: CIRCUIT, to: "open", forMs: 60_000, reason: "by the API" }),
  });
  await shows(page, "forced open");
  await page.waitForSelector("h1:has-text('by the API')");

  await page.locator("a.name").click();
  await page.waitForSelector(".exemplars:has-text('overloaded')");
  await page.fill("input[name=reason]", "the provider is well again");
  await page.click("button:has-text('Release')");
  await page.waitForSelector("text=Done: it is half-open.");
  expect(await stateByApi(gateway.adminUrl)).toBe("half-open");
  expect(problems).toEqual([]);
});

it("keeps what it has seen over a reload of the page and of the configuration", async () => {
  const mock = await mockFor();
  const gateway = await gatewayFor(mock);
  await (await chat(gateway, "gpt-5")).text();
  const { page } = await newPage();
  await page.goto(gateway.adminUrl);
  await shows(page, "closed");
  await page.locator("a.name").click();
  await page.waitForSelector(".facts");
  await page.fill("input[name=reason]", "drill 12");
  await page.click(".actions button");
  await page.waitForSelector(".events li:has-text('drill 12')");

  gateway.reload(
    parseConfig({
      providers: [{ name: "p", upstream: mock.url }],
      listen: { port: 0 },
      admin: { port: 0 },
      circuit: { errorThreshold: 0.5 },
    }),
  );
  await page.reload();

  await page.waitForSelector(".events li:has-text('drill 12')");
  gateway.circuits.get(CIRCUIT).force("closed", { forMs: 60_000, reason: "drill 13" });
  await page.waitForSelector(".events li:has-text('drill 13')");
});
