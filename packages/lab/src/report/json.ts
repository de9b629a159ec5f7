import type { ScenarioResult } from "../run/compare.js";

/** Everything but the charts' data. `null` stands for never, or for nothing to say; see `never`. */
export function toJson(command: string, results: readonly ScenarioResult[]): object {
  return {
    name: command,
    node: process.version,
    scenarios: results.map(({ scenario, cells }) => ({
      name: scenario.name,
      title: scenario.title,
      workers: scenario.workers,
      callsPerSecond: scenario.calls.perSecond,
      watchMs: scenario.watchMs,
      rows: cells.map(({ policy, workers, seeds, figures, events }) => ({
        policy: policy.id,
        title: policy.title,
        workers,
        seeds,
        events,
        figures,
      })),
    })),
  };
}
