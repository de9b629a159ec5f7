/**
 * Log-linear buckets for durations: whole milliseconds below 16, from there 16 to an octave, so a bucket is at most 6.25 %
 * wide and a quantile read from its middle is within about 3 %. The index comes from integer bits: no logarithm on the hot
 * path.
 */
// @ts-nocheck

const SUB_BITS = 4;
const SUBS = 1 << SUB_BITS;
/** 2^21 ms is 35 minutes; longer durations share the last bucket. */
const OCTAVES = 21;
const LONGEST_MS = 2 ** OCTAVES - 1;

export const BUCKETS: number = (OCTAVES - SUB_BITS + 1) * SUBS;

export function bucketOf(ms: number): number {
  const whole = ms < 0 ? 0 : ms > LONGEST_MS ? LONGEST_MS : ms | 0;
  if (whole < SUBS) return whole;
  const shift = 31 - Math.clz32(whole) - SUB_BITS;
  return (shift << SUB_BITS) + (whole >> shift);
}

/** The middle of a bucket, in milliseconds. */
export function bucketMiddleMs(bucket: number): number {
  if (bucket < SUBS) return bucket + 0.5;
  const shift = (bucket >> SUB_BITS) - 1;
  return ((bucket & (SUBS - 1)) + SUBS + 0.5) * 2 ** shift;
}

/** Durations as people read them; `null` where there were none. */
export interface Quantiles {
  readonly count: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

const STEPS = [0.5, 0.95, 0.99] as const;

/** Reads the quantiles of `buckets`, which holds a count for each bucket. With nothing in it they are `null`. */
export function quantiles(buckets: Uint32Array): Quantiles {
  let count = 0;
  for (const n of buckets) count += n;
  const [p50Ms = null, p95Ms = null, p99Ms = null] = STEPS.map((q) => quantile(buckets, count, q));
  return { count, p50Ms, p95Ms, p99Ms };
}

function quantile(buckets: Uint32Array, count: number, q: number): number | null {
  if (count === 0) return null;
  const rank = Math.max(1, Math.ceil(q * count));
  let seen = 0;
  for (let bucket = 0; bucket < buckets.length; bucket++) {
    seen += buckets[bucket] ?? 0;
    if (seen >= rank) return Math.round(bucketMiddleMs(bucket) * 10) / 10;
  }
  return null;
}
