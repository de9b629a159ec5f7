import { atLeast, atMost, type Target } from "../report.js";
import { median } from "../stats.js";
import { boundS, ofNonePercent, opensADay, PATIENCE, type Runs, ratio } from "./figures.js";
import { HANG_POLICIES, RECLOSER } from "./policies.js";
import { dead, deadSlow, hang, RATES } from "./scenarios.js";
import type { Policy, Scenario } from "./world.js";

export function attemptsTargets(runs: Runs): Target[] {
  const worst = (warm: boolean, sdkRetries: number): number =>
    Math.max(...runs(deadSlow(warm, sdkRetries), RECLOSER).map(({ attempts }) => attempts));
  const of15 = (rate: number): number => 15 * ratio(runs(dead(rate), RECLOSER), "attempts");
  const [watched = RECLOSER] = HANG_POLICIES;
  const opened = (scenario: Scenario, policy: Policy): number =>
    median(runs(scenario, policy).map(({ openedAfterS }) => openedAfterS));
  return [
    ...[false, true].flatMap((warm) =>
      [0, 2].map((retries) =>
        atMost(
          `attempts on a dead provider, one request each 4 s, ${warm ? "warm" : "cold"}, ${retries} SDK retries, worst seed`,
          worst(warm, retries),
          PATIENCE,
          "of 15",
        ),
      ),
    ),
    ...[1, 5].map((rate) => atMost(`attempts on a dead provider at ${rate}/s`, of15(rate), 4, "of 15", 1)),
    ...[true, false].map((streaming) =>
      atMost(
        `fast 5xx at 1/s, ${streaming ? "streaming" : "unary"}: open, against 2.2 × the bound`,
        opened(dead(1, streaming), RECLOSER),
        2.2 * boundS(1),
        "s",
        1,
      ),
    ),
    ...[true, false].map((streaming) =>
      atMost(
        `hang at 1/s, stall deadline 15 s, client limit 600 s, ${streaming ? "streaming" : "unary"}: open`,
        opened(hang(streaming), watched),
        25,
        "s",
        1,
      ),
    ),
    ...RATES.flatMap((rate) =>
      [true, false].map((streaming) =>
        atLeast(
          `30 % errors at ${rate}/s, ${streaming ? "streaming" : "unary"}: answers, of those without a breaker`,
          ofNonePercent(runs, RECLOSER, 0.3, rate, streaming),
          95,
          "%",
          1,
        ),
      ),
    ),
    ...RATES.map((rate) =>
      atMost(
        `openings of a healthy circuit (2 % failures) at ${rate}/s`,
        opensADay(RECLOSER, 0.02, rate),
        1,
        "a day",
        2,
      ),
    ),
  ];
}
