import { halved } from "../evidence/call-rate.js";

/** Under a limit `background` yields to `interactive`, and goes first as a probe. */
export type Priority = "interactive" | "background";

/** However calm it has been, a limit leaves room for this many calls that wait. */
const FEWEST_WAITING = 3;
/** The same for all calls in flight, where no `maxConcurrent` is set. */
const FEWEST_IN_FLIGHT = 8;
const PEAK_HALF_LIFE_MS = 3_600_000;
/** A peak that is younger than this has not faded. */
const FRESH_MS = 60_000;
/** In-flight counts are remembered one by one up to here; the last cell holds all above. */
const CELLS = 64;
const MEMORY = 2_000;
const TAIL = 0.99;
/** A limit ends when slowness is down to this. */
const TRUSTED_AGAIN = 0.25;
const PROBATION_STARTS_AT = 2;
/** Probation ends here at the latest, if the healthy peak is not above it. */
const PROBATION_ENDS_AT = 8;

/** What a limit allows: calls without a sign of life, and all calls in flight. */
export interface Caps {
  readonly waiting: number;
  readonly inFlight: number;
}

const NO_CAPS: Caps = { waiting: Infinity, inFlight: Infinity };

/**
 * How many calls may be in flight while the dependency is suspected, or on probation. It learns what that was while all
 * was calm: the peak of calls without a first token (halving each hour), and the 99th percentile of all in flight.
 *
 * A limit caps the calls that *wait*: the queue at the provider is what hurts, and a call whose tokens flow is progress.
 * The factor is one: with a quarter more the queue grows again (see docs/decisions/0007-slowness-limits.md).
 */
export class Limit {
  #peak = 0;
  #peakAt: number;
  readonly #cells = new Uint16Array(CELLS);
  #samples = 0;
  #suspected: Caps | undefined;
  /** Why calls that wait are limited; `""` while they are not. */
  suspicion = "";
  #probation = Infinity;

  constructor(now: number) {
    this.#peakAt = now;
  }

  /** A call was admitted while all was calm; it is among the counts. */
  learn(waiting: number, inFlight: number, now: number): void {
    // The usual call is far below a fresh peak: nothing is worked out for it.
    if (waiting >= this.#peak || (now - this.#peakAt > FRESH_MS && waiting >= this.#healthyPeak(now))) {
      this.#peak = waiting;
      this.#peakAt = now;
    }
    const cell = Math.min(inFlight, CELLS - 1);
    this.#cells[cell] = (this.#cells[cell] ?? 0) + 1;
    if (++this.#samples < MEMORY) return;
    this.#samples = 0;
    for (let i = 0; i < CELLS; i++) this.#samples += this.#cells[i] = (this.#cells[i] ?? 0) >> 1;
  }

  /**
   * Heeds the slowness meter: a limit begins when it is full, and ends when it is down to a quarter. `bounded`:
   * `maxConcurrent` caps the total already. True when the limit has begun or ended.
   */
  heed(slowness: number, why: () => string, bounded: boolean, now: number): boolean {
    if (this.suspicion === "") {
      if (slowness < 1) return false;
      this.suspicion = why();
      this.#suspected = {
        waiting: Math.max(FEWEST_WAITING, Math.ceil(this.#healthyPeak(now))),
        inFlight: bounded ? Infinity : Math.max(FEWEST_IN_FLIGHT, this.#usual()),
      };
      return true;
    }
    return slowness <= TRUSTED_AGAIN && this.trust();
  }

  /** It is not slow any more, or nobody knows. True when there was a limit. */
  trust(): boolean {
    const suspected = this.suspicion !== "";
    this.suspicion = "";
    this.#suspected = undefined;
    return suspected;
  }

  /** What is limited and why, in words. */
  get message(): string {
    const { waiting, inFlight } = this.caps;
    const why = this.suspicion === "" ? "it has just closed and is on probation" : this.suspicion;
    const all = inFlight === Infinity ? "" : `, ${inFlight} be in flight`;
    return `at most ${waiting} calls may wait for an answer to begin${all}, because ${why}`;
  }

  /** Whether there is a limit at all now. */
  get binding(): boolean {
    return this.#suspected !== undefined || this.#probation !== Infinity;
  }

  /** The circuit has closed after probes: let calls wait by twos, fours, eights … */
  startProbation(): void {
    this.#probation = PROBATION_STARTS_AT;
  }

  endProbation(): void {
    this.#probation = Infinity;
  }

  /** A first token came: one more may wait, which doubles the cap each round, until it no longer binds. */
  answered(now: number): void {
    if (this.#probation === Infinity) return;
    this.#probation++;
    if (this.#probation >= Math.max(PROBATION_ENDS_AT, this.#healthyPeak(now))) this.endProbation();
  }

  get caps(): Caps {
    const suspected = this.#suspected ?? NO_CAPS;
    return this.#probation < suspected.waiting ? { ...suspected, waiting: this.#probation } : suspected;
  }

  /** Whether there is no room for one more. Background calls may take half of it: they yield first. */
  full(waiting: number, inFlight: number, priority: Priority): boolean {
    if (!this.binding) return false;
    const caps = this.caps;
    const share = priority === "background" ? 0.5 : 1;
    return (
      waiting >= Math.max(1, Math.floor(caps.waiting * share)) ||
      inFlight >= Math.max(1, Math.floor(caps.inFlight * share))
    );
  }

  #healthyPeak(now: number): number {
    return this.#peak * halved(now - this.#peakAt, PEAK_HALF_LIFE_MS);
  }

  /** The healthy 99th percentile of calls in flight. */
  #usual(): number {
    let seen = 0;
    for (let cell = 0; cell < CELLS; cell++) {
      seen += this.#cells[cell] ?? 0;
      if (seen > 0 && seen >= TAIL * this.#samples) return cell === CELLS - 1 ? Infinity : cell;
    }
    return Infinity;
  }

  save(now: number): SavedLimit {
    const suspected = this.#suspected;
    const last = this.#cells.findLastIndex((count) => count > 0);
    return {
      peak: this.#peak,
      peakAgoMs: now - this.#peakAt,
      inFlight: [...this.#cells.subarray(0, last + 1)],
      ...(suspected && {
        suspected: { ...suspected, inFlight: finite(suspected.inFlight), why: this.suspicion },
      }),
      ...(this.#probation !== Infinity ? { probation: this.#probation } : {}),
    };
  }

  restore(saved: SavedLimit, now: number): void {
    this.#peak = saved.peak;
    this.#peakAt = now - saved.peakAgoMs;
    this.#cells.set(saved.inFlight.slice(0, CELLS));
    this.#samples = saved.inFlight.reduce((sum, count) => sum + count, 0);
    const { suspected } = saved;
    this.#suspected = suspected && { waiting: suspected.waiting, inFlight: suspected.inFlight ?? Infinity };
    this.suspicion = suspected?.why ?? "";
    this.#probation = saved.probation ?? Infinity;
  }
}

export interface SavedLimit {
  readonly peak: number;
  readonly peakAgoMs: number;
  readonly inFlight: readonly number[];
  readonly suspected?: { readonly waiting: number; readonly inFlight: number | null; readonly why: string };
  readonly probation?: number;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
