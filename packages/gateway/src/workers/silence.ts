/** A worker that starts may be silent for this long at least: it reads what it had learned, on a machine that may be busy. */
const STARTING_MS = 60_000;

/** How often it is looked, as a share of what is allowed. */
const LOOKS = 10;

/**
 * Tells when a worker has been silent for too long. Times are milliseconds of a clock that does not jump. Where the
 * looking itself was late, whoever looks was stopped or stuck, and may have missed what the worker said: the worker gets
 * its whole time again.
 */
export class Silence {
  readonly #limitMs: () => number;
  #heardAt: number;
  #lookedAt: number;
  #started = false;

  /** @param limitMs what is allowed; it may change. */
  constructor(limitMs: () => number, now: number) {
    this.#limitMs = limitMs;
    this.#heardAt = now;
    this.#lookedAt = now;
  }

  /** When it was heard last. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** In how many milliseconds to look again. */
  get nextLookMs(): number {
    return this.#limitMs() / LOOKS;
  }

  heard(now: number, started: boolean): void {
    this.#heardAt = now;
    this.#started = started;
  }

  /** Whether it has been silent for too long. */
  look(now: number): boolean {
    const late = now - this.#lookedAt > 3 * this.nextLookMs;
    this.#lookedAt = now;
    if (late) this.#heardAt = now;
    const limitMs = this.#limitMs();
    return now - this.#heardAt > (this.#started ? limitMs : Math.max(limitMs, STARTING_MS));
  }
}
