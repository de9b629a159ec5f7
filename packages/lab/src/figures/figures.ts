import type { Scenario } from "../scenario/scenario.js";
import { boundOf } from "./bound.js";
import { quantile, sum } from "./stats.js";
import type { Tally } from "./tally.js";
import { bucketOf, type Timeline, timelineOf } from "./timeline.js";

const HOUR_MS = 3_600_000;
const REGAINED = 0.9;
/** Goodput is compared over so long. */
const LOOK_MS = 60_000;
/** Regained: the first so long in which answers come as before. */
const REGAIN_MS = 5_000;

/** One replication, ready to be measured. */
interface Replication {
  readonly scenario: Scenario;
  readonly tally: Tally;
}

/** A number that says something about a policy in a scenario. */
export interface Figure {
  readonly id: string;
  readonly heading: string;
  readonly meaning: string;
  readonly better: "less" | "more" | "neither";
  /** Infinity: it never happened. NaN: it means nothing in this scenario. */
  readonly of: (replication: Replication) => number;
}

export const FIGURES: readonly Figure[] = [
  figure(
    "act",
    "act s",
    "seconds from the onset of the first fault to the first action, median worker",
    "less",
    (r) => (hasFault(r) ? quantile(r.tally.actedMs, 0.5) / 1000 : Number.NaN),
  ),
  figure("open", "open s", "the same to opening", "less", (r) => openS(r, 0.5)),
  figure(
    "openP95",
    "open p95",
    "the same, 95th percentile of workers: so long until 95 % agree",
    "less",
    (r) => openS(r, 0.95),
  ),
  figure("opened", "opened %", "workers that opened", "neither", ({ tally, scenario }) =>
    hasFault({ tally, scenario })
      ? percent(tally.openedMs.filter(Number.isFinite).length, tally.openedMs.length)
      : Number.NaN,
  ),
  figure(
    "timesBound",
    "× bound",
    "median time to open over the least possible",
    "less",
    (r) => openS(r, 0.5) / boundOf(r.scenario),
  ),
  figure(
    "ok",
    "ok %",
    "requests answered of those that came between the first fault and the end of the last",
    "more",
    ({ tally }) => percent(tally.counts.answeredHit, tally.counts.requestsHit),
  ),
  figure(
    "during",
    "during %",
    "answers a second from the first fault to the end of the last, whenever they were asked for, against the minute before",
    "more",
    duringGoodput,
  ),
  figure("okAll", "ok all %", "requests answered, of all", "more", ({ tally }) =>
    percent(tally.counts.answered, tally.counts.requests),
  ),
  figure("other", "other %", "other work done, against before the onset", "more", ({ tally }) =>
    percent(
      ratio(tally.counts.otherDone, tally.counts.other),
      ratio(tally.counts.otherBeforeDone, tally.counts.otherBefore),
    ),
  ),
  figure(
    "wasted",
    "wasted",
    "attempts a worker that brought nothing while the model was faulty",
    "less",
    (r) => perWorker(r, r.tally.counts.wasted),
  ),
  figure(
    "slotS",
    "slot-s",
    "seconds a worker's slots were held by the same requests",
    "less",
    (r) => perWorker(r, r.tally.counts.slotMs) / 1000,
  ),
  figure(
    "wastedSlotS",
    "wasted slot-s",
    "the same, by attempts that were sent to a faulty model and brought nothing",
    "less",
    (r) => perWorker(r, r.tally.counts.wastedSlotMs) / 1000,
  ),
  figure(
    "amplification",
    "attempts",
    "attempts that reached the provider for each request",
    "less",
    ({ tally }) => ratio(tally.counts.sent, tally.counts.requests),
  ),
  figure("throttled", "429/ok", "429s for each answer", "less", ({ tally }) =>
    ratio(tally.counts.throttled, tally.counts.answered),
  ),
  figure(
    "probePeak",
    "probes/s",
    "probes of all workers in the busiest stretch of the series",
    "less",
    ({ tally, scenario }) => Math.max(...tally.series.probes) / (timelineOf(scenario).bucketMs / 1000),
  ),
  figure(
    "recover",
    "recover s",
    "seconds from the end of the last fault to closed, median worker",
    "less",
    (r) => recoverS(r, 0.5),
  ),
  figure("recoverP95", "recover p95", "the same, 95th percentile: so long until 95 % agree", "less", (r) =>
    recoverS(r, 0.95),
  ),
  figure("refusedHealed", "refused after", "requests a worker refused after the last fault", "less", (r) =>
    heals(r) ? perWorker(r, r.tally.counts.refusedHealed) : Number.NaN,
  ),
  figure(
    "regain",
    "regain s",
    "seconds from the end of the last fault until answers come at 90 % of the rate before",
    "less",
    regainS,
  ),
  figure(
    "endGoodput",
    "end %",
    "answers a second in the last minute, against the minute before the onset",
    "more",
    endGoodput,
  ),
  figure(
    "falseOpens",
    "false/h",
    "openings a worker-hour while the model was well, and had been for a minute",
    "less",
    (r) => perHour(r, r.tally.counts.falseOpens),
  ),
  figure("opens", "opens/h", "openings a worker-hour, right or wrong", "neither", (r) =>
    perHour(r, r.tally.counts.opens),
  ),
  figure(
    "blamed",
    "blamed/h",
    "openings a worker-hour on a model that was well while another was faulty",
    "less",
    (r) => (r.scenario.models.length > 1 ? perHour(r, r.tally.counts.blamed) : Number.NaN),
  ),
  figure("limits", "limits/h", "limits begun a worker-hour while the model was well", "less", (r) =>
    perHour(r, r.tally.counts.falseLimits),
  ),
  figure("limitedPercent", "limited %", "of the watch under a limit", "neither", (r) =>
    percent(r.tally.counts.limitedMs, r.scenario.watchMs * r.scenario.workers),
  ),
  figure(
    "refusedWell",
    "refused %",
    "requests refused of those that came while the model was well",
    "less",
    ({ tally }) => percent(tally.counts.refusedWell, tally.counts.requestsWell),
  ),
  figure(
    "disagree",
    "disagree s",
    "seconds, each times the share of workers that are of the minority's opinion",
    "less",
    disagreeS,
  ),
  figure(
    "waitP99",
    "wait p99 s",
    "wait of requests for a slot, 99th percentile",
    "less",
    ({ tally }) => tally.llmWaits.quantile(0.99) / 1000,
  ),
  figure(
    "otherWaitP99",
    "other wait",
    "wait of other work for a slot, 99th percentile, in seconds",
    "less",
    ({ tally, scenario }) =>
      scenario.other === undefined ? Number.NaN : tally.otherWaits.quantile(0.99) / 1000,
  ),
];

