import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll } from "vitest";

const COMMANDS = ["chromium", "chromium-browser", "google-chrome"];

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];

let browser: Promise<Browser> | undefined;

afterAll(async () => {
  await (await browser)?.close();
  browser = undefined;
});

/** Builds the page, unless it is built. */
export function buildPage(): void {
  const script = fileURLToPath(new URL("../../build.mjs", import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script], { encoding: "utf8" });
  if (status !== 0) throw new Error(`The page cannot be built: ${stderr}`);
}

/** A page of a browser of its own profile, and what went wrong in it. */
export async function newPage(
  options: BrowserContextOptions = {},
): Promise<{ page: Page; problems: string[] }> {
  browser ??= chromium.launch({ executablePath: executable(), args: FLAGS });
  const context = await (await browser).newContext({
    viewport: { width: 1360, height: 850 },
    timezoneId: "UTC",
    locale: "en-GB",
    ...options,
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  return { page, problems };
}

function executable(): string {
  const own = process.env.CHROMIUM;
  const candidates = own === undefined || own === "" ? COMMANDS : [own];
  for (const command of candidates) {
    const { stdout, status } = spawnSync("sh", ["-c", 'command -v "$0"', command], { encoding: "utf8" });
    if (status === 0) return stdout.trim();
  }
  throw new Error("No Chromium was found; run: node scripts/setup.mjs chromium");
}
