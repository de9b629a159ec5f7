import { readFile } from "node:fs/promises";
import { isNode, LineCounter, parseDocument } from "yaml";
import { check, MockConfigError } from "./check.js";
import { scriptSchema } from "./schema.js";
import type { Script } from "./types.js";

/** Reads and checks a YAML script. Throws {@link MockConfigError} with the file and, where known, the line. */
export async function loadScript(file: string): Promise<Script> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code ?? String(error)})`;
    throw new MockConfigError(`Script ${file}: ${why}; check the path.`);
  }
  return parseScript(text, file);
}

/** `name` is what messages call the text. */
export function parseScript(text: string, name = "script"): Script {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problem = document.errors[0];
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    const reason = problem.message.split("\n")[0] ?? "";
    throw new MockConfigError(
      `${name}, line ${line}, column ${col}: not valid YAML (${reason}); correct that line.`,
    );
  }
  try {
    return check(scriptSchema, document.toJS({ maxAliasCount: 100 }) ?? undefined, name);
  } catch (error) {
    if (!(error instanceof MockConfigError)) {
      throw new MockConfigError(`${name}: not usable YAML (${(error as Error).message}); simplify it.`);
    }
    throw new MockConfigError(withLine(error, name, lineOf(error.path)), error.path);
  }

  // A missing field has no place of its own: its nearest parent that is there stands in.
  function lineOf(path: readonly (string | number)[]): number | undefined {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return undefined;
  }
}

function withLine(error: MockConfigError, name: string, line: number | undefined): string {
  if (line === undefined || !error.message.startsWith(name)) return error.message;
  return `${name}, line ${line}${error.message.slice(name.length)}`;
}
