import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, expect } from "vitest";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

export interface Run {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly exit: Promise<number | null>;
  /** Resolves when stdout, or stderr, holds this. */
  until(text: string): Promise<void>;
}

/** The command `recloser`, as it is built. */
export function run(...args: string[]): Run {
  return runWith({}, ...args);
}

/** The same, with more in its environment. */
function runWith(env: Readonly<Record<string, string>>, ...args: string[]): Run {
  expect(existsSync(cli), "the gateway is not built; run npm run build first").toBe(true);
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, ...env },
  });
  children.push(child);
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => {
    out += String(chunk);
  });
  child.stderr.on("data", (chunk) => {
    err += String(chunk);
  });
  return {
    child,
    out: () => out,
    err: () => err,
    exit: new Promise((resolve) => child.once("close", resolve)),
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if ((out + err).includes(text)) resolve();
        };
        child.stdout.on("data", look);
        child.stderr.on("data", look);
        child.once("close", () => reject(new Error(`it ended without "${text}": ${err}`)));
        look();
      }),
  };
}

export type Started = Run & { readonly url: string; readonly adminUrl: string };

/** `recloser gateway`, when it is up. */
export function started(...args: string[]): Promise<Started> {
  return startedWith({}, ...args);
}

/** The same, with more in its environment. */
export async function startedWith(
  env: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<Started> {
  const process = runWith(env, "gateway", "--port", "0", "--admin-port", "0", ...args);
  await process.until("admin:");
  const [url = "", adminUrl = ""] = process.out().match(/http:\S+/g) ?? [];
  return { ...process, url, adminUrl };
}
