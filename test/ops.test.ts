import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { parse } from "yaml";

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const unpacked = at("node_modules/.cache/recloser/usr/bin/promtool");
const PROMTOOL = process.env.PROMTOOL ?? (existsSync(unpacked) ? unpacked : "promtool");
const RULES = "ops/recloser.rules.yml";

interface Rule {
  readonly alert?: string;
  readonly expr: string;
  readonly annotations?: Readonly<Record<string, string>>;
}
const { groups } = parse(readFileSync(at(RULES), "utf8")) as {
  groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const alerts = rules.flatMap(({ alert, ...rule }) => (alert === undefined ? [] : [{ alert, ...rule }]));

it.each([
  ["check", RULES],
  ["test", "ops/recloser.rules.test.yml"],
])("promtool %s rules %s", (what, file) => {
  const { status, stdout, stderr, error } = spawnSync(PROMTOOL, [what, "rules", at(file)], {
    encoding: "utf8",
  });
  expect(error).toBeUndefined();
  expect(status, stdout + stderr).toBe(0);
});

it("every alert has its test, and its part of the runbook under the address that it gives", () => {
  const tests = readFileSync(at("ops/recloser.rules.test.yml"), "utf8");
  const headings = [...readFileSync(at("docs/runbook.md"), "utf8").matchAll(/^## (\S+)$/gm)].map(
    ([, name]) => name,
  );
  expect(headings.sort()).toEqual(alerts.map(({ alert }) => alert).sort());
  for (const { alert, annotations } of alerts) {
    expect(annotations?.runbook_url).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
    expect(tests).toContain(`alertname: ${alert}`);
  }
});

it("every metric that a rule asks for is one that the gateway exports", () => {
  const source = readFileSync(at("packages/gateway/src/admin/metrics.ts"), "utf8");
  const asked = new Set(rules.flatMap(({ expr }) => expr.match(/(?<!:)\b(?:recloser|process)_\w+/g) ?? []));
  expect(asked.size).toBeGreaterThan(4);
  for (const name of asked) expect(source).toContain(`"${name}"`);
});
