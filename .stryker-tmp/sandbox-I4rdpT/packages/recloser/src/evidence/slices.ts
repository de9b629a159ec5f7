/**
 * A ring of time slices, expired by the true gap. Any read or write first calls `advance`, so an hour of silence
 * empties the ring however few calls came, and the cost is bounded by the number of slices.
 */
// @ts-nocheck

export class Slices {
  readonly sliceMs: number;
  readonly count: number;
  readonly #origin: number;
  #head = 0;

  constructor(windowMs: number, count: number, now: number) {
    this.sliceMs = windowMs / count;
    this.count = count;
    // Slices count from the start, so that neither a clock's origin nor its phase decides anything.
    this.#origin = now;
  }

  /** The slot of `now`, after `clear` was called for each slot that has expired. A clock that goes back keeps the head. */
  advance(now: number, clear: (slot: number) => void): number {
    const slice = Math.floor((now - this.#origin) / this.sliceMs);
    const gap = slice - this.#head;
    if (gap > 0) {
      const expired = Math.min(gap, this.count);
      for (let i = 1; i <= expired; i++) clear((this.#head + i) % this.count);
      // When the gap is longer than the ring, every slot was cleared, whichever way the loop went round.
      this.#head = slice;
    }
    return this.#head % this.count;
  }
}