function figure(
  id: string,
  heading: string,
  meaning: string,
  better: Figure["better"],
  of: Figure["of"],
): Figure {
  return { id, heading, meaning, better, of };
}

function ratio(part: number, of: number): number {
  return of === 0 ? Number.NaN : part / of;
}

function percent(part: number, of: number): number {
  return 100 * ratio(part, of);
}

function perWorker({ scenario }: Replication, value: number): number {
  return value / scenario.workers;
}

function perHour({ scenario }: Replication, value: number): number {
  return value / ((scenario.workers * scenario.watchMs) / HOUR_MS);
}

function hasFault({ scenario }: Replication): boolean {
  return Number.isFinite(timelineOf(scenario).faultFrom);
}

function heals({ scenario }: Replication): boolean {
  const { healed, end } = timelineOf(scenario);
  return healed < end;
}

function openS(replication: Replication, q: number): number {
  return hasFault(replication) ? quantile(replication.tally.openedMs, q) / 1000 : Number.NaN;
}

function recoverS(replication: Replication, q: number): number {
  return heals(replication) ? quantile(replication.tally.recoveredMs, q) / 1000 : Number.NaN;
}

/** Answers a second from one moment to another. */
function goodput({ series }: Tally, timeline: Timeline, from: number, to: number): number {
  const first = bucketOf(timeline, from);
  const last = Math.max(first + 1, bucketOf(timeline, to));
  return sum(series.answered.subarray(first, last)) / (((last - first) * timeline.bucketMs) / 1000);
}

function regainS(replication: Replication): number {
  if (!heals(replication)) return Number.NaN;
  const timeline = timelineOf(replication.scenario);
  const { seriesFrom, onset, healed, end, bucketMs } = timeline;
  const before = goodput(replication.tally, timeline, seriesFrom, onset);
  const stepMs = Math.max(bucketMs, REGAIN_MS);
  for (let from = healed; from + stepMs <= end; from += stepMs) {
    if (goodput(replication.tally, timeline, from, from + stepMs) >= REGAINED * before)
      return (from - healed) / 1000;
  }
  return Infinity;
}

function endGoodput({ scenario, tally }: Replication): number {
  const timeline = timelineOf(scenario);
  const { seriesFrom, onset, end } = timeline;
  return percent(goodput(tally, timeline, end - LOOK_MS, end), goodput(tally, timeline, seriesFrom, onset));
}

function duringGoodput(replication: Replication): number {
  if (!hasFault(replication)) return Number.NaN;
  const timeline = timelineOf(replication.scenario);
  const { seriesFrom, onset, faultFrom, healed, end } = timeline;
  const { tally } = replication;
  return percent(
    goodput(tally, timeline, faultFrom, Math.min(healed, end)),
    goodput(tally, timeline, seriesFrom, onset),
  );
}

function disagreeS({ scenario, tally }: Replication): number {
  const { bucketMs } = timelineOf(scenario);
  const guards = scenario.workers * scenario.models.length;
  let open = 0;
  let disagreement = 0;
  for (const change of tally.series.notClosed) {
    open += change;
    disagreement += Math.min(open, guards - open) / guards;
  }
  return (disagreement * bucketMs) / 1000;
}
