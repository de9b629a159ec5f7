import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { parseFault } from "./model-fault.js";
import { parseScript } from "./script-file.js";
import { mockFor } from "./testing/calls.js";
import { blocks } from "./testing/docs.js";
import { faultKinds } from "./types.js";

const page = await readFile(new URL("../../../docs/mock-llm.md", import.meta.url), "utf8");

describe("docs/mock-llm.md", () => {
  it("has a script that loads and runs", async () => {
    const scripts = blocks(page, "yaml");
    expect(scripts).toHaveLength(1);
    const script = parseScript(scripts[0] ?? "", "docs/mock-llm.md");
    expect(script.phases.map((phase) => phase.name)).toEqual([
      "healthy",
      "slow",
      "errors",
      "hang",
      "throttled",
      "dead",
      "healed",
    ]);
    const mock = await mockFor({ script });
    expect(mock.phase()?.name).toBe("healthy");
  });

  it("has a control endpoint for each line it shows", async () => {
    const mock = await mockFor();
    const lines = [
      ...page.matchAll(/curl -s (?:-X (\w+) )?'?localhost:8089(\S*?)'?(?: -d '(.*)')?(?:\s+#.*)?$/gm),
    ];
    expect(lines).toHaveLength(6);
    for (const [, method = "GET", path, body] of lines) {
      const response = await fetch(`${mock.url}${path}`, { method, ...(body === undefined ? {} : { body }) });
      expect(response.status).toBe(200);
    }
  });

  it("names every fault, and only faults that exist", () => {
    const table = page.slice(page.indexOf("## Faults"), page.indexOf("Fields of a fault"));
    for (const kind of faultKinds) expect(table).toContain(`\`${kind}\``);
    for (const [, fault = ""] of page.matchAll(/(?:mock-fault:|--fault )([\w@=.-]+)/g)) {
      if (fault !== "kind") expect(parseFault(fault, "docs").kind).toBeTruthy();
    }
  });
});
