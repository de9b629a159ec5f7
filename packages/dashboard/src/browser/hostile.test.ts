import { Circuits } from "recloser";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Dashboard, serveDashboard } from "../server/serve.js";
import { buildPage, newPage } from "../testing/chromium.js";

beforeAll(buildPage);

let dashboard: Dashboard | undefined;
afterEach(async () => {
  await dashboard?.close();
});

const NASTY = [
  `<img src=x onerror="globalThis.hacked=1">`,
  `"><script>globalThis.hacked=1</script>`,
  "javascript:globalThis.hacked=1//",
  "' onmouseover='globalThis.hacked=1",
  "</style><svg/onload=globalThis.hacked=1>",
  "{{constructor.constructor('globalThis.hacked=1')()}}",
  "../../etc/passwd",
  "%3Cscript%3E",
  "#/other",
  "a?circuit=b&c=d",
  "\u202egpt-5\u202d",
  "__proto__",
  "constructor",
  "𝕊urrogate 🧨",
  "x".repeat(400),
];

describe("nothing that others write becomes markup", () => {
  it("not a name, an error's detail, a meter, or an operator's reason", async () => {
    const circuits = new Circuits({
      detector: () => ({
        succeeded() {},
        failed() {},
        trip: () => undefined,
        meters: () => [{ name: NASTY[0] ?? "", level: 0.7, sentence: NASTY[1] ?? "" }],
        reset() {},
      }),
    });
    dashboard = await serveDashboard(circuits);
    for (const name of NASTY) {
      const admission = circuits.get(name).admit();
      if (admission.ok)
        admission.permit.settle({
          verdict: "failure",
          reason: "server-error",
          detail: `500 ${NASTY.join(" ")}`,
        });
      circuits.get(name).force("open", { forMs: 600_000, reason: NASTY[1] ?? "" });
    }
    const { page, problems } = await newPage({ viewport: { width: 800, height: 900 } });
    await page.goto(dashboard.url);
    await page.waitForFunction((n) => document.querySelectorAll("a.name").length === n, NASTY.length);

    const shown = await page.locator("a.name").allTextContents();
    expect([...shown].sort()).toEqual([...NASTY].sort());
    for (const name of NASTY) {
      await page.goto(`${dashboard.url}/#/${encodeURIComponent(name)}`);
      await page.waitForSelector(".facts");
      expect(await page.locator("h1 bdi").first().textContent()).toBe(name);
      await page.waitForSelector(".events li");
    }

    expect(await page.evaluate(() => "hacked" in globalThis)).toBe(false);
    expect(await page.locator("main img, main script, main style").count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    // A violation of the policy would be an error in the console.
    expect(problems).toEqual([]);
  });

  it("and the policy would stop what got through: no inline script, nothing from elsewhere, no markup from text", async () => {
    dashboard = await serveDashboard(new Circuits());
    const { page } = await newPage();
    await page.goto(dashboard.url);

    const tried = await page.evaluate(async () => {
      const blocked: string[] = [];
      const fetchBlocked = new Promise<void>((resolve) => {
        addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
          blocked.push(effectiveDirective);
          if (effectiveDirective === "connect-src") resolve();
        });
      });
      const script = document.createElement("script");
      try {
        script.textContent = "globalThis.hacked = 1";
      } catch {
        blocked.push("text of a script");
      }
      document.body.append(script);
      try {
        document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='globalThis.hacked=1'>");
      } catch {
        blocked.push("markup");
      }
      await fetch("http://127.0.0.1:9/").catch(() => blocked.push("fetch"));
      await fetchBlocked;
      return { blocked, hacked: "hacked" in globalThis };
    });

    expect(tried.hacked).toBe(false);
    expect(tried.blocked).toEqual(
      expect.arrayContaining(["text of a script", "markup", "fetch", "connect-src"]),
    );
  });
});
