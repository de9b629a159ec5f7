// @ts-nocheck
import { FAILED, NOT_FAILED } from "../outcome/failure.js";
import type { FailureReason, NeutralReason } from "../outcome/verdict.js";
import { BUCKETS, bucketOf, type Quantiles, quantiles } from "./histogram.js";
import { Slices } from "./slices.js";

/** What one settled call counts as. */
export type Tally = "success" | FailureReason | NeutralReason;

const FIRST_NEUTRAL = 1 + Object.keys(FAILED).length;
const TALLIES: readonly Tally[] = [
  "success",
  ...(Object.keys(FAILED) as FailureReason[]),
  ...(Object.keys(NOT_FAILED) as NeutralReason[]),
  "bug",
];
const INDEX = new Map(TALLIES.map((tally, index) => [tally, index]));

const WINDOW_MS = 60_000;
const SLICES = 4;
const FULL = 0xffff;

/** The last minute of settled calls. */
export interface WindowView {
  readonly windowMs: number;
  readonly calls: number;
  readonly successes: number;
  readonly failures: number;
  readonly neutral: number;
  /** Failures over successes and failures; `null` when there were neither. */
  readonly failureRate: number | null;
  readonly byReason: Readonly<Partial<Record<Tally, number>>>;
  readonly firstToken: Quantiles;
  readonly total: Quantiles;
}

/**
 * The last minute of settled calls: counts by what they said, and histograms of first token and total time. Recording
 * is O(1); its size is fixed (about 5 KB).
 */
export class RollingWindow {
  readonly #slices: Slices;
  readonly #counts = new Uint32Array(SLICES * TALLIES.length);
  readonly #firstToken = new Uint16Array(SLICES * BUCKETS);
  readonly #total = new Uint16Array(SLICES * BUCKETS);

  constructor(now: number) {
    this.#slices = new Slices(WINDOW_MS, SLICES, now);
  }

  readonly #clear = (slot: number): void => {
    this.#counts.fill(0, slot * TALLIES.length, (slot + 1) * TALLIES.length);
    this.#firstToken.fill(0, slot * BUCKETS, (slot + 1) * BUCKETS);
    this.#total.fill(0, slot * BUCKETS, (slot + 1) * BUCKETS);
  };

  count(tally: Tally, now: number): void {
    const slot = this.#slices.advance(now, this.#clear);
    const at = slot * TALLIES.length + (INDEX.get(tally) ?? 0);
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  firstToken(ms: number, now: number): void {
    add(this.#firstToken, this.#slices.advance(now, this.#clear), ms);
  }

  total(ms: number, now: number): void {
    add(this.#total, this.#slices.advance(now, this.#clear), ms);
  }

  view(now: number): WindowView {
    this.#slices.advance(now, this.#clear);
    const byReason: Partial<Record<Tally, number>> = {};
    let successes = 0;
    let failures = 0;
    let neutral = 0;
    TALLIES.forEach((tally, index) => {
      let sum = 0;
      for (let slot = 0; slot < SLICES; slot++) sum += this.#counts[slot * TALLIES.length + index] ?? 0;
      if (sum > 0) byReason[tally] = sum;
      if (index === 0) successes += sum;
      else if (index < FIRST_NEUTRAL) failures += sum;
      else neutral += sum;
    });
    const judged = successes + failures;
    return {
      windowMs: WINDOW_MS,
      calls: judged + neutral,
      successes,
      failures,
      neutral,
      failureRate: judged === 0 ? null : failures / judged,
      byReason,
      firstToken: quantiles(merged(this.#firstToken)),
      total: quantiles(merged(this.#total)),
    };
  }
}

function add(buckets: Uint16Array, slot: number, ms: number): void {
  const at = slot * BUCKETS + bucketOf(ms);
  const n = buckets[at] ?? 0;
  // Saturates: past 65,535 in one bucket of one slice the quantiles no longer care.
  if (n < FULL) buckets[at] = n + 1;
}

function merged(buckets: Uint16Array): Uint32Array {
  const sum = new Uint32Array(BUCKETS);
  for (let i = 0; i < buckets.length; i++) sum[i % BUCKETS] = (sum[i % BUCKETS] ?? 0) + (buckets[i] ?? 0);
  return sum;
}
