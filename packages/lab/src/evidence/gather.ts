import { loadScenario } from "../scenario/load.js";
import type { Evidence, Section } from "./document.js";
import { GROUPS, type Size, seedsOf } from "./plan.js";
import { type Row, rowsOf, withWorkers } from "./runs.js";
import { targetsOf } from "./targets.js";
import { tunedJobs, tunedLines } from "./tuned.js";

export interface GatherOptions {
  readonly size: Size;
  readonly threads: number;
  readonly cache: string | undefined;
  readonly code: string;
  /** Hears the share that is done, 0–1, and of what. */
  readonly progress: (share: number, what: string) => void;
}

/** Scenarios in which each part has something to do. */
const FOR_PARTS = ["dead", "hang-600", "slow-5", "flapping-20", "quota-hint", "brown-out-retries"];

/** Runs everything that the document needs. */
export async function gather(options: GatherOptions): Promise<Evidence> {
  const { size, progress } = options;
  const judged = GROUPS.flatMap(({ scenarios }) => scenarios).filter((name) => size.scenarios.includes(name));
  const forParts = FOR_PARTS.filter((name) => judged.includes(name));
  const jobs = judged.length + forParts.length + size.fleets.length + tunedJobs(size);
  let done = 0;
  const run = async (name: string, policies: string, workers: number): Promise<Section> => {
    const scenario = withWorkers(loadScenario(name), workers);
    const { threads, cache, code } = options;
    const rows = await rowsOf(
      { scenario, policies, seeds: seedsOf(size.seeds), threads, cache, code },
      (part, of, what) => progress((done + part / of) / jobs, what),
    );
    progress(++done / jobs, scenario.title);
    return { scenario, rows };
  };
  const sections: Section[] = [];
  for (const name of judged) sections.push(await run(name, size.policies, size.workers));
  const parts: Section[] = [];
  for (const name of forParts) parts.push(await run(name, "parts", size.workers));
  const fleets: { workers: number; row: Row }[] = [];
  for (const workers of size.fleets) {
    const [row] = (await run("dead", "recloser", workers)).rows;
    if (row !== undefined) fleets.push({ workers, row });
  }
  const tuned = await tunedLines(size, async (scenario, policies, seeds, workers) => {
    const { threads, cache, code } = options;
    const sized = withWorkers(scenario, workers ?? size.workers);
    const rows = await rowsOf(
      {
        scenario: sized,
        policies: policies.join(","),
        seeds: seeds ?? seedsOf(size.seeds),
        threads,
        cache,
        code,
      },
      (part, of, what) => progress((done + part / of) / jobs, what),
    );
    progress(++done / jobs, scenario.title);
    return rows;
  });
  return { size, sections, parts, fleets, tuned, targets: targetsOf(sections, fleets.at(-1)) };
}
