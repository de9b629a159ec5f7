// @ts-nocheck
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";

/** The library as plain JavaScript in a directory of its own, for tests that need another process. */
export function librarySource(): { readonly url: string; readonly remove: () => void } {
  const from = fileURLToPath(new URL("..", import.meta.url));
  const to = mkdtempSync(join(tmpdir(), "recloser-"));
  writeFileSync(join(to, "package.json"), '{ "type": "module" }');
  for (const file of readdirSync(from, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts") || file.includes("test") || file.startsWith("integrations")) continue;
    const { outputText } = ts.transpileModule(readFileSync(join(from, file), "utf8"), {
      compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
    });
    mkdirSync(dirname(join(to, file)), { recursive: true });
    writeFileSync(join(to, file.replace(/\.ts$/, ".js")), outputText);
  }
  const remove = (): void => rmSync(to, { recursive: true, force: true });
  return { url: pathToFileURL(join(to, "index.js")).href, remove };
}
