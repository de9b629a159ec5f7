import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { BenchError } from "../peers.js";
import { beside } from "./processes.js";

/** From the compiled file, `bench/dist/gateway/portkey.js`. */
const HOME = beside("../../peers/portkey/");
const RETRY = `${HOME}node_modules/async-retry/lib/index.js`;

/**
 * Installs Portkey's gateway on first use, from a lockfile of its own, with the two fixes without which it cannot be
 * measured: older releases of what it stands on (in package.json: with newer ones every stream answers 500), and the third
 * argument that it expects of `async-retry` (without it a Retry-After crashes it).
 *
 * @throws BenchError with one sentence when npm cannot.
 */
export function installPortkey(): void {
  if (!existsSync(RETRY)) {
    process.stderr.write("Installing @portkey-ai/gateway into bench/peers/portkey (first use).\n");
    const args = ["ci", "--prefix", HOME, "--no-workspaces", "--ignore-scripts", "--no-audit", "--no-fund"];
    const npm = spawnSync("npm", [...args, "--loglevel=error"], {
      encoding: "utf8",
      shell: process.platform === "win32",
    });
    if (npm.status !== 0) {
      const why = (npm.error?.message ?? npm.stderr).trim().split("\n")[0] ?? "";
      throw new BenchError(
        `Could not install the gateway to compare with (${why}); run \`npm ci --prefix bench/peers/portkey --ignore-scripts\` where npm reaches its registry.`,
      );
    }
  }
  const source = readFileSync(RETRY, "utf8");
  const fixed = source.replace("val = fn(bail, num);", "val = fn(bail, num, op);");
  if (fixed !== source) writeFileSync(RETRY, fixed);
}

export function portkeyArgs(port: number): readonly string[] {
  const server = `${HOME}node_modules/@portkey-ai/gateway/build/start-server.js`;
  return ["--import", `${HOME}loopback.mjs`, server, "--headless", `--port=${port}`];
}
