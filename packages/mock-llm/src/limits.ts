/** Places for calls served at once, and the queue behind them, first come first served. */
export class Slots {
  readonly #capacity: () => number;
  readonly #waiting = new Set<() => void>();
  #busy = 0;

  /** `capacity` is read each time, because it changes with the phase. */
  constructor(capacity: () => number) {
    this.#capacity = capacity;
  }

  get busy(): number {
    return this.#busy;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Calls `start`, now or when a place is free. Returns how to give the place, or the place in the queue, back. */
  take(start: () => void): () => void {
    let state: "waiting" | "busy" | "done" = "waiting";
    const begin = () => {
      state = "busy";
      this.#busy += 1;
      start();
    };
    this.#waiting.add(begin);
    this.pump();
    return () => {
      this.#waiting.delete(begin);
      if (state === "busy") this.#busy -= 1;
      state = "done";
      this.pump();
    };
  }

  /** Lets in whom there is room for. */
  pump(): void {
    for (const begin of this.#waiting) {
      if (this.#busy >= this.#capacity()) return;
      this.#waiting.delete(begin);
      begin();
    }
  }
}

/** A token bucket that starts full. */
export class Bucket {
  #tokens: number | undefined;
  #at = 0;

  /** Takes one; or says how many milliseconds until one is there. */
  take(
    now: number,
    perSecond: number,
    burst: number,
  ): { ok: true; left: number } | { ok: false; waitMs: number } {
    const filled = this.#tokens === undefined ? burst : this.#tokens + ((now - this.#at) / 1000) * perSecond;
    this.#tokens = Math.min(burst, filled);
    this.#at = now;
    if (this.#tokens < 1) return { ok: false, waitMs: ((1 - this.#tokens) / perSecond) * 1000 };
    this.#tokens -= 1;
    return { ok: true, left: Math.floor(this.#tokens) };
  }
}
