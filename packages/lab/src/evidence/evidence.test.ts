import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Estimate } from "../figures/stats.js";
import { documentOf, type Evidence } from "./document.js";
import { type GatherOptions, gather } from "./gather.js";
import { SIZES } from "./plan.js";
import type { Row } from "./runs.js";
import { judge } from "./verdict.js";

const cache = mkdtempSync(join(tmpdir(), "evidence-"));
const options: GatherOptions = { size: SIZES.quick, threads: 1, cache, code: "1", progress() {} };

const exactly = (mean: number, half = 0): Estimate => ({ mean, half, never: 0 });
const never: Estimate = { mean: null, half: null, never: 2 };
const row = (policy: string, figures: Row["figures"]): Row => ({
  policy,
  title: policy,
  workers: 1,
  figures,
});

describe("judge", () => {
  const verdict = (own: Estimate, theirs: Estimate, figure: string, opened = 100) =>
    judge(
      [
        row("consecutive", { [figure]: theirs, opened: exactly(opened) }),
        row("oracle", { [figure]: exactly(0) }),
        row("recloser", { [figure]: own }),
      ],
      figure,
    )?.verdict;

  it("says worse or better only where the intervals do not touch, and lets the oracle out", () => {
    expect(verdict(exactly(5, 1), exactly(7, 0.5), "open")).toBe("better");
    expect(verdict(exactly(5, 1), exactly(7, 1.5), "open")).toBe("equal");
    expect(verdict(exactly(9, 1), exactly(7, 0.5), "open")).toBe("worse");
    expect(verdict(exactly(90, 1), exactly(70, 1), "ok")).toBe("better");
  });

  it("takes never for longer than any time, and two nevers for the same", () => {
    expect(verdict(exactly(5), never, "open")).toBe("better");
    expect(verdict(never, exactly(500), "open")).toBe("worse");
    expect(verdict(never, never, "open")).toBe("equal");
  });

  it("does not praise a policy for closing soon that never opened", () => {
    expect(verdict(exactly(9), exactly(0), "recover", 0)).toBeUndefined();
    expect(verdict(exactly(9), exactly(0), "recover", 100)).toBe("worse");
  });
});

describe("the document", () => {
  let evidence: Evidence;
  beforeAll(async () => {
    evidence = await gather(options);
  });

  it("has every section, a verdict on each figure, and says how small the run was", () => {
    const { text } = documentOf(evidence);
    for (const part of [
      "## Targets",
      "### Dead",
      "## Where Recloser is not best",
      "## Parts",
      "## Agreement",
    ])
      expect(text).toContain(part);
    expect(text).toMatch(/^\| \*Recloser\* \|( (better|equal|worse|–) \|)+$/m);
    expect(text).toContain("This is not the full run");
    // Agreement: a row for each fleet.
    expect(text).toMatch(/^\| 1 \| \d.*\n\| 4 \| \d/m);
  });

  it("is the same from what was kept as from a new run", async () => {
    const kept = readdirSync(cache).length;
    expect(kept).toBeGreaterThan(0);
    expect(documentOf(await gather(options)).text).toBe(documentOf(evidence).text);
    expect(readdirSync(cache)).toHaveLength(kept);
    const fresh = await gather({ ...options, cache: undefined });
    expect(documentOf(fresh).text).toBe(documentOf(evidence).text);
  });

  it("reports a worse cell that nobody has explained", () => {
    const [section] = evidence.sections;
    if (section === undefined) throw new RangeError("There is no section.");
    const rows = section.rows.map((each) => ({
      ...each,
      figures: { ...each.figures, wasted: exactly(each.policy === "recloser" ? 99 : 1) },
    }));
    const worse = { ...evidence, sections: [{ ...section, rows }] };
    const nobody = () => undefined;
    expect(documentOf(worse, nobody).unexplained).toContain("dead/wasted");
    expect(documentOf(worse, nobody).text).toContain("**unexplained**");
    expect(documentOf(worse, () => "Because.").unexplained).toEqual([]);
  });
});
