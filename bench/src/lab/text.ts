import { type Report, table, targetTable } from "../report.js";

const COLUMNS = {
  what: "run",
  workers: "workers",
  virtualS: "virtual s",
  requests: "requests",
  events: "events",
  wallS: "s",
  eventsPerS: "events/s",
  requestsPerS: "requests/s",
  peakMb: "peak MB",
};

export function labText({ rows, targets }: Report): string {
  return [
    table(rows, COLUMNS),
    "",
    "Events: arrivals, first tokens, ends, deadlines and other work; two threads. Requests include those of the warm-up,",
    "and refused ones. Peak: resident memory of the process with its threads.",
    "",
    targetTable(targets),
  ].join("\n");
}
