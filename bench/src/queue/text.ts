import { type Report, table, targetTable } from "../report.js";

export function queueText({ rows, targets }: Report): string {
  const all = table(rows, {
    run: "run",
    llmDone: "LLM done",
    llmFailed: "failed",
    llmLongestS: "longest s",
    otherInTime: "other in time",
    otherInOutage: "in the outage",
    p50: "wait p50 ms",
    p99: "p99",
    worst: "worst",
    sent: "sent in outage",
    deferrals: "sent back",
    twice: "done twice",
    lost: "lost",
    consumed: "attempts on rejections",
  });
  return `${all}\n\n${targetTable(targets)}`;
}
