import { halved } from "./call-rate.js";
import { type Healthy, HealthyDurations, type SavedDurations } from "./healthy.js";
import type { StallDeadlines } from "./in-flight.js";

/** Until enough is learned: a reasoning model may think for minutes, and a breaker must not call that an outage. */
const PRIOR_DEADLINES: StallDeadlines = { streaming: 60_000, unary: 180_000 };
/** However quick a dependency is, less than this is not a hang. */
export const SHORTEST_DEADLINE_MS = 15_000;
const DEADLINE_FACTOR = 3;
/** What each probe that failed in a row multiplies the patience by. */
const PATIENCE_GROWTH = 1.5;
/** More steps of growth than lead from any deadline to the longest. */
const MOST_GROWTH = 16;
/** After this many, not even the prior was patient enough. */
const MANY_PROBES = 8;
/** No proof and no patience is longer than this many times the prior. */
const LONGEST_FACTOR = 5;

const grown = (steps: number): number => PATIENCE_GROWTH ** Math.min(steps, MOST_GROWTH);

/** An answer that came after its deadline proves the deadline too short, by this much … */
const PROOF_FACTOR = 2;
/** … for a while. */
const PROOF_HALF_LIFE_MS = 1_800_000;
/** The wait before the first token of a unary call, in tokens: so that short answers do not look slow. */
const FIRST_TOKEN_IN_TOKENS = 50;
/** Fewer tokens than this say nothing about the time that one takes. */
const FEWEST_TOKENS = 8;
/** Tokens take a few milliseconds each: counted in whole ones, their quantiles would be a quarter off. */
const PER_TOKEN_UNIT_MS = 1 / 16;

/** What healthy looks like here, for calls of one kind. `undefined` until enough was learned. */
export interface HealthyCalls {
  /** To the first sign of life: the first token of a streaming call, the whole answer of a unary one. */
  readonly wait: Healthy | undefined;
  /** For each token of the answer, once it flows; for a unary call the wait for the first one is shared among them. */
  readonly perToken: Healthy | undefined;
}

/** What the baseline needs to know of a call. */
export interface Timed {
  readonly admittedAt: number;
  readonly streaming: boolean;
  readonly firstTokenAt: number | undefined;
  /** Times a token was reported. */
  readonly tokens: number;
}

/** One kind of calls. */
class Learned implements HealthyCalls {
  readonly waits: HealthyDurations;
  readonly paces: HealthyDurations;
  readonly #prior: number;
  #provenMs = 0;
  #provenAt: number;

  constructor(prior: number, now: number) {
    this.waits = new HealthyDurations(now);
    this.paces = new HealthyDurations(now, PER_TOKEN_UNIT_MS);
    this.#prior = prior;
    this.#provenAt = now;
  }

  get wait(): Healthy | undefined {
    return this.waits.healthy;
  }

  get perToken(): Healthy | undefined {
    return this.paces.healthy;
  }

  prove(waitMs: number, now: number): void {
    this.#provenMs = Math.max(this.#proven(now), waitMs);
    this.#provenAt = now;
  }

