import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { timeLeft } from "../cli/progress.js";
import { documentOf } from "./document.js";
import { gather } from "./gather.js";
import { SIZES } from "./plan.js";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const MS_BETWEEN = 5_000;

/** What the figures depend on: the library and the lab, as they were built. */
function codeOf(): string {
  const hash = createHash("sha256");
  for (const folder of ["packages/recloser/dist", "packages/lab/dist"]) {
    const files = readdirSync(join(ROOT, folder), { recursive: true }).map(String).sort();
    // The document's own code changes no figure.
    for (const file of files)
      if (file.endsWith(".js") && !file.startsWith("evidence"))
        hash.update(readFileSync(join(ROOT, folder, file)));
  }
  return hash.digest("hex");
}

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    reduced: { type: "boolean", default: false },
    out: { type: "string", default: join(ROOT, "docs/evidence.md") },
  },
});
const startedAt = performance.now();
let saidAt = -Infinity;
const evidence = await gather({
  size: values.quick ? SIZES.quick : values.reduced ? SIZES.reduced : SIZES.full,
  threads: availableParallelism(),
  cache: join(ROOT, ".cache/evidence"),
  code: codeOf(),
  progress(share, what) {
    const now = performance.now();
    if (now - saidAt < MS_BETWEEN) return;
    saidAt = now;
    process.stderr.write(`${Math.floor(100 * share)} %, ${timeLeft(now - startedAt, share)} left, ${what}\n`);
  },
});
const { text, unexplained } = documentOf(evidence);
writeFileSync(values.out, text);
process.stderr.write(`Written: ${values.out}\n`);
if (unexplained.length > 0) {
  process.stderr.write(`Worse and unexplained: ${unexplained.join(", ")}; say why in evidence/why.ts.\n`);
  process.exitCode = 1;
}
