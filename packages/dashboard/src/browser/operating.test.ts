import { Circuits } from "recloser";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Dashboard, serveDashboard } from "../server/serve.js";
import { buildPage, newPage } from "../testing/chromium.js";

beforeAll(buildPage);

const served: Dashboard[] = [];
afterEach(async () => {
  for (const dashboard of served.splice(0)) await dashboard.close();
});

async function dashboardOf(
  circuits: Circuits,
  options: Parameters<typeof serveDashboard>[1] = {},
): Promise<Dashboard> {
  const dashboard = await serveDashboard(circuits, options);
  served.push(dashboard);
  return dashboard;
}

/** A registry whose clock can be put forward. */
function circuitsWithClock(): { circuits: Circuits; forward(ms: number): void } {
  let ahead = 0;
  return {
    circuits: new Circuits({ clock: { now: () => performance.now() + ahead } }),
    forward(ms) {
      ahead += ms;
    },
  };
}

describe("an operator's actions", () => {
  it("force a circuit open with a reason, which the log keeps, and expire by themselves", async () => {
    const { circuits, forward } = circuitsWithClock();
    const circuit = circuits.get("openai/gpt-5");
    const { url } = await dashboardOf(circuits);
    const { page, problems } = await newPage();
    await page.goto(`${url}/#/openai%2Fgpt-5`);

    await page.check("input[value=force-open]");
    await page.selectOption("select[name=for]", { label: "5 min" });
    await page.fill("input[name=reason]", "incident 4711");
    await page.click(".actions button");

    await page.waitForSelector("text=Done: it is forced open.");
    expect(circuit.state).toBe("forced-open");
    await page.waitForSelector("h1:has-text('was forced open by an operator')");
    expect(await page.locator("h1").innerText()).toMatch(
      /until \d\d:\d\d \(\d+ (s|min) left\): incident 4711/,
    );
    await page.waitForSelector(".events li:has-text('incident 4711')");

    forward(300_001);
    await page.waitForSelector("h1:has-text('is half-open')");
    expect(problems).toEqual([]);
  });

  it("release what was forced, and say why in the log", async () => {
    const { circuits } = circuitsWithClock();
    circuits.get("a/b").force("closed", { forMs: 600_000, reason: "for a test" });
    const { url } = await dashboardOf(circuits);
    const { page } = await newPage();
    await page.goto(`${url}/#/a%2Fb`);
    await page.waitForSelector("h1:has-text('was forced closed')");

    // Release is what is offered first.
    await page.fill("input[name=reason]", "the test is over");
    await page.click(".actions button:has-text('Release')");

    await page.waitForSelector("text=Done: it is closed.");
    expect(circuits.get("a/b").state).toBe("closed");
    await page.waitForSelector(".events li:has-text('released it: the test is over')");
  });

  it("let a circuit only observe for a time", async () => {
    const { circuits, forward } = circuitsWithClock();
    const circuit = circuits.get("a/b");
    const { url } = await dashboardOf(circuits);
    const { page } = await newPage();
    await page.goto(`${url}/#/a%2Fb`);

    await page.check("input[value=observe]");
    await page.fill("input[name=reason]", "watching the new threshold");
    await page.click(".actions button");

    await page.waitForSelector("text=and only observes.");
    expect(circuit.snapshot().mode).toBe("observe");
    await page.waitForSelector("h1:has-text('It only observes until')");
    forward(16 * 60_000);
    await page.waitForSelector(".events li:has-text('no longer only observes')");
  });

  it("need a reason", async () => {
    const { circuits } = circuitsWithClock();
    const circuit = circuits.get("a/b");
    const { url } = await dashboardOf(circuits);
    const { page } = await newPage();
    await page.goto(`${url}/#/a%2Fb`);

    await page.click(".actions button");
    expect(await page.evaluate(() => document.querySelector("input:invalid")?.getAttribute("name"))).toBe(
      "reason",
    );
    await page.fill("input[name=reason]", "   ");
    await page.click(".actions button");

    await page.waitForSelector(".report.failed:has-text('reason is missing or wrong')");
    expect(circuit.state).toBe("closed");
  });
});

describe("the connection", () => {
  it("says plainly that the page is stale, and comes back by itself with its history", async () => {
    const circuits = new Circuits();
    circuits.get("a/b").force("open", { forMs: 600_000, reason: "r" });
    const first = await dashboardOf(circuits);
    const { page } = await newPage();
    await page.goto(first.url);
    await page.waitForSelector("tr.line");

    await first.close();
    await page.waitForSelector("text=/No data since \\d\\d:\\d\\d:\\d\\d \\(\\d+ s\\): reconnecting/");
    expect(await page.title()).toMatch(/^Stale: /);
    circuits.get("a/b").release();
    await dashboardOf(circuits, { port: Number(new URL(first.url).port) });

    await page.waitForSelector(".stale-bar", { state: "detached" });
    await page.waitForSelector("tr.line:has-text('half-open')");
    expect(await page.title()).not.toMatch(/Stale/);
  });

  it("shows a change within two seconds", async () => {
    const circuits = new Circuits();
    const circuit = circuits.get("a/b");
    const { url } = await dashboardOf(circuits);
    const { page } = await newPage();
    await page.goto(url);
    await page.waitForSelector("tr.line:has-text('closed')");

    circuit.force("open", { forMs: 60_000, reason: "r" });

    await page.waitForSelector("tr.line:has-text('forced open')", { timeout: 2_000 });
  });

  it("shows a circuit that appears later", async () => {
    const circuits = new Circuits();
    const { url } = await dashboardOf(circuits);
    const { page } = await newPage();
    await page.goto(url);
    await page.waitForSelector("text=No circuit yet");

    circuits.get("late/one");

    await page.waitForSelector("a.name:has-text('late/one')");
  });

  it("asks for the token where there is one, keeps it out of the address, and does not take a wrong one", async () => {
    const circuits = new Circuits();
    circuits.get("a/b");
    const { url } = await dashboardOf(circuits, { token: "a-token-of-enough-length" });
    const { page } = await newPage();
    await page.goto(url);

    await page.fill("input[name=token]", "a-wrong-token");
    await page.click("text=Show");
    await page.waitForSelector("text=That is not the token.");
    expect(await page.locator("a.name").count()).toBe(0);
    await page.fill("input[name=token]", "a-token-of-enough-length");
    await page.click("text=Show");

    await page.waitForSelector("a.name");
    expect(page.url()).not.toContain("token");
    await page.locator("a.name").click();
    await page.fill("input[name=reason]", "r");
    await page.click(".actions button");
    await page.waitForSelector("text=Done: it is forced open.");
  });
});
