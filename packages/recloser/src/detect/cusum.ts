/** A test below this is empty: it would otherwise decay for ever without starting a new run. */
const EMPTY = 0.05;

export const remains = (level: number): number => (level < EMPTY ? 0 : level);

/** The failure share of a dependency that is down. */
export const DOWN = 0.95;

/** What a test needs to know of a call. */
interface Admitted {
  readonly admittedAt: number;
}

/** What a success has paid back in a run of failures. */
export interface Paid {
  readonly nats: number;
  readonly run: number;
}

const NOTHING: Paid = { nats: 0, run: -1 };

/** A one-sided CUSUM between two failure shares, in nats, that knows when its current run of failures began. */
export class Cusum {
  level = 0;
  #tolerable: number;
  #runStartedAt = -Infinity;
  /** Counts the runs of failures. */
  #run = 0;

  constructor(tolerable: number) {
    this.#tolerable = tolerable;
  }

  decay(kept: number): void {
    this.level = remains(this.level * kept);
  }

  /** `tolerable` is frozen when a run begins: a fresh outage must not dilute its own test. */
  fail(call: Admitted, tolerable: number, cost: number): void {
    if (this.level === 0) {
      this.#run++;
      this.#runStartedAt = call.admittedAt;
      this.#tolerable = tolerable;
    }
    this.level = Math.max(0, this.level + Math.log((DOWN * cost) / this.#tolerable));
  }

  /**
   * Pays back `share` of a success; gives what was paid, for `revoke`. A call that was admitted before this run of failures says nothing
   * about what came after.
   */
  succeed(call: Admitted, share = 1): Paid {
    if (this.level === 0 || call.admittedAt < this.#runStartedAt) return NOTHING;
    const tolerable = Math.min(this.#tolerable, DOWN);
    const before = this.level;
    this.level = Math.max(0, before + share * Math.log((1 - DOWN) / (1 - tolerable)));
    return { nats: before - this.level, run: this.#run };
  }

  /** Takes back the share `kept` of what `succeed` paid, if its run is not over. */
  revoke({ nats, run }: Paid, kept: number): void {
    if (run === this.#run) this.level += nats * kept;
  }

  reset(): void {
    this.level = 0;
    this.#run++;
  }

  save(now: number): SavedCusum {
    const { level } = this;
    return { level, tolerable: this.#tolerable, runMs: level === 0 ? 0 : now - this.#runStartedAt };
  }

  restore({ level, tolerable, runMs }: SavedCusum, now: number): void {
    this.level = level;
    this.#tolerable = tolerable;
    this.#runStartedAt = now - runMs;
  }
}

export interface SavedCusum {
  readonly level: number;
  readonly tolerable: number;
  /** How long ago the run began. */
  readonly runMs: number;
}
