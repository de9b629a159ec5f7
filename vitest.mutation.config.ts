import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Which tests are about the mutants of an area, besides those of a circuit as a whole. */
const BESIDE: Readonly<Record<string, string>> = {
  detect: "detect/**/*",
  recover: "recover/**/*",
  limit: "{limit/**/*,call-retries*}",
  evidence: "evidence/**/*",
  circuit: "{evidence,limit,recover}/**/*",
};
const beside = BESIDE[process.env.MUTATION_AREA ?? "circuit"] ?? "";

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

/** The first test that fails ends a mutant's run, so those beside the subject go first: they are quick, and kill most. */
class BesideFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const depth = ({ moduleId }: TestSpecification): number => moduleId.split("/").length;
    return files.toSorted((a, b) => depth(b) - depth(a) || a.moduleId.localeCompare(b.moduleId));
  }
}

export default defineConfig({
  test: {
    include: [
      `packages/recloser/src/${beside}.test.ts`,
      "packages/recloser/src/{breaker,circuit,hostile-detectors,hostile-parts,providers,snapshot,traps,votes}*.test.ts",
    ],
    exclude: SLOW_FILES.map((file) => `**/${file}.test.ts`),
    setupFiles: ["test/setup.ts", "test/mutation-setup.ts"],
    testTimeout: 20_000,
    isolate: false,
    sequence: { sequencer: BesideFirst },
  },
});
