import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const packageDir = fileURLToPath(new URL("../..", import.meta.url));
const repoDir = fileURLToPath(new URL("../../../..", import.meta.url));

/** Brings `dist` up to date; quick when it is. */
export async function build(): Promise<void> {
  await promisify(execFile)(process.execPath, [
    `${repoDir}node_modules/@typescript/native/bin/tsc`,
    "-b",
    packageDir,
  ]);
}

interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  /** Resolves with the first line of stdout. */
  firstLine: Promise<string>;
  done: Promise<Ran>;
}

/** Runs node in this package's folder, where its dependencies resolve. */
export function node(args: string[]): Running {
  const child = spawn(process.execPath, args, { cwd: packageDir, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
      if (stdout.includes("\n")) resolve(stdout.split("\n")[0] ?? "");
    });
    child.on("close", () => reject(new Error(`It ended without a line: ${stderr}`)));
  });
  firstLine.catch(() => {});
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const done = once(child, "close").then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return { child, firstLine, done };
}
