// What `npm test` runs: set-up, build, then every test, then one plain line with the counts, which CI systems understand.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

function run(script, args) {
  const { status, error } = spawnSync(process.execPath, [script, ...args], {
    stdio: "inherit",
  });
  if (error !== undefined) throw error;
  return status ?? 1;
}

if (spawnSync(process.execPath, ["scripts/setup.mjs"], { stdio: "inherit" }).status !== 0) {
  console.log("0 passed, 1 failed");
  process.exit(1);
}
console.log("Building …");
if (
  run("node_modules/@typescript/native/bin/tsc", ["-b"]) !== 0 ||
  run("packages/dashboard/build.mjs", []) !== 0
) {
  console.error("The build failed, so nothing was tested.");
  console.log("0 passed, 1 failed");
  process.exit(1);
}

const directory = mkdtempSync(join(tmpdir(), "recloser-test-"));
const report = join(directory, "report.json");
const status = run("node_modules/vitest/vitest.mjs", [
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
]);
let passed = 0;
let failed = 0;
try {
  const { numPassedTests, numFailedTests, numFailedTestSuites, success } = JSON.parse(
    readFileSync(report, "utf8"),
  );
  passed = numPassedTests;
  // A file that does not load has no tests to fail, and an error between tests belongs to none; both are failures.
  failed =
    numFailedTests > 0 ? numFailedTests : success && status === 0 ? 0 : Math.max(1, numFailedTestSuites);
} catch (error) {
  console.error(`The test report could not be read: ${error.message}`);
  failed = 1;
}
rmSync(directory, { recursive: true, force: true });
if (passed === 0) failed = Math.max(1, failed);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
