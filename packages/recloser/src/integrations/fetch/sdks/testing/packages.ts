import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const root = join(import.meta.dirname, "../../../../../../..");
const installed = join(root, "node_modules");
const newer = join(root, "test/newer-majors/node_modules");

interface Manifest {
  readonly version: string;
  readonly exports?: unknown;
  readonly module?: string;
  readonly main?: string;
}

function manifestOf(directory: string, name: string): Manifest {
  const file = join(directory, name, "package.json");
  if (!existsSync(file)) throw new Error(`${file} is missing; run node scripts/setup.mjs.`);
  return JSON.parse(readFileSync(file, "utf8")) as Manifest;
}

/** The version of a package that the workspace has installed. */
export function versionOf(name: string): string {
  return manifestOf(installed, name).version;
}

/** The newest major of a package, which asks for a newer Node than the workspace, and its version. */
export async function newest<T>(name: string): Promise<{ readonly version: string; readonly module: T }> {
  const manifest = manifestOf(newer, name);
  const entry = entryOf(manifest.exports) ?? manifest.module ?? manifest.main ?? "index.js";
  const url = pathToFileURL(join(newer, name, entry)).href;
  return { version: manifest.version, module: (await import(/* @vite-ignore */ url)) as T };
}

/** The file that `import` of a package's name gives. */
function entryOf(exports: unknown): string | undefined {
  if (typeof exports === "string") return exports;
  if (typeof exports !== "object" || exports === null) return undefined;
  for (const [condition, target] of Object.entries(exports)) {
    if (![".", "node", "import", "default"].includes(condition)) continue;
    const entry = entryOf(target);
    if (entry !== undefined) return entry;
  }
  return undefined;
}
