// @ts-nocheck
import { defineConfig } from "vitest/config";

/** Which tests judge the mutants of an area: those beside it, and those of a circuit as a whole that are quick. */
const BESIDE: Readonly<Record<string, string>> = {
  detect: "packages/recloser/src/detect/**/*.test.ts",
  recover: "packages/recloser/src/recover/**/*.test.ts",
  limit: "packages/recloser/src/limit/**/*.test.ts",
  evidence: "packages/recloser/src/evidence/**/*.test.ts",
  circuit: "packages/recloser/src/{evidence,limit,recover}/**/*.test.ts",
};
const beside = BESIDE[process.env.MUTATION_AREA ?? "circuit"] ?? BESIDE.circuit;

/** Seconds each, and so minutes for each mutant that they do not kill: thousands of workers, simulated hours, soak runs. */
const SLOW_FILES = [
  "circuit-exploration",
  "circuit-limit.properties",
  "circuit-restore-garbage",
  "circuit.model",
  "circuit.properties",
  "traps-probes",
  "traps-resources",
  "detect/errors-traffic",
  "detect/survival-traffic",
];

export default defineConfig({
  test: {
    include: [
      ...(beside === undefined ? [] : [beside]),
      "packages/recloser/src/{breaker,circuit,hostile-detectors,hostile-parts,overdue,snapshot,traps,votes}*.test.ts",
    ],
    exclude: SLOW_FILES.map((file) => `**/${file}.test.ts`),
    // Simulated days and ten thousand circuits, in files that are quick otherwise.
    testNamePattern: /^(?!.*(by chance open it|block nobody, for hours|ten thousand idle|without end leave|a healthy day))/,
    setupFiles: ["test/setup.ts", "test/mutation-setup.ts"],
    testTimeout: 20_000,
    isolate: false,
  },
});
