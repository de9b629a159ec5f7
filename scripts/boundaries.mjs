// Runs dependency-cruiser and refuses to pass when it saw nothing: a tool that cannot parse the sources reports
// success on zero modules.
import { readdirSync, readFileSync } from "node:fs";
import { cruise } from "dependency-cruiser";
import extractTsConfig from "dependency-cruiser/config-utl/extract-ts-config";
import config from "../.dependency-cruiser.mjs";

const FEWEST_MODULES = 20;
const roots = ["packages", "demo", "bench", "examples"];
const { options, ...rules } = config;
const tsConfig = extractTsConfig(options.tsConfig.fileName);
const { output } = await cruise(roots, { ...options, ruleSet: rules, validate: true }, undefined, {
  tsConfig,
});

const own = output.modules.filter((module) => /^(packages|demo|bench|examples)\/.*\.ts$/.test(module.source));
for (const { rule, from, to } of output.summary.violations) {
  console.error(`boundaries: ${rule.name}: ${from} → ${to}`);
}
if (own.length < FEWEST_MODULES) {
  console.error(
    `boundaries: only ${own.length} source modules were seen, at least ${FEWEST_MODULES} expected: ` +
      "the check is not looking at the sources (does dependency-cruiser find a TypeScript with a JS API?)",
  );
  process.exit(1);
}
// Time and chance are injected: only these files may name the system's.
const SYSTEM =
  /\b(Date\.now|performance\.now|new Date\(\)|setTimeout|setInterval|setImmediate|Math\.random)\b/;
const MAY_NAME_IT = new Set(["clock.ts", "options.ts"]);
const library = "packages/recloser/src";
const sources = readdirSync(library, { recursive: true }).filter(
  (file) => file.endsWith(".ts") && !/\.test\.ts$|\btesting\b/.test(file) && !MAY_NAME_IT.has(file),
);
let named = 0;
for (const file of sources) {
  for (const [index, line] of readFileSync(`${library}/${file}`, "utf8").split("\n").entries()) {
    const code = line.replace(/\/\/.*|^\s*\*.*/, "");
    const found = SYSTEM.exec(code);
    if (found === null) continue;
    named++;
    console.error(
      `boundaries: ${library}/${file}:${index + 1} names ${found[0]}; take it from the policy's clock or random`,
    );
  }
}

const violations = output.summary.violations.length + named;
console.log(`boundaries: ${own.length} modules, ${violations} violations`);
process.exit(violations === 0 ? 0 : 1);
