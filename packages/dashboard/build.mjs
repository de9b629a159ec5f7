// Builds the page into dist/page, unless it is newer than everything that it is made of. `--force` builds it all the same.
import { readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const ROOT = fileURLToPath(new URL(".", import.meta.url));
const OUT = join(ROOT, "dist/page");
const SOURCES = ["src/page", "src/contract", "src/words", "build.mjs", "package.json"];

function changedAt(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => changedAt(join(path, name))));
}

const newest = Math.max(...SOURCES.map((source) => changedAt(join(ROOT, source))));
if (changedAt(join(OUT, "index.html")) < newest || process.argv.includes("--force")) {
  // Built aside and moved: whoever reads meanwhile, or builds too, meets no half of it.
  const aside = `${OUT}-${process.pid}`;
  await build({
    configFile: false,
    logLevel: "warn",
    root: join(ROOT, "src/page"),
    // The page is served from a root of its own.
    base: "/",
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      outDir: aside,
      emptyOutDir: true,
      target: "es2022",
      assetsInlineLimit: 0,
      modulePreload: false,
      reportCompressedSize: false,
    },
  });
  const old = `${aside}-old`;
  if (changedAt(OUT) > 0) renameSync(OUT, old);
  renameSync(aside, OUT);
  rmSync(old, { recursive: true, force: true });
}
