import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { PAGE } from "./server/files.js";
import { buildPage } from "./testing/chromium.js";

const MOST_BYTES = 60 * 1024;

beforeAll(buildPage);

function files(): string[] {
  return readdirSync(PAGE, { recursive: true, encoding: "utf8" })
    .filter((name) => name.includes("."))
    .map((name) => join(PAGE, name));
}

describe("the page's bundle", () => {
  it("is under 60 KB gzipped, all in all", () => {
    const bytes = files().reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0);

    expect(bytes).toBeLessThan(MOST_BYTES);
    expect(bytes).toBeGreaterThan(10_000);
  });

  it("asks nothing of anybody else, and has nothing inline", () => {
    const html = readFileSync(join(PAGE, "index.html"), "utf8");
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|style=/);
    for (const file of files()) {
      const text = readFileSync(file, "utf8");
      // Names of XML namespaces are no addresses.
      const addresses = [...text.matchAll(/https?:\/\/[^\s"'`)]+/g)].map(([address]) => address);
      expect(addresses.filter((address) => !address.startsWith("http://www.w3.org/"))).toEqual([]);
    }
  });
});
