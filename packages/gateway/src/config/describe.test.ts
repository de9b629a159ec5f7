import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { describeConfig } from "./describe.js";
import { parseConfig } from "./load.js";
import type { ConfigInput } from "./schema.js";

const page = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../../../docs/${name}`, import.meta.url)), "utf8");

describe("the pages", () => {
  it("docs/configuration.md lists the options as they are", () => {
    // To renew it: put what describeConfig() returns between the two marks.
    const [, listed] = /<!-- options -->\n([\s\S]*)\n<!-- \/options -->/.exec(page("configuration.md")) ?? [];
    expect(listed?.trim()).toBe(describeConfig());
  });

  it.each(["configuration.md", "gateway.md"])("the YAML in docs/%s is valid", (name) => {
    const blocks = [...page(name).matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml ?? "");
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) expect(() => parseConfig(parse(block) as ConfigInput)).not.toThrow();
  });
});
