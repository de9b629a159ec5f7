// What the tests and benchmarks need besides npm packages: a real Redis, a real Chromium, and the newest majors of some
// SDKs, and Prometheus's promtool. Installs what is missing where it can, says what it does, and where it cannot, what to do.
//   node scripts/setup.mjs redis chromium promtool majors      some of them; all without a name
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MAJORS = "test/newer-majors";
const UNPACKED = `${ROOT}node_modules/.cache/recloser`;

/** Commands by the first that is found; the variable names one of your own. */
const PROGRAMS = {
  redis: { variable: "REDIS_SERVER", commands: ["redis-server", "valkey-server"], package: "redis-server" },
  chromium: {
    variable: "CHROMIUM",
    commands: ["chromium", "chromium-browser", "google-chrome"],
    package: "chromium",
  },
  // Unpacked here and not installed: Debian's package would start a server on every address of this machine.
  promtool: {
    variable: "PROMTOOL",
    commands: ["promtool", `${UNPACKED}/usr/bin/promtool`],
    package: "prometheus",
    unpack: true,
  },
};

function run(command, args, options = {}) {
  return spawnSync(command, args, { cwd: ROOT, encoding: "utf8", ...options });
}

function runs(command) {
  return run(command, ["--version"]).status === 0;
}

function found({ variable, commands }) {
  const own = process.env[variable];
  return own ? runs(own) : commands.some(runs);
}

function did(line, options) {
  const { status, stdout, stderr } = run(line[0], line.slice(1), options);
  if (status !== 0) console.error(`setup: ${line.join(" ")} failed:\n${stdout}${stderr}`);
  return status === 0;
}

/** apt-get as root, or through a sudo that asks nothing; false where neither is to be had. */
function aptAsRoot(...args) {
  if (!runs("apt-get")) return false;
  const asRoot =
    process.getuid?.() === 0 ? [] : run("sudo", ["-n", "true"]).status === 0 ? ["sudo", "-n"] : undefined;
  if (asRoot === undefined) return false;
  return did([...asRoot, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", ...args]);
}

/** Unpacks a Debian package without installing it, which needs no root where the package lists are there. */
function aptUnpack(name) {
  if (!runs("apt-get")) return false;
  mkdirSync(UNPACKED, { recursive: true });
  const folder = mkdtempSync(`${UNPACKED}/download-`);
  const fetched = did(["apt-get", "-qq", "download", name], { cwd: folder });
  const done =
    fetched && readdirSync(folder).every((deb) => did(["dpkg", "-x", `${folder}/${deb}`, UNPACKED]));
  rmSync(folder, { recursive: true });
  return done;
}

function setUpPrograms(names) {
  const missing = names.filter((name) => !found(PROGRAMS[name]));
  if (missing.length === 0) return true;
  const packages = missing.map((name) => PROGRAMS[name].package);
  console.log(`setup: installing ${packages.join(" and ")} from this system's packages …`);
  // The package lists of a fresh machine are often missing or old.
  aptAsRoot("update");
  const [unpacked, installed] = [true, false].map((unpack) =>
    missing
      .filter((name) => (PROGRAMS[name].unpack ?? false) === unpack)
      .map((name) => PROGRAMS[name].package),
  );
  for (const name of unpacked) aptUnpack(name);
  if (installed.length > 0) aptAsRoot("install", "--yes", "--no-install-recommends", ...installed);
  const still = missing.filter((name) => !found(PROGRAMS[name]));
  for (const name of still) {
    const { commands, variable, package: wanted, unpack } = PROGRAMS[name];
    const onMac = unpack ? wanted : name;
    console.error(
      `setup: ${commands[0]} was not found and could not be installed. Install it (Debian: apt-get install ${wanted}; ` +
        `macOS: brew install ${onMac}), or set ${variable} to its path.`,
    );
  }
  return still.length === 0;
}

function setUpMajors() {
  const written = (file) => statSync(`${ROOT}${MAJORS}/${file}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (written("node_modules/.package-lock.json") >= written("package-lock.json")) return true;
  console.log(`setup: installing the newest majors of openai, ai and @langchain/openai into ${MAJORS} …`);
  // They ask for Node 22 and run on 20 all the same; the warnings about that would only alarm.
  const args = ["ci", "--no-workspaces", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", MAJORS];
  const { status, stderr } = run("npm", args, { shell: process.platform === "win32" });
  if (status !== 0)
    console.error(`setup: npm ${args.join(" ")} failed; run it where npm reaches its registry.\n${stderr}`);
  return status === 0;
}

const KNOWN = [...Object.keys(PROGRAMS), "majors"];
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !KNOWN.includes(name));
if (unknown !== undefined) {
  console.error(`setup: "${unknown}" is none of ${KNOWN.join(", ")}.`);
  process.exit(2);
}
const wanted = asked.length > 0 ? asked : KNOWN;
const programs = setUpPrograms(wanted.filter((name) => name in PROGRAMS));
const majors = !wanted.includes("majors") || setUpMajors();
process.exit(programs && majors ? 0 : 1);
