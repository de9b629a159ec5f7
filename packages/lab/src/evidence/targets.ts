import type { Section } from "./document.js";
import type { Row } from "./runs.js";

export interface TargetLine {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  readonly met: boolean;
}

const DAY_H = 24;

/**
 * What is promised about detection, goodput and false opens, of the scenarios that were run.
 *
 * @param fleet the largest fleet with a dead provider, if any: the median of few workers is a coarse figure.
 */
export function targetsOf(
  sections: readonly Section[],
  fleet: { readonly workers: number; readonly row: Row } | undefined,
): readonly TargetLine[] {
  const mean = (scenario: string, figure: string, policy = "recloser"): number | undefined => {
    const rows = sections.find(({ scenario: { name } }) => name === scenario)?.rows;
    return rows?.find((row) => row.policy === policy)?.figures[figure]?.mean ?? undefined;
  };
  const line = (
    what: string,
    value: number | undefined,
    limit: number,
    atMost: boolean,
    unit: string,
  ): TargetLine[] =>
    value === undefined
      ? []
      : [
          {
            what,
            target: `at ${atMost ? "most" : "least"} ${limit} ${unit}`,
            measured: `${value.toFixed(2)} ${unit}`,
            met: atMost ? value <= limit : value >= limit,
          },
        ];
  const share = (scenario: string): number | undefined => {
    const [own, none] = [
      mean(scenario, "ok"),
      mean(scenario, "ok", "bulkhead") ?? mean(scenario, "ok", "none"),
    ];
    return own === undefined || none === undefined ? undefined : (100 * own) / none;
  };
  const falseOpens = mean("heavy-tail", "falseOpens");
  const dead = fleet?.row.figures.timesBound;
  const whose = fleet === undefined ? "" : ` (median of ${fleet.workers.toLocaleString("en-US")} workers)`;
  const other = sections.flatMap(({ scenario }) => mean(scenario.name, "other") ?? []);
  return [
    ...line("hang at 1/s, client limit 600 s: first action", mean("hang-600", "act"), 10, true, "s"),
    ...line("hang at 1/s, client limit 600 s: open", mean("hang-600", "open"), 25, true, "s"),
    ...line(`fast 5xx at 1/s: open${whose}`, dead?.mean ?? mean("dead", "timesBound"), 2.2, true, "× bound"),
    ...line("30 % errors: answers, of those without a breaker", share("errors-30"), 95, false, "%"),
    ...line("30 % errors, unary: the same", share("errors-30-unary"), 95, false, "%"),
    ...line(
      "healthy, heavy-tailed: false opens a worker-day",
      falseOpens === undefined ? undefined : falseOpens * DAY_H,
      1,
      true,
      "",
    ),
    ...line(
      "other work in the worst scenario",
      other.length === 0 ? undefined : Math.min(...other),
      99,
      false,
      "%",
    ),
  ];
}
