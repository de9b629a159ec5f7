const HALF_LIFE_MS = 600_000;
/** What is left of one after `elapsedMs`. `exp`, because a fractional power costs three times as much. */
export function halved(elapsedMs: number, halfLifeMs: number): number {
  return Math.exp((-Math.LN2 * elapsedMs) / halfLifeMs);
}

/** Below this the thresholds that follow from the rate would collapse in idle gaps. */
const SLOWEST_PER_S = 0.05;

/**
 * The rate of the calls that a circuit judges or rejects, in requests a second: a decayed count over a decayed time, both with a half-life
 * of ten minutes. Starts at its floor, as if one request had come in twenty seconds.
 */
export class RequestRate {
  #requests = 1;
  #seconds = 20;
  #at: number;

  constructor(now: number) {
    this.#at = now;
  }

  requested(now: number): void {
    const elapsedMs = now - this.#at;
    this.#at = now;
    const kept = halved(elapsedMs, HALF_LIFE_MS);
    this.#requests = this.#requests * kept + 1;
    this.#seconds = this.#seconds * kept + elapsedMs / 1000;
  }

  get perSecond(): number {
    return Math.max(SLOWEST_PER_S, this.#requests / this.#seconds);
  }
}
