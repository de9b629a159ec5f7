// @ts-nocheck
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type ClassificationRow, classificationTable } from "./classify.js";

const page = readFileSync(new URL("../../../../docs/classification.md", import.meta.url), "utf8");

it("docs/classification.md shows the table as it is", () => {
  const shown = page.split("\n").filter((line) => /^\| \d/.test(line));
  const actual = classificationTable.map(
    ({ id, when, verdict, reason }, i) =>
      `| ${i + 1} | \`${id}\` | ${when} | ${verdict} | ${reason ? `\`${reason}\`` : ""} |`,
  );
  expect(shown).toEqual(actual);
});

it("docs/classification.md explains every reason of the table", () => {
  for (const { reason } of classificationTable) {
    if (reason) expect(page).toMatch(new RegExp(`^\\* .*\`${reason}\``, "m"));
  }
});

it("the public table is plain data", () => {
  const keys: readonly (keyof ClassificationRow)[] = ["id", "when", "verdict", "reason"];
  for (const row of classificationTable) {
    for (const key of Object.keys(row)) expect(keys).toContain(key);
    expect(JSON.parse(JSON.stringify(row))).toEqual(row);
  }
});
