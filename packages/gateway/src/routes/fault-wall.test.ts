import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { faultKinds } from "@recloser/mock-llm";
import { describe, expect, it } from "vitest";
import { ask, type Cell, faultWall, inWords, isWhole, MODES } from "../testing/fault-wall.js";

const PAGE = fileURLToPath(new URL("../../../../docs/fault-wall.md", import.meta.url));
const BLOCK = /(<!-- fault wall -->\n)[\s\S]*?(\n<!-- \/fault wall -->)/;
const REFUSALS = ["bad-request", "unauthorized", "context-length", "content-filter"];

function table(cells: readonly Cell[]): string {
  const rows = faultKinds.flatMap((fault) =>
    MODES.map((mode) => {
      const [without, having] = [false, true].map((fallback) =>
        cells.find((cell) => cell.fault === fault && cell.mode === mode && cell.fallback === fallback),
      );
      if (without === undefined || having === undefined) throw new Error(`no cell for ${fault}, ${mode}`);
      const verdicts = [...new Set([without.verdict, having.verdict])].join(", then ");
      const sent = `${having.attempts.first} + ${having.attempts.second}`;
      return `| \`${fault}\` | ${mode} | ${verdicts} | ${without.attempts.first} | ${inWords(without.saw, mode)} | ${sent} | ${inWords(having.saw, mode)} |`;
    }),
  );
  return [
    "| fault | caller | verdict | alone: requests | the caller gets | with a fallback: requests | the caller gets |",
    "|---|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

describe("the fault wall", () => {
  it("every fault, every caller, with and without a fallback", async () => {
    const { cells, gateways, mocks } = await faultWall();
    expect(cells).toHaveLength(faultKinds.length * MODES.length * 2);

    for (const { fault, mode, fallback, attempts, saw } of cells) {
      const what = `${fault}, ${mode}, ${fallback ? "with" : "without"} a fallback: ${inWords(saw, mode)}`;
      // No retry of a refusal; never more than one request to each.
      expect(attempts.first, what).toBe(1);
      expect(attempts.second, what).toBeLessThanOrEqual(fallback && !REFUSALS.includes(fault) ? 1 : 0);
      // A stream that ends cleanly is whole, or says that it is not; what is delivered complete is whole in any case.
      const claims = saw.status === 200 && saw.clean;
      if (claims && mode === "complete") expect(isWhole(saw, mode), what).toBe(true);
      if (claims && saw.text.includes("chat.completion.chunk")) {
        expect(isWhole(saw, mode) || saw.text.includes('"error"'), what).toBe(true);
      }
      // One answer, never two in a row.
      expect(saw.text.split("[DONE]").length, what).toBeLessThanOrEqual(2);
    }

    // Healthy afterwards: nothing in flight, everything settled, and the next call is answered.
    for (const [index, gateway] of gateways.entries()) {
      for (const { inFlight, totals } of gateway.circuits.snapshot()) {
        expect(inFlight.total).toBe(0);
        expect(totals.admitted).toBe(totals.settled + totals.aborted);
      }
      const mode = MODES[Math.floor(index / 2)] ?? "unary";
      expect(isWhole(await ask(gateway, "m", mode), mode)).toBe(true);
    }
    for (const mock of mocks) {
      await expect.poll(() => mock.attempts().every(({ end }) => end !== "pending")).toBe(true);
    }

    const page = readFileSync(PAGE, "utf8");
    const fresh = page.replace(BLOCK, (_, open: string, close: string) => open + table(cells) + close);
    if (process.env.UPDATE_DOCS === "1") writeFileSync(PAGE, fresh);
    else expect(fresh, "docs/fault-wall.md is stale; run this test with UPDATE_DOCS=1").toBe(page);
  }, 60_000);
});
