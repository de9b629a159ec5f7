// What `npm run reference` runs: writes docs/reference/ from the docstrings.
//   --check   writes nothing, and fails when the pages are not what it would write
//   --json    writes nothing, and prints what was read
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readReference } from "./reference/read.mjs";
import { writePages } from "./reference/write.mjs";

const directory = join(import.meta.dirname, "..", "docs", "reference");
const [mode = "--write"] = process.argv.slice(2);

function read(name) {
  return readFileSync(join(directory, name), "utf8");
}

function stalePages(pages) {
  mkdirSync(directory, { recursive: true });
  const there = new Map(readdirSync(directory).map((name) => [name, read(name)]));
  const names = new Set([...pages.keys(), ...there.keys()]);
  return [...names].filter((name) => pages.get(name) !== there.get(name));
}

function write(pages) {
  const stale = stalePages(pages);
  for (const name of stale) {
    const text = pages.get(name);
    if (text === undefined) rmSync(join(directory, name));
    else writeFileSync(join(directory, name), text);
  }
  console.log(`docs/reference: ${pages.size} pages, ${stale.length} changed`);
}

function check(pages) {
  const stale = stalePages(pages);
  if (stale.length === 0) return;
  console.error(
    `docs/reference is not what the docstrings say: ${stale.join(", ")}. Run \`npm run reference\`.`,
  );
  process.exitCode = 1;
}

switch (mode) {
  case "--write":
    write(writePages(readReference()));
    break;
  case "--check":
    check(writePages(readReference()));
    break;
  case "--json":
    process.stdout.write(`${JSON.stringify(readReference())}\n`);
    break;
  default:
    console.error(`reference: there is no ${mode}; give --check, --json, or nothing to write the pages.`);
    process.exitCode = 1;
}
