/** Wake-ups a job that ends: more than one, because some find the slot taken. */
const WAKES_A_JOB = 2;
const SHORTEST_SPACING_MS = 10;
const LONGEST_SPACING_MS = 1_000;
/** Until a job has succeeded, nobody knows how long they take. */
const SPACING_AT_FIRST_MS = 50;
/** How much the latest job counts in what they usually take. */
const NEWEST = 0.2;

/** The slots of a worker that guarded jobs may hold, and how fast they come free. */
export class Share {
  #running = 0;
  #usualMs: number | undefined;

  get running(): number {
    return this.#running;
  }

  /** Takes a slot; the function that it gives returns it. */
  enter(): () => void {
    this.#running++;
    let inside = true;
    return () => {
      if (inside) this.#running--;
      inside = false;
    };
  }

  /** A job has succeeded after `ms`. Failures say nothing: they are quick, or as long as a deadline. */
  learn(ms: number): void {
    this.#usualMs = this.#usualMs === undefined ? ms : this.#usualMs + NEWEST * (ms - this.#usualMs);
  }

  /** How far apart jobs that were sent back wake up: as fast as the slots can use them, and no faster. */
  spacingMs(slots: number): number {
    if (this.#usualMs === undefined) return SPACING_AT_FIRST_MS;
    const spacing = this.#usualMs / slots / WAKES_A_JOB;
    return Math.min(LONGEST_SPACING_MS, Math.max(SHORTEST_SPACING_MS, spacing));
  }
}