  #proven(now: number): number {
    return this.#provenMs * halved(now - this.#provenAt, PROOF_HALF_LIFE_MS);
  }

  /** Without what single calls have proved. */
  get unprovenMs(): number {
    if (this.wait === undefined) return this.#prior;
    return Math.max(SHORTEST_DEADLINE_MS, DEADLINE_FACTOR * this.wait.p99Ms);
  }

  deadlineMs(now: number): number {
    const proven = Math.min(LONGEST_FACTOR * this.#prior, PROOF_FACTOR * this.#proven(now));
    return Math.max(this.unprovenMs, proven);
  }

  save(now: number): SavedKind {
    const wait = this.waits.save(now);
    const perToken = this.paces.save(now);
    return {
      ...(wait === undefined ? {} : { wait }),
      ...(perToken === undefined ? {} : { perToken }),
      ...(this.#provenMs === 0 ? {} : { proven: { ms: this.#provenMs, agoMs: now - this.#provenAt } }),
    };
  }

  restore(saved: SavedKind, now: number): void {
    if (saved.wait !== undefined) this.waits.restore(saved.wait, now);
    if (saved.perToken !== undefined) this.paces.restore(saved.perToken, now);
    if (saved.proven === undefined) return;
    this.#provenMs = saved.proven.ms;
    this.#provenAt = now - saved.proven.agoMs;
  }
}

/**
 * What healthy looks like for one dependency, learned from calls that ended well: streaming and unary apart, the wait for a
 * sign of life and the time for each token apart. Until there are a hundred samples it knows nothing but the prior stall
 * deadlines.
 */
export class Baseline {
  readonly #streaming: Learned;
  readonly #unary: Learned;

  constructor(now: number) {
    this.#streaming = new Learned(PRIOR_DEADLINES.streaming, now);
    this.#unary = new Learned(PRIOR_DEADLINES.unary, now);
  }

  of(streaming: boolean): HealthyCalls {
    return this.#kind(streaming);
  }

  #kind(streaming: boolean): Learned {
    return streaming ? this.#streaming : this.#unary;
  }

  /** The first sign of life came after `waitMs`. True when what is healthy has changed. */
  waited(streaming: boolean, waitMs: number, calm: boolean, now: number): boolean {
    return this.#kind(streaming).waits.learn(waitMs, calm, now);
  }

  /** The answer's tokens took this long each. */
  paced(streaming: boolean, perTokenMs: number, calm: boolean, now: number): void {
    this.#kind(streaming).paces.learn(perTokenMs, calm, now);
  }

  /** A call gave a sign of life although it was past its stall deadline. */
  proved(streaming: boolean, waitMs: number, now: number): void {
    this.#kind(streaming).prove(waitMs, now);
  }

  /** The stall deadline without what single calls have proved. */
  unprovenDeadlineMs(streaming: boolean): number {
    return this.#kind(streaming).unprovenMs;
  }

  /** `max(15 s, 3 × healthy p99)`, or twice a longer wait that has lately ended well; the prior until enough was learned. */
  stallDeadlineMs(streaming: boolean, now: number): number {
    return this.#kind(streaming).deadlineMs(now);
  }

  /**
   * The patience with a probe that has passed its stall deadline, the `failedProbes`-th that failed in a row: the deadline,
   * half as long again for each, up to the prior; and, where nothing is learned or after very many, up to five times the
   * prior. A dependency that is slower than its deadline for good would otherwise never prove itself.
   */
  patienceMs(streaming: boolean, failedProbes: number, now: number): number {
    const kind = this.#kind(streaming);
    const prior = streaming ? PRIOR_DEADLINES.streaming : PRIOR_DEADLINES.unary;
    const deadlineMs = kind.deadlineMs(now);
    const beyond = kind.wait === undefined ? failedProbes : Math.max(0, failedProbes - MANY_PROBES);
    const longestMs = prior * Math.min(LONGEST_FACTOR, grown(beyond));
    return Math.max(deadlineMs, Math.min(longestMs, deadlineMs * grown(failedProbes)));
  }

  /** The longest that a stall deadline can become. */
  longestMs(streaming: boolean): number {
    return LONGEST_FACTOR * (streaming ? PRIOR_DEADLINES.streaming : PRIOR_DEADLINES.unary);
  }

  save(now: number): SavedBaseline {
    return { streaming: this.#streaming.save(now), unary: this.#unary.save(now) };
  }

  restore(saved: SavedBaseline, now: number): void {
    this.#streaming.restore(saved.streaming, now);
    this.#unary.restore(saved.unary, now);
  }
}

interface SavedKind {
  readonly wait?: SavedDurations;
  readonly perToken?: SavedDurations;
  readonly proven?: { readonly ms: number; readonly agoMs: number };
}

export interface SavedBaseline {
  readonly streaming: SavedKind;
  readonly unary: SavedKind;
}

/**
 * How long each token of an answer that ended at `now` took, in milliseconds; `undefined` where nobody knows. Tokens are
 * counted as they were reported; where only the first one was, the answer's own figure counts.
 */
export function perTokenMs(call: Timed, outputTokens: number | undefined, now: number): number | undefined {
  if (call.firstTokenAt === undefined) {
    if (call.streaming || !enough(outputTokens)) return undefined;
    return (now - call.admittedAt) / (outputTokens + FIRST_TOKEN_IN_TOKENS);
  }
  const tokens = call.tokens > 1 ? call.tokens : outputTokens;
  if (!enough(tokens)) return undefined;
  return (now - call.firstTokenAt) / (tokens - 1);
}

function enough(tokens: number | undefined): tokens is number {
  return tokens !== undefined && tokens >= FEWEST_TOKENS;
}
