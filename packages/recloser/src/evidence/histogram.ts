/**
 * Log-linear buckets for durations: 16 to an octave, so a bucket is at most 6.25 % wide and a quantile read from its
 * middle is within about 3 %. The index comes from integer bits: no logarithm on the hot path.
 */
const SUB_BITS = 4;
const SUBS = 1 << SUB_BITS;
/** 2^21 ms is 35 minutes; longer durations share the last bucket. */
const OCTAVES = 21;
const LONGEST_MS = 2 ** OCTAVES - 1;

export const BUCKETS: number = OCTAVES * SUBS;

export function bucketOf(ms: number): number {
  const whole = ms < 1 ? 1 : ms > LONGEST_MS ? LONGEST_MS : ms | 0;
  const octave = 31 - Math.clz32(whole);
  const sub = octave >= SUB_BITS ? whole >> (octave - SUB_BITS) : whole << (SUB_BITS - octave);
  return octave * SUBS + (sub & (SUBS - 1));
}

/** The middle of a bucket, in milliseconds. */
export function bucketMiddleMs(bucket: number): number {
  const octave = Math.floor(bucket / SUBS);
  const sub = bucket % SUBS;
  return 2 ** octave * (1 + (sub + 0.5) / SUBS);
}

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
