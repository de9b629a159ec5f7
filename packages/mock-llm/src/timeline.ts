import type { Clock } from "./clock.js";
import { durationMs } from "./duration.js";
import type { Phase, Script } from "./types.js";

export interface Place {
  readonly name: string;
  readonly index: number;
  readonly elapsedMs: number;
  /** Tells two visits of the same phase apart. */
  readonly visit: number;
}

/** The script's clock: which phase is on. Computed when read; a timer only tells `onChange` in time. */
export class Timeline {
  readonly #lengths: readonly number[];
  readonly #total: number;
  readonly #phases: readonly Phase[];
  readonly #repeat: boolean;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  #startedAt: number;
  #firstVisit = 0;
  #seen: number | undefined;
  #timer: unknown;

  constructor(script: Script, clock: Clock, onChange: () => void) {
    this.#phases = script.phases;
    this.#lengths = script.phases.map((phase) => phase.forMs ?? durationMs(phase.for ?? "") ?? 0);
    this.#total = this.#lengths.reduce((sum, length) => sum + length, 0);
    this.#repeat = script.repeat ?? false;
    this.#clock = clock;
    this.#onChange = onChange;
    this.#startedAt = clock.now();
  }

  start(): void {
    // Visits never repeat, so a restart ends the phase that was on.
    const last = this.place()?.visit ?? this.#seen ?? this.#firstVisit;
    this.#firstVisit = last + this.#phases.length;
    this.#startedAt = this.#clock.now();
    this.#watch();
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Undefined after the last phase. */
  place(): Place | undefined {
    const at = this.#clock.now() - this.#startedAt;
    const round = this.#repeat ? Math.floor(at / this.#total) : 0;
    let left = at - round * this.#total;
    for (const [index, phase] of this.#phases.entries()) {
      const length = this.#lengths[index] ?? 0;
      if (left < length) {
        const visit = this.#firstVisit + round * this.#phases.length + index;
        return { name: phase.name, index, elapsedMs: left, visit };
      }
      left -= length;
    }
    return undefined;
  }

  #watch(): void {
    this.#clock.clearTimeout(this.#timer);
    const place = this.place();
    if (place?.visit !== this.#seen) {
      if (place !== undefined) this.#seen = place.visit;
      this.#onChange();
    }
    if (place === undefined) return;
    const left = (this.#lengths[place.index] ?? 0) - place.elapsedMs;
    // One millisecond more: timers may fire a little early, and then the phase would still be on.
    this.#timer = this.#clock.setTimeout(() => this.#watch(), left + 1);
  }
}
