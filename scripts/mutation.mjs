// Mutation testing of the library's core, an area at a time: `npm run mutation -- detect recover`, or all of them.
// Needs minutes, and two cores. What has not changed since the last run is taken from reports/mutation/.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const AREAS = ["detect", "recover", "limit", "evidence", "circuit"];
const asked = process.argv.slice(2);
const unknown = asked.find((area) => !AREAS.includes(area));
if (unknown !== undefined) {
  console.error(`"${unknown}" is no area of the core; give some of ${AREAS.join(", ")}, or none for all.`);
  process.exit(2);
}

/** Mutants by what became of them: a mutant that never ends is dead, too. */
function counted(area) {
  const { files } = JSON.parse(readFileSync(`reports/mutation/${area}.json`, "utf8"));
  const mutants = Object.values(files).flatMap((file) => file.mutants);
  const of = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
  const killed = of("Killed", "Timeout");
  const survived = of("Survived", "NoCoverage");
  return { area, mutants: killed + survived, killed, survived };
}

const rows = [];
for (const area of asked.length > 0 ? asked : AREAS) {
  const { status } = spawnSync("npx", ["stryker", "run", "stryker.config.mjs"], {
    stdio: "inherit",
    env: { ...process.env, MUTATION_AREA: area },
  });
  if (status !== 0) process.exit(status ?? 1);
  rows.push(counted(area));
}
const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
const all = { area: "all", mutants: sum("mutants"), killed: sum("killed"), survived: sum("survived") };
console.table(
  (rows.length > 1 ? [...rows, all] : rows).map((row) => ({
    ...row,
    score: `${((100 * row.killed) / row.mutants).toFixed(1)} %`,
  })),
);
