import { WaitHistogram } from "./wait-histogram.js";

/** Sums over all workers, from the onset on. Requests are counted when they arrive, the rest when it happens. */
export const COUNTS = [
  /** What callers wanted; each ends in exactly one of the next six, or is still under way at the end. */
  "requests",
  "answered",
  "failed",
  "refused",
  "full",
  "unslotted",
  "aborted",
  "pending",
  /** Of those that came from the beginning of their model's first fault to the end of its last one. */
  "requestsHit",
  "answeredHit",
  /** After the last fault. */
  "requestsHealed",
  "refusedHealed",
  "answeredHealed",
  /** While their model was well and had been for some time. */
  "requestsWell",
  "refusedWell",
  /** Attempts that reached the provider. */
  "sent",
  "sentFaulty",
  /** Of those that came while their model was faulty: attempts that brought nothing. */
  "wasted",
  "throttled",
  "probes",
  /** Milliseconds that slots were held by the same requests; and by attempts that were sent while the model was faulty and brought nothing. */
  "slotMs",
  "wastedSlotMs",
  "opens",
  "falseOpens",
  /** False opens while another model was faulty. */
  "blamed",
  "limits",
  "falseLimits",
  "limitedMs",
  "otherBefore",
  "otherBeforeDone",
  "other",
  "otherDone",
] as const;

export type Count = (typeof COUNTS)[number];
export type Counts = Record<Count, number>;

/** Sums for each bucket of time. */
export const SERIES = [
  "offered",
  "sent",
  "answered",
  "failed",
  "refused",
  "full",
  "probes",
  "otherOffered",
  "otherDone",
  /** Of requests that got a slot: how many, and how long they had waited, in all. */
  "slotted",
  "waitMs",
  /** Changes of the number of guards that are not closed, and of those that limit. */
  "notClosed",
  "limited",
] as const;

export type SeriesName = (typeof SERIES)[number];
export type Series = Readonly<Record<SeriesName, Float64Array>>;

/** What a guard did, as the heat map shows it. */
export const HEAT = { closed: 0, limited: 1, halfOpen: 2, open: 3 } as const;

/** Room for one run's figures: bounded by the number of workers and of buckets, whatever the number of calls. */
export interface Tally {
  readonly counts: Counts;
  readonly series: Series;
  readonly llmWaits: WaitHistogram;
  readonly otherWaits: WaitHistogram;
  /** By worker, milliseconds after the first fault began; Infinity where it never happened. */
  readonly actedMs: Float64Array;
  readonly openedMs: Float64Array;
  /** By worker, milliseconds after the last fault ended; Infinity where it was not closed again. */
  readonly recoveredMs: Float64Array;
  /** Rows of workers, columns of buckets. */
  readonly heat: Uint8Array;
}

export function emptyTally(workers: number, buckets: number, heatRows: number): Tally {
  const counts = Object.fromEntries(COUNTS.map((name) => [name, 0])) as Counts;
  const series = Object.fromEntries(SERIES.map((name) => [name, new Float64Array(buckets)])) as Series;
  const never = (): Float64Array => new Float64Array(workers).fill(Infinity);
  return {
    counts,
    series,
    llmWaits: new WaitHistogram(),
    otherWaits: new WaitHistogram(),
    actedMs: never(),
    openedMs: never(),
    recoveredMs: never(),
    heat: new Uint8Array(heatRows * buckets),
  };
}
