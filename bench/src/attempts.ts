import { checkAgreement } from "./attempts/agreement.js";
import { rememberedRuns } from "./attempts/figures.js";
import { deadRows, deadSlowRows, errorRows, hangRows, healthyRows, ruleRows } from "./attempts/rows.js";
import { attemptsTargets } from "./attempts/targets.js";
import { progress } from "./progress.js";
import { type Report, report } from "./report.js";

export interface AttemptsOptions {
  /** Seeds for each scenario. High rates run fewer: each of their runs has more calls in it. */
  readonly seeds: number;
}

/** Seeds on which the tunable detector is compared with the library. */
const MOST_COMPARED = 40;
const STAGES = 7;

/**
 * What reaches a failing provider and what callers lose, by policy: the real library in virtual time. Seeded, so two runs
 * print the same.
 */
export function attempts({ seeds }: AttemptsOptions): Report {
  const runs = rememberedRuns(seeds);
  let stage = 0;
  const step = <T>(what: string, work: () => T): T => {
    progress(stage++, STAGES, what);
    return work();
  };
  step("checking the tunable detector against the library", () =>
    checkAgreement(Math.min(seeds, MOST_COMPARED)),
  );
  const rows = [
    ...step("dead, slow traffic", () => deadSlowRows(runs)),
    ...step("dead", () => deadRows(runs)),
    ...step("hang", () => hangRows(runs)),
    ...step("errors", () => errorRows(runs)),
    ...step("healthy days", () => healthyRows()),
    ...step("second threshold", () => ruleRows(runs)),
  ];
  progress(STAGES, STAGES, "");
  return report("attempts", rows, attemptsTargets(runs));
}
