const HALF_LIFE_MS = 600_000;
/** Below this the thresholds that follow from the rate would collapse in idle gaps. */
const SLOWEST_PER_S = 0.05;

/** What is left of one after `elapsedMs`. `exp`, because a fractional power costs three times as much. */
export function halved(elapsedMs: number, halfLifeMs: number): number {
  return Math.exp((-Math.LN2 * elapsedMs) / halfLifeMs);
}

/** The half-life of what a meter has gathered, in milliseconds: max(120 s, 10 / call rate). */
export function meterHalfLifeMs(callsPerSecond: number): number {
  return Math.max(120_000, 10_000 / callsPerSecond);
}

/**
 * The rate of the calls that a circuit judges or rejects, in calls a second: a decayed count over a decayed time, both
 * with a half-life of ten minutes. Starts at its floor, as if one call had come in twenty seconds.
 */
export class CallRate {
  #calls = 1;
  #seconds = 20;
  #at: number;

  constructor(now: number) {
    this.#at = now;
  }

  /** One more. */
  called(now: number): void {
    const elapsedMs = now - this.#at;
    this.#at = now;
    const kept = halved(elapsedMs, HALF_LIFE_MS);
    this.#calls = this.#calls * kept + 1;
    this.#seconds = this.#seconds * kept + elapsedMs / 1000;
  }

  get perSecond(): number {
    return Math.max(SLOWEST_PER_S, this.#calls / this.#seconds);
  }

  save(now: number): SavedRate {
    return { calls: this.#calls, seconds: this.#seconds, agoMs: now - this.#at };
  }

  restore(saved: SavedRate, now: number): void {
    this.#calls = saved.calls;
    this.#seconds = saved.seconds;
    this.#at = now - saved.agoMs;
  }
}

export interface SavedRate {
  readonly calls: number;
  readonly seconds: number;
  readonly agoMs: number;
}
