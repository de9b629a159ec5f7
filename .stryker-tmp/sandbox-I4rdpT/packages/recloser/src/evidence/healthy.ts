// @ts-nocheck
import { BUCKETS, bucketMiddleMs, bucketOf } from "./histogram.js";

/** Fewer samples than this say nothing about a tail … */
const ENOUGH = 100;
/** … nor do those of a shorter time: the quick calls of a start end first. */
const ENOUGH_MS = 120_000;
/** Counts are halved once there are this many … */
const MEMORY = 1_000;
/** … and they span this long, so that a fast circuit does not forget within minutes … */
const MEMORY_MS = 600_000;
/** … but never later than this: a bucket counts to 65,535. */
const MOST = 30_000;
/** A change that has lasted this long is no incident any more: it is what healthy looks like now. */
const LASTING_MS = 1_800_000;
/** A change is over after so many calm samples in a row: a meter that hovers must not keep it from being learned. */
const CALM_AGAIN = 20;
/** The quantiles are read again after this share of new samples. */
const READ_EACH = 32;

/**
 * However alike healthy calls are, the p90 and the p99 are taken to be at least this many times the p50: a few milliseconds
 * more than always are not slow.
 */
const LEAST_P90 = 1.2;
const LEAST_P99 = 1.5;

/** How long healthy calls take: three quantiles of what was learned, in milliseconds. */
export interface Healthy {
  readonly samples: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
}

interface Changed {
  readonly since: number;
  readonly counts: Uint16Array;
  samples: number;
  /** Calm samples in a row since the latest that was not. */
  calm: number;
}

/**
 * One learned distribution of healthy durations. It forgets by halving, and learns only while it is told that all is calm.
 * What comes meanwhile is kept aside: when that has lasted half an hour, it takes the place of what was learned.
 */
export class HealthyDurations {
  /** What was learned; `undefined` until there are enough samples. */
  healthy: Healthy | undefined;
  /** Durations are counted in units of this many milliseconds. */
  readonly #unitMs: number;
  #counts: Uint16Array | undefined;
  #samples = 0;
  #unread = 0;
  #halvedAt: number;
  /** When it began to learn. */
  #since: number;
  #changed: Changed | undefined;

  constructor(now: number, unitMs = 1) {
    this.#halvedAt = now;
    this.#since = now;
    this.#unitMs = unitMs;
  }

  /** Takes a sample in. True when what is healthy has changed. */
  learn(ms: number, calm: boolean, now: number): boolean {
    const bucket = bucketOf(ms / this.#unitMs);
    if (!calm) return this.#keepAside(bucket, now);
    if (this.#changed !== undefined && ++this.#changed.calm >= CALM_AGAIN) this.#changed = undefined;
    if (this.#counts === undefined) {
      this.#counts = new Uint16Array(BUCKETS);
      this.#since = now;
    }
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#samples++;
    this.#unread++;
    if (this.#samples >= MOST || (this.#samples >= MEMORY && now - this.#halvedAt >= MEMORY_MS))
      this.#halve(now);
    if (this.healthy === undefined) {
      if (this.#samples < ENOUGH || now - this.#since < ENOUGH_MS) return false;
    } else if (this.#unread * READ_EACH < this.#samples) {
      return false;
    }
    return this.#read();
  }

  #keepAside(bucket: number, now: number): boolean {
    this.#changed ??= { since: now, counts: new Uint16Array(BUCKETS), samples: 0, calm: 0 };
    this.#changed.calm = 0;
    const { since, counts } = this.#changed;
    if (this.#changed.samples < MOST) {
      counts[bucket] = (counts[bucket] ?? 0) + 1;
      this.#changed.samples++;
    }
    if (now - since < LASTING_MS || this.#changed.samples < ENOUGH) return false;
    this.#counts = counts;
    this.#samples = this.#changed.samples;
    this.#changed = undefined;
    this.#halvedAt = now;
    return this.#read();
  }

  /** Carries what halving leaves over into the next bucket: else a tail of single samples would vanish. */
  #halve(now: number): void {
    const counts = this.#counts;
    if (counts === undefined) return;
    let carried = 0;
    this.#samples = 0;
    for (let bucket = 0; bucket < counts.length; bucket++) {
      const twice = (counts[bucket] ?? 0) + carried;
      carried = twice & 1;
      counts[bucket] = twice >> 1;
      this.#samples += twice >> 1;
    }
    this.#halvedAt = now;
  }

  #read(): boolean {
    const counts = this.#counts;
    if (counts === undefined) return false;
    this.#unread = 0;
    const [p50 = 0, p90 = 0, p99 = 0] = quantilesOf(counts, this.#samples);
    this.healthy = {
      samples: this.#samples,
      p50Ms: p50 * this.#unitMs,
      p90Ms: Math.max(p90, LEAST_P90 * p50) * this.#unitMs,
      p99Ms: Math.max(p99, LEAST_P99 * p50) * this.#unitMs,
    };
    return true;
  }

  save(now: number): SavedDurations | undefined {
    if (this.#counts === undefined) return undefined;
    const { healthy } = this;
    return {
      counts: sparse(this.#counts),
      unread: this.#unread,
      halvedAgoMs: now - this.#halvedAt,
      forMs: now - this.#since,
      ...(healthy === undefined ? {} : { healthy }),
      ...(this.#changed === undefined
        ? {}
        : {
            changed: {
              forMs: now - this.#changed.since,
              counts: sparse(this.#changed.counts),
              calm: this.#changed.calm,
            },
          }),
    };
  }

  restore(saved: SavedDurations, now: number): void {
    const { counts, samples } = dense(saved.counts);
    this.#counts = counts;
    this.#samples = samples;
    this.#unread = saved.unread;
    this.#halvedAt = now - saved.halvedAgoMs;
    this.#since = now - saved.forMs;
    this.healthy = saved.healthy;
    const { changed } = saved;
    this.#changed = changed && { since: now - changed.forMs, calm: changed.calm, ...dense(changed.counts) };
  }
}

export interface SavedDurations {
  /** Bucket, count, bucket, count … */
  readonly counts: readonly number[];
  readonly unread: number;
  readonly halvedAgoMs: number;
  readonly forMs: number;
  readonly healthy?: Healthy;
  readonly changed?: { readonly forMs: number; readonly counts: readonly number[]; readonly calm: number };
}

const STEPS = [0.5, 0.9, 0.99] as const;

function quantilesOf(counts: Uint16Array, samples: number): number[] {
  const found: number[] = [];
  let seen = 0;
  for (let bucket = 0; bucket < counts.length && found.length < STEPS.length; bucket++) {
    seen += counts[bucket] ?? 0;
    while (found.length < STEPS.length && seen >= Math.ceil((STEPS[found.length] ?? 1) * samples))
      found.push(bucketMiddleMs(bucket));
  }
  return found;
}

function sparse(counts: Uint16Array): number[] {
  const pairs: number[] = [];
  counts.forEach((count, bucket) => {
    if (count > 0) pairs.push(bucket, count);
  });
  return pairs;
}

function dense(pairs: readonly number[]): { counts: Uint16Array; samples: number } {
  const counts = new Uint16Array(BUCKETS);
  let samples = 0;
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const bucket = pairs[i] ?? 0;
    counts[bucket] = pairs[i + 1] ?? 0;
    samples += counts[bucket] ?? 0;
  }
  return { counts, samples };
}
