import type { Row } from "../report.js";
import { mean, quantile, rounded } from "../stats.js";
import {
  answeredPercent,
  boundS,
  ofNonePercent,
  openedS,
  openedShare,
  opensADay,
  over8Percent,
  PATIENCE,
  type Runs,
  ratio,
} from "./figures.js";
import { HANG_POLICIES, POLICIES, RULES } from "./policies.js";
import { dead, deadSlow, hang, hangSlow, oneRequestFails, RATES, SHARES } from "./scenarios.js";

/** Shares of calls that fail on a provider with which nothing new is wrong. */
const HEALTHY_FAILURES = [0.02, 0.1] as const;

export function deadSlowRows(runs: Runs): Row[] {
  return POLICIES.flatMap((policy) =>
    [false, true].flatMap((warm) =>
      [0, 2].map((sdkRetries) => {
        const results = runs(deadSlow(warm, sdkRetries), policy);
        const sent = results.map(({ attempts }) => attempts);
        return {
          table: "dead-slow",
          policy: policy.name,
          start: warm ? "warm" : "cold",
          sdkRetries,
          attempts: rounded(mean(sent)),
          p95: quantile(sent, 0.95),
          most: Math.max(...sent),
          over8Percent: rounded((100 * sent.filter((n) => n > PATIENCE).length) / sent.length),
          openS: openedS(results, 0.5),
        };
      }),
    ),
  );
}

export function deadRows(runs: Runs): Row[] {
  return POLICIES.flatMap((policy) =>
    [1, 5].flatMap((perSecond) =>
      [true, false].map((streaming) => {
        const results = runs(dead(perSecond, streaming), policy);
        return {
          table: "dead",
          policy: policy.name,
          perSecond,
          calls: kind(streaming),
          attemptsOf15: rounded(15 * ratio(results, "attempts"), 2),
          openS: openedS(results, 0.5),
          openP95S: openedS(results, 0.95),
          timesBound: rounded(openedS(results, 0.5) / boundS(perSecond)),
        };
      }),
    ),
  );
}

function kind(streaming: boolean): string {
  return streaming ? "streaming" : "unary";
}

export function hangRows(runs: Runs): Row[] {
  return HANG_POLICIES.flatMap((policy) =>
    [true, false].map((streaming) => {
      const results = runs(hang(streaming), policy);
      const slow = runs(hangSlow(streaming), policy);
      return {
        table: "hang",
        policy: policy.name,
        calls: kind(streaming),
        openS: openedS(results, 0.5),
        openP95S: openedS(results, 0.95),
        slowOpenS: openedS(slow, 0.5),
        slowAttempts: rounded(mean(slow.map(({ attempts }) => attempts))),
      };
    }),
  );
}

export function errorRows(runs: Runs): Row[] {
  return POLICIES.flatMap((policy) =>
    SHARES.flatMap((share) =>
      [true, false].map((streaming) => ({
        table: "errors",
        policy: policy.name,
        errorsPercent: 100 * share,
        calls: kind(streaming),
        ...Object.fromEntries(
          RATES.flatMap((rate) => [
            [`answeredPercent${rate}`, answeredPercent(runs, policy, share, rate, streaming)],
            [`ofNonePercent${rate}`, ofNonePercent(runs, policy, share, rate, streaming)],
          ]),
        ),
      })),
    ),
  );
}

export function healthyRows(): Row[] {
  return POLICIES.flatMap((policy) =>
    HEALTHY_FAILURES.map((failing) => ({
      table: "healthy",
      policy: policy.name,
      failingPercent: 100 * failing,
      ...Object.fromEntries(RATES.map((rate) => [`opensADay${rate}`, opensADay(policy, failing, rate)])),
    })),
  );
}

export function ruleRows(runs: Runs): Row[] {
  return RULES.map((policy) => {
    const of15 = (warm: boolean, sdkRetries: number): number =>
      rounded(mean(runs(deadSlow(warm, sdkRetries), policy).map(({ attempts }) => attempts)));
    const kept = (share: number, rate: number): number => ofNonePercent(runs, policy, share, rate, true);
    return {
      table: "second-threshold",
      rule: policy.name,
      cold0: of15(false, 0),
      cold2: of15(false, 2),
      warm0: of15(true, 0),
      warm2: of15(true, 2),
      over8Percent: over8Percent(runs, policy),
      openS1: openedS(runs(dead(1), policy), 0.5),
      kept30at025: kept(0.3, 0.25),
      kept30at1: kept(0.3, 1),
      kept60at025: kept(0.6, 0.25),
      kept60at1: kept(0.6, 1),
      opensADay025: opensADay(policy, 0.1, 0.25),
      oneRequestPercent: rounded(100 * openedShare(runs(oneRequestFails(), policy))),
    };
  });
}
