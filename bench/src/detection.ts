import { choose, type DetectionOptions, worldSeeds } from "./detection/choice.js";
import { type Cell, rowOf } from "./detection/figures.js";
import { targetsOf } from "./detection/targets.js";
import { simulate } from "./detection/world.js";
import { progress } from "./progress.js";
import { type Report, report } from "./report.js";

/**
 * How soon each policy acts and opens, what that costs, and how often it is wrong about a healthy provider: the real library
 * in virtual time. Seeded, so two runs print the same.
 *
 * @throws BenchError when the options name what there is not.
 */
export function detection(options: DetectionOptions): Report {
  const { entries, seeds } = choose(options);
  const cells: Cell[] = [];
  const of = entries.reduce((count, { rates, policies }) => count + rates.length * policies.length, 0);
  for (const entry of entries) {
    for (const rate of entry.rates) {
      const scenario = entry.at(rate);
      for (const policy of entry.policies) {
        progress(cells.length, of, `${entry.title}, ${rate}/s, ${policy.name}`);
        const runs = worldSeeds(seeds, entry.repeats(rate)).map((seed) => simulate(scenario, policy, seed));
        cells.push({ entry, policy, scenario, runs });
      }
    }
  }
  progress(of, of, "");
  return report("detection", cells.map(rowOf), targetsOf(cells));
}
