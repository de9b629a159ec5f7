import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { BrowserContextOptions } from "playwright-core";
import { beforeAll, expect, it } from "vitest";
import { buildPage, newPage } from "../testing/chromium.js";
import { fleet, OUTAGE_AT } from "../testing/fleet.js";
import { serving } from "../testing/serving.js";
import type { World } from "../testing/world.js";

/** The pictures of docs/on-call-page.md. `UPDATE_PICTURES=1` writes them anew. */
const PICTURES = fileURLToPath(new URL("../../../../docs/img/", import.meta.url));
const UPDATE = process.env.UPDATE_PICTURES === "1";
const MOST_BYTES = 250_000;
const CIRCUIT = "openai/gpt-5";
const DESKTOP = { viewport: { width: 1280, height: 720 } };

beforeAll(buildPage);

function healthy(): World {
  const world = fleet({ outage: false });
  world.runUntil(58 * 60_000);
  return world;
}

/** One hour for all pictures of it: they are taken in its order. */
let outage: World | undefined;

function inOutage(state: "open" | "half-open"): World {
  if (outage === undefined) {
    outage = fleet({ outage: true });
    outage.runUntil(OUTAGE_AT + 150_000);
  }
  const { circuits, board } = outage;
  outage.runUntil(OUTAGE_AT + 400_000, () => circuits.get(CIRCUIT).state === state);
  // The board has heard of it, and looked.
  board.tick();
  return outage;
}

interface Picture {
  readonly name: string;
  readonly world: () => World;
  readonly sentence: RegExp;
  readonly browser: BrowserContextOptions;
  readonly circuit?: string;
}

const pictures: readonly Picture[] = [
  { name: "healthy", world: healthy, sentence: /^All 7 circuits are closed\./, browser: DESKTOP },
  { name: "open", world: () => inOutage("open"), sentence: /^openai\/gpt-5 is open since/, browser: DESKTOP },
  {
    name: "detail",
    world: () => inOutage("open"),
    sentence: /^openai\/gpt-5 is open since/,
    browser: { viewport: { width: 1280, height: 1000 } },
    circuit: CIRCUIT,
  },
  {
    name: "phone",
    world: () => inOutage("open"),
    sentence: /^openai\/gpt-5 is open since/,
    browser: { viewport: { width: 390, height: 780 } },
  },
  {
    name: "half-open",
    world: () => inOutage("half-open"),
    sentence: /^openai\/gpt-5 is half-open/,
    browser: { ...DESKTOP, colorScheme: "dark" },
  },
];

it.each(pictures)(
  "the picture of $name shows what the docs say",
  async ({ name, world, sentence, browser, circuit }) => {
    const { url } = await serving(world().board);
    const { page, problems } = await newPage(browser);

    await page.goto(circuit === undefined ? url : `${url}/#/${encodeURIComponent(circuit)}`);
    await page.waitForSelector(circuit === undefined ? "tr.line" : "canvas");
    const picture = await page.screenshot();

    expect((await page.locator("h1").innerText()).trim()).toMatch(sentence);
    expect(problems).toEqual([]);
    const file = `${PICTURES}on-call-${name}.png`;
    if (UPDATE) {
      mkdirSync(PICTURES, { recursive: true });
      writeFileSync(file, picture);
    }
    expect(picture.length).toBeGreaterThan(10_000);
    expect(statSync(file).size).toBeLessThan(MOST_BYTES);
  },
);
