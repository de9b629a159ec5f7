import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Estimate } from "../figures/stats.js";
import { choosePolicies } from "../policy/catalogue.js";
import { type ComparisonProgress, compare } from "../run/compare.js";
import { isShared, type Scenario } from "../scenario/scenario.js";

/** One policy's figures in one scenario, as they are kept. */
export interface Row {
  readonly policy: string;
  readonly title: string;
  readonly workers: number;
  readonly figures: Readonly<Record<string, Estimate>>;
}

export interface RunOptions {
  readonly scenario: Scenario;
  readonly policies: string;
  readonly seeds: readonly number[];
  readonly threads: number;
  /** Where results are kept; `undefined` keeps none. */
  readonly cache: string | undefined;
  /** Changes when the code does. */
  readonly code: string;
}

/** Fewer or more workers, where they do not meet at the provider; a shared world keeps its size. */
export function withWorkers(scenario: Scenario, workers: number): Scenario {
  return isShared(scenario) ? scenario : { ...scenario, workers };
}

/** Runs what is not kept yet. A run that was broken off goes on with the next scenario. */
export async function rowsOf(options: RunOptions, progress?: ComparisonProgress): Promise<readonly Row[]> {
  const { scenario, policies, seeds, threads, cache, code } = options;
  const key = createHash("sha256").update(JSON.stringify({ scenario, policies, seeds, code })).digest("hex");
  const file = cache && join(cache, `${scenario.name}-${key.slice(0, 16)}.json`);
  if (file !== undefined && existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  const [result] = await compare(
    { scenarios: [scenario], policies: choosePolicies(policies), seeds, threads },
    progress,
  );
  const rows = (result?.cells ?? []).map(
    ({ policy, workers, figures }): Row => ({ policy: policy.id, title: policy.title, workers, figures }),
  );
  if (cache !== undefined && file !== undefined) {
    mkdirSync(cache, { recursive: true });
    // Whole or not at all: a run may be broken off while it writes.
    writeFileSync(`${file}.new`, JSON.stringify(rows));
    renameSync(`${file}.new`, file);
  }
  return rows;
}
