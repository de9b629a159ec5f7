/** What is mutated, one area at a time: `npm run mutation -- detect` sets MUTATION_AREA, for the tests' config too. */
const AREAS = {
  detect: ["detect/*.ts"],
  recover: ["recover/*.ts"],
  limit: ["limit/*.ts"],
  evidence: ["evidence/*.ts"],
  circuit: ["votes.ts", "overdue.ts", "circuit.ts", "breaker.ts"],
};
const area = process.env.MUTATION_AREA ?? "detect";
const files = AREAS[area];
if (files === undefined)
  throw new RangeError(`MUTATION_AREA is "${area}"; give one of ${Object.keys(AREAS).join(", ")}.`);

export default {
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "vitest.mutation.config.ts", related: false },
  coverageAnalysis: "perTest",
  // What runs once, while a module is loaded, cannot be switched on for one test.
  ignoreStatic: true,
  concurrency: 2,
  timeoutMS: 4_000,
  timeoutFactor: 3,
  mutate: [
    ...files.map((file) => `packages/recloser/src/${file}`),
    "!packages/recloser/src/**/*.test.ts",
    "!packages/recloser/src/**/testing/**",
  ],
  // Nearly all strings here are sentences for people: a test that pins each word would only repeat them.
  mutator: { excludedMutations: ["StringLiteral"] },
  ignorePatterns: [
    "**",
    "!package.json",
    "!tsconfig.base.json",
    "!vitest.mutation.config.ts",
    "!test/*.ts",
    "!packages/recloser/**",
    "**/dist/**",
  ],
  incremental: true,
  incrementalFile: `reports/mutation/${area}.incremental.json`,
  reporters: ["clear-text", "json", "progress-append-only"],
  clearTextReporter: { allowColor: false, reportTests: false, reportMutants: false },
  jsonReporter: { fileName: `reports/mutation/${area}.json` },
  allowConsoleColors: false,
};
