// @ts-nocheck
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, describe, expect, it } from "vitest";

// Every block marked `ts` in the README and in docs/ is a module that must compile against the built packages.
const root = process.cwd();
const pages = [
  "README.md",
  ...readdirSync("docs")
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

interface Snippet {
  readonly page: string;
  readonly line: number;
  readonly code: string;
}

function snippetsOf(page: string): Snippet[] {
  const text = readFileSync(page, "utf8");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split("\n").length,
    code: match[1] ?? "",
  }));
}

const snippets = pages.flatMap(snippetsOf);
// Inside a workspace package, so that bare imports resolve as they would for a user.
const directory = mkdtempSync(join(root, "demo", "docs-snippets-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("the code in the docs", () => {
  it("exists", () => {
    expect(snippets.length).toBeGreaterThan(3);
  });

  it("compiles", () => {
    const files = snippets.map(({ code }, index) => {
      const file = join(directory, `snippet-${index}.ts`);
      writeFileSync(file, `export {};\n${code}`);
      return file;
    });
    const globals = join(directory, "globals.d.ts");
    writeFileSync(globals, readFileSync(join(root, "test", "docs-globals.d.ts"), "utf8"));
    const { config } = ts.readConfigFile(join(root, "tsconfig.test.json"), ts.sys.readFile);
    const base = ts.parseJsonConfigFileContent(config, ts.sys, root).options;
    const program = ts.createProgram([globals, ...files], {
      ...base,
      noUnusedLocals: false,
      noUnusedParameters: false,
      noEmit: true,
    });
    const problems = ts.getPreEmitDiagnostics(program).map((diagnostic) => {
      const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, " ");
      const index = files.indexOf(diagnostic.file?.fileName ?? "");
      const snippet = snippets[index];
      if (snippet === undefined || diagnostic.file === undefined || diagnostic.start === undefined)
        return message;
      const { line } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start);
      return `${snippet.page}:${snippet.line + line}: ${message}`;
    });
    expect(problems).toEqual([]);
  });
});
