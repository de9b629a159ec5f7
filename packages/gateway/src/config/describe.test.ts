import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { describeConfig } from "./describe.js";
import { parseConfig } from "./load.js";
import type { ConfigInput } from "./schema.js";

const pathOf = (name: string) => fileURLToPath(new URL(`../../../../docs/${name}`, import.meta.url));
const page = (name: string) => readFileSync(pathOf(name), "utf8");

describe("the pages", () => {
  it("docs/configuration.md lists the options as they are", () => {
    // To renew it: run this test with UPDATE_DOCS=1.
    const text = page("configuration.md");
    const fresh = text.replace(
      /(<!-- options -->\n)[\s\S]*(\n<!-- \/options -->)/,
      (_, open: string, close: string) => `${open}\n${describeConfig()}\n${close}`,
    );
    if (process.env.UPDATE_DOCS === "1") writeFileSync(pathOf("configuration.md"), fresh);
    else expect(fresh).toBe(text);
  });

  it.each(["configuration.md", "gateway.md", "operations.md", "journal.md"])(
    "the YAML in docs/%s is valid",
    (name) => {
      const blocks = [...page(name).matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml ?? "");
      expect(blocks.length).toBeGreaterThan(0);
      for (const block of blocks) expect(() => parseConfig(parse(block) as ConfigInput)).not.toThrow();
    },
  );
});
