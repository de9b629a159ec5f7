import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type FaultKind, faultKinds } from "@recloser/mock-llm";
import { describe, expect, it } from "vitest";
import { ask, type Cell, faultWall, LIMITS, MODES } from "../testing/fault-wall.js";
import { WALL_FORMATS } from "../testing/wall-formats.js";
import {
  after,
  hasError,
  inWords,
  isBlocked,
  isWhole,
  terminals,
  toldInside,
  untimed,
  wallTable,
} from "../testing/wall-words.js";

const PAGE = fileURLToPath(new URL("../../../../docs/fault-wall.md", import.meta.url));
const BLOCK = /(<!-- fault wall -->\n)[\s\S]*?(\n<!-- \/fault wall -->)/;
/** The verdict of each: all are the caller's own, and none is asked of anybody twice. */
const REFUSALS: Partial<Record<FaultKind, string>> = {
  "bad-request": "invalid-request",
  unauthorized: "auth",
  "context-length": "context-length",
  "content-filter": "content-filter",
};
/** Beyond the longest limit: for a machine that has other things to do. */
const SLACK_MS = 5_000;

/** What must be true of every call, whatever its fault, its format and its caller. */
function obeys(cell: Cell): void {
  const { format, fault, mode, fallback, attempts, verdict, saw } = cell;
  const refusal = REFUSALS[fault];
  const well = fault === "slow-first-token";

  // No hang.
  expect(saw.tookMs).toBeLessThan(LIMITS.timeoutMs + SLACK_MS);
  // Bounded attempts; a refusal, and a call that goes well, is asked of nobody else.
  expect(attempts.first).toBe(1);
  expect(attempts.second).toBeLessThanOrEqual(fallback && refusal === undefined && !well ? 1 : 0);
  // The circuit learns what happened.
  // Anthropic tells a content filter by words alone; Gemini's is a 200 like any other, given by a provider that is well.
  if (isBlocked(cell)) expect(verdict).toBe("success");
  else if (refusal !== undefined) expect([refusal, "invalid-request"]).toContain(verdict);
  else expect(verdict === "success").toBe(well);
  // One answer, never two in a row.
  expect(terminals(format, saw.text)).toBeLessThanOrEqual(1);

  if (refusal !== undefined) {
    // As the provider said it.
    expect(isBlocked(cell) || (saw.status >= 400 && saw.status < 500)).toBe(true);
    expect(saw).toMatchObject({ clean: true, by: "a" });
    return;
  }
  if (well) expect(isWhole(cell)).toBe(true);
  // What has a fallback and has not been seen yet is whole; `complete` never gives a 200 that is none.
  const seen = mode === "stream" && /^(?:event|data):/m.test(saw.text);
  if (fallback && !seen) expect(isWhole(cell)).toBe(true);
  if (mode === "complete" && saw.status === 200) expect(isWhole(cell)).toBe(true);
  if (mode === "stream" && saw.status === 200 && seen) {
    // A clean end is whole, or says that it is not. Any other says so too, inside, before the connection breaks.
    if (saw.clean) expect(isWhole(cell) || hasError(saw.text)).toBe(true);
    else expect(toldInside(saw.text)).toMatch(/^upstream_/);
  }
  if (mode === "unary" && saw.status === 200 && saw.clean && !isWhole(cell)) {
    // The provider's own word, passed on as it came.
    expect(["stream-error", "malformed", "empty"]).toContain(fault);
  }
}

describe("the fault wall", () => {
  it("every fault, format and caller, with and without a fallback", async () => {
    const wall = await faultWall();
    const cells = wall.flatMap((stretch) => stretch.cells);
    expect(cells).toHaveLength(WALL_FORMATS.length * faultKinds.length * MODES.length * 2);

    const broken = cells.flatMap((cell) => {
      try {
        obeys(cell);
        return [];
      } catch (error) {
        const { format, fault, mode, fallback } = cell;
        const what = `${format.name}, ${fault}, ${mode}, ${fallback ? "with" : "without"} a fallback`;
        return [`${what}: ${inWords(cell)}${after(cell)}: ${(error as Error).message.split("\n")[0]}`];
      }
    });
    expect(broken).toEqual([]);

    // Healthy afterwards: nothing in flight, everything settled, no bug, and the next call is answered.
    const next = wall.map(async ({ format, mode, gateway, mocks }) => {
      for (const { inFlight, totals } of gateway.circuits.snapshot()) {
        expect(inFlight.total).toBe(0);
        expect(totals.admitted).toBe(totals.settled + totals.aborted);
      }
      const saw = await ask(gateway, format, "m", mode);
      expect(isWhole({ format, mode, saw })).toBe(true);
      expect(gateway.lines.filter((line) => line.includes('"bug"'))).toEqual([]);
      for (const mock of mocks) {
        await expect.poll(() => mock.attempts().every(({ end }) => end !== "pending")).toBe(true);
      }
    });
    await Promise.all(next);

    const page = readFileSync(PAGE, "utf8");
    const table = wallTable(cells, faultKinds, MODES);
    const fresh = page.replace(BLOCK, (_, open: string, close: string) => open + table + close);
    if (process.env.UPDATE_DOCS === "1") writeFileSync(PAGE, fresh);
    else {
      const stale = "docs/fault-wall.md is stale; run this test with UPDATE_DOCS=1";
      expect(untimed(fresh), stale).toBe(untimed(page));
    }
  }, 90_000);
});
