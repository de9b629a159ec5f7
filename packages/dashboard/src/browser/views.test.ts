import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { axeViolations } from "../testing/axe.js";
import { buildPage, newPage } from "../testing/chromium.js";
import { fleet, OUTAGE_AT } from "../testing/fleet.js";
import { serving } from "../testing/serving.js";
import type { World } from "../testing/world.js";

const CIRCUIT = "openai/gpt-5";

let world: World;

beforeAll(() => {
  buildPage();
  world = fleet({ outage: true });
  const state = () => world.circuits.get(CIRCUIT).state;
  world.runUntil(OUTAGE_AT + 120_000);
  world.runUntil(OUTAGE_AT + 300_000, () => state() === "open");
});

async function overview(
  options: Parameters<typeof newPage>[0] = {},
): Promise<{ page: Page; problems: string[] }> {
  const { url } = await serving(world.board);
  const opened = await newPage(options);
  await opened.page.goto(url);
  await opened.page.waitForSelector("tr.line");
  return opened;
}

function names(page: Page): Promise<string[]> {
  return page.locator("a.name").allTextContents();
}

describe("the overview", () => {
  it("says first, in a sentence, what is open, since when, why, what comes next and what is spared", async () => {
    const { page, problems } = await overview();

    const sentence = (await page.locator("h1").innerText()).trim();

    expect(sentence).toMatch(
      /^openai\/gpt-5 is open since 14:01 \(\d+ (s|min)\): \d+ of \d+ calls failed within [\d.]+ s, last: 503 server_is_overloaded.*\. Next probe in \d+ s\. \d+ calls spared\.$/,
    );
    expect(await page.title()).toBe("1 open – Recloser");
    expect(problems).toEqual([]);
  });

  it("has a row for each circuit, worst first, with a word for each state", async () => {
    const { page } = await overview();

    expect((await names(page)).slice(0, 3)).toEqual([
      CIRCUIT,
      "anthropic/claude-opus-4-5",
      "anthropic/claude-haiku-4-5",
    ]);
    const states = await page.locator("tr.line .state").allInnerTexts();
    expect(states.map((state) => state.trim())).toEqual(["open", "limited", ...Array(5).fill("closed")]);
    const slow = await page.locator("tr.line", { hasText: "claude-opus" }).innerText();
    expect(slow).toMatch(/×\d\.\d/);
    expect(slow).toContain("slowness 100 %");
  });

  it("marks states by shape, not by colour alone", async () => {
    const { page } = await overview();

    const shapes = await page
      .locator("tr.line .state .mark")
      .evaluateAll((marks) => marks.map((mark) => mark.firstElementChild?.tagName));

    expect(shapes.slice(0, 3)).toEqual(["rect", "path", "circle"]);
  });

  it("is filtered by name and state", async () => {
    const { page } = await overview();

    await page.fill("#filter", "gpt closed");

    expect(await names(page)).toEqual(["openai/gpt-5-mini"]);
    await page.fill("#filter", "nothing like it");
    expect(await page.locator("text=No circuit matches.").count()).toBe(1);
  });
});

describe("everybody can read it", () => {
  for (const colorScheme of ["light", "dark"] as const) {
    it(`axe finds no violation: ${colorScheme}, overview and detail`, async () => {
      const { page } = await overview({ colorScheme });
      expect(await axeViolations(page)).toEqual([]);

      await page.locator("a.name").first().click();
      await page.waitForSelector("canvas");
      expect(await axeViolations(page)).toEqual([]);
    });
  }

  it("follows the system's theme until another is chosen, and remembers the choice", async () => {
    const { page } = await overview({ colorScheme: "dark" });
    const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await back();

    await page.selectOption(".theme select", "light");
    const light = await back();
    await page.reload();
    await page.waitForSelector("tr.line");

    expect(light).not.toBe(dark);
    expect(await back()).toBe(light);
  });

  it("works with the keyboard alone", async () => {
    const { page } = await overview();
    const focused = () => page.evaluate(() => document.activeElement?.textContent);

    await page.keyboard.press("ArrowDown");
    expect(await focused()).toBe(CIRCUIT);
    await page.keyboard.press("ArrowDown");
    expect(await focused()).toBe("anthropic/claude-opus-4-5");
    await page.keyboard.press("Enter");
    await page.waitForSelector("canvas");
    expect(await focused()).toMatch(/^ ?anthropic\/claude-opus-4-5 is limited/);
    await page.keyboard.press("Escape");
    await page.waitForSelector("tr.line");
    expect(await focused()).toBe("anthropic/claude-opus-4-5");
    await page.keyboard.press("/");
    await page.keyboard.type("haiku");
    expect(await names(page)).toEqual(["anthropic/claude-haiku-4-5"]);
  });

  for (const view of ["overview", "detail"] as const) {
    it(`fits a phone: ${view}`, async () => {
      const { page } = await overview({
        viewport: { width: 360, height: 740 },
        hasTouch: true,
        isMobile: true,
      });
      if (view === "detail") {
        await page.locator("a.name").first().click();
        await page.waitForSelector("canvas");
      }

      const widest = await page.evaluate(() => document.documentElement.scrollWidth);

      expect(widest).toBeLessThanOrEqual(360);
      expect(await axeViolations(page)).toEqual([]);
    });
  }
});

describe("one circuit", () => {
  it("shows the hour in charts, the events and the calls that failed", async () => {
    const { page, problems } = await overview();

    await page.locator("a.name").first().click();
    await page.waitForSelector("canvas");

    const titles = await page.locator("figcaption .title").allInnerTexts();
    expect(titles).toEqual([
      "State, last hour",
      "Meters",
      "Calls a minute",
      "Time to the first token",
      "Time to the whole answer",
      "Calls in flight",
    ]);
    expect(await page.locator(".plot").nth(1).getAttribute("aria-label")).toMatch(
      /answered \d+, overloaded \d+/,
    );
    expect(await page.locator(".events li").first().innerText()).toMatch(/probes failed since/);
    expect(await page.locator(".exemplars").innerText()).toContain("503 server_is_overloaded");
    expect(problems).toEqual([]);
  });

  it("has an address that can be sent to a colleague", async () => {
    const { url } = await serving(world.board);
    const { page } = await newPage();

    await page.goto(`${url}/#/${encodeURIComponent(CIRCUIT)}`);

    await page.waitForSelector("canvas");
    expect(await page.locator("h1").innerText()).toContain("openai/gpt-5 is open");
  });

  it("says so when there is none of that name", async () => {
    const { url } = await serving(world.board);
    const { page } = await newPage();

    await page.goto(`${url}/#/no%2Fsuch`);

    await page.waitForSelector("text=There is no circuit no/such");
  });
});
