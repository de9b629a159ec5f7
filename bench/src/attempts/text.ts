import { type Report, type Row, table, targetTable } from "../report.js";
import { RATES } from "./scenarios.js";

export function attemptsText({ rows, targets: promised }: Report): string {
  const of = (name: string): readonly Row[] => rows.filter((row) => row.table === name);
  const perRate = (key: string, unit: string): Record<string, string> =>
    Object.fromEntries(RATES.map((rate) => [`${key}${rate}`, `${rate}/s${unit}`]));
  return [
    "Dead for 60 s, one request each 4 s (15 requests): attempts that reach the provider",
    table(of("dead-slow"), {
      policy: "policy",
      start: "start",
      sdkRetries: "SDK retries",
      attempts: "mean",
      p95: "p95",
      most: "most",
      over8Percent: "over 8, %",
      openS: "open, s",
    }),
    "Dead for 60 s: attempts for each 15 requests",
    table(of("dead"), {
      policy: "policy",
      perSecond: "calls/s",
      calls: "calls",
      attemptsOf15: "of 15",
      openS: "open, s",
      openP95S: "p95, s",
      timesBound: "× bound",
    }),
    "Hang, client limit 600 s: time to open at one call a second; and at one request each 4 s, with the attempts of 15 in 60 s",
    table(of("hang"), {
      policy: "policy",
      calls: "calls",
      openS: "1/s: open, s",
      openP95S: "p95, s",
      slowOpenS: "0.25/s: open, s",
      slowAttempts: "of 15",
    }),
    "Errors for 300 s: requests answered, %; and as a share of those answered without a breaker, %",
    table(of("errors"), {
      policy: "policy",
      errorsPercent: "errors, %",
      calls: "calls",
      ...perRate("answeredPercent", ""),
      ...perRate("ofNonePercent", ", of none"),
    }),
    "Nothing but the usual failures: openings a day",
    table(of("healthy"), { policy: "policy", failingPercent: "failing, %", ...perRate("opensADay", "") }),
    "The second threshold of the errors meter. Attempts as in the first table; answers at 30 and 60 % errors, streaming, % of those\n" +
      "without a breaker; openings a day at 0.25/s with 10 % failing; opened by one request and its two retries at 0.05/s, %",
    table(of("second-threshold"), {
      rule: "full at, nats",
      cold0: "cold, 0",
      cold2: "cold, 2",
      warm0: "warm, 0",
      warm2: "warm, 2",
      over8Percent: "over 8, %",
      openS1: "open 1/s, s",
      kept30at025: "30 %, 0.25/s",
      kept30at1: "30 %, 1/s",
      kept60at025: "60 %, 0.25/s",
      kept60at1: "60 %, 1/s",
      opensADay025: "opens a day",
      oneRequestPercent: "by one, %",
    }),
    targetTable(promised),
  ].join("\n\n");
}
