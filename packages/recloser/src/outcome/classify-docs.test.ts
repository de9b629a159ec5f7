import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { classificationTable } from "./classify.js";

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
