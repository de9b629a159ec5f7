import { HEAT, type Tally } from "../figures/tally.js";
import { bucketOf, type Timeline } from "../figures/timeline.js";
import type { GuardWatch } from "../policy/guard.js";
import type { Truth } from "./truth.js";

/** What one guard of one worker was seen to do. */
export interface Seen {
  readonly tally: Tally;
  readonly timeline: Timeline;
  readonly truth: Truth;
  readonly worker: number;
  readonly model: number;
  readonly now: () => number;
  /** Its row of the heat map; `undefined` when it has none. */
  readonly heatRow: number | undefined;
}

/** Watches one guard and writes down what it does, judged by the truth. */
export class Sight implements GuardWatch {
  readonly #seen: Seen;
  readonly #isHit: boolean;
  #isOpen = false;
  #closedAt = -Infinity;
  #limitedSince: number | undefined;
  #limitIsFalse = false;
  #heat: number = HEAT.closed;
  #heatSince = -Infinity;

  constructor(seen: Seen) {
    this.#seen = seen;
    this.#isHit = seen.truth.isHit(seen.model);
  }

  opened(at: number): void {
    if (!this.#isOpen) this.#leftHealth(at);
    this.#isOpen = true;
    this.#paint(HEAT.open, at);
  }

  probing(at: number): void {
    this.#paint(HEAT.halfOpen, at);
  }

  closed(at: number): void {
    if (this.#isOpen) this.#count("notClosed", at, -1);
    this.#isOpen = false;
    this.#closedAt = at;
    this.#paint(this.#limitedSince === undefined ? HEAT.closed : HEAT.limited, at);
  }

  #leftHealth(at: number): void {
    const { tally, timeline, truth, model, worker } = this.#seen;
    this.#count("notClosed", at, 1);
    if (at < timeline.onset || at > timeline.end) return;
    tally.counts.opens++;
    if (truth.wasWell(model, at)) {
      tally.counts.falseOpens++;
      if (truth.wasFaulty(at)) tally.counts.blamed++;
    }
    if (!this.#isHit || at < timeline.faultFrom) return;
    tally.openedMs[worker] = Math.min(tally.openedMs[worker] ?? Infinity, at - timeline.faultFrom);
    this.acted(at);
  }

  /** It did something about what it suspects: it opened, limited or refused. */
  acted(at: number): void {
    const { tally, timeline, worker } = this.#seen;
    if (!this.#isHit || at < timeline.faultFrom || at > timeline.end) return;
    tally.actedMs[worker] = Math.min(tally.actedMs[worker] ?? Infinity, at - timeline.faultFrom);
  }

  limited(limited: boolean): void {
    const at = this.#seen.now();
    if (limited === (this.#limitedSince !== undefined)) return;
    if (limited) this.#limitBegan(at);
    else this.#limitEnded(at);
    if (!this.#isOpen) this.#paint(limited ? HEAT.limited : HEAT.closed, at);
  }

  #limitBegan(at: number): void {
    const { tally, timeline, truth, model } = this.#seen;
    this.#limitedSince = at;
    this.#count("limited", at, 1);
    this.acted(at);
    if (at < timeline.onset || at > timeline.end) return;
    tally.counts.limits++;
    this.#limitIsFalse = truth.wasWell(model, at);
    if (this.#limitIsFalse) tally.counts.falseLimits++;
  }

  #limitEnded(at: number): void {
    const { tally, timeline } = this.#seen;
    const from = Math.max(timeline.onset, this.#limitedSince ?? at);
    this.#limitedSince = undefined;
    this.#count("limited", at, -1);
    tally.counts.limitedMs += Math.max(0, Math.min(at, timeline.end) - from);
  }

  /** The watch is over. */
  end(): void {
    const { tally, timeline, worker } = this.#seen;
    if (this.#limitedSince !== undefined) this.#limitEnded(timeline.end);
    this.#paint(HEAT.closed, timeline.end);
    if (!this.#isHit || timeline.healed >= timeline.end) return;
    const recovered = this.#isOpen ? Infinity : Math.max(0, this.#closedAt - timeline.healed);
    // Of several models, the last one counts.
    const before = tally.recoveredMs[worker] ?? Infinity;
    tally.recoveredMs[worker] = before === Infinity ? recovered : Math.max(before, recovered);
  }

  #count(name: "notClosed" | "limited", at: number, change: 1 | -1): void {
    const { tally, timeline } = this.#seen;
    if (at > timeline.end) return;
    const series = tally.series[name];
    const bucket = bucketOf(timeline, at);
    series[bucket] = (series[bucket] ?? 0) + change;
  }

  /** Fills the row with what it was until now. */
  #paint(next: number, at: number): void {
    const { tally, timeline, heatRow } = this.#seen;
    if (heatRow === undefined) return;
    const { buckets, seriesFrom } = timeline;
    if (at >= seriesFrom && this.#heat !== HEAT.closed) {
      const row = heatRow * buckets;
      for (let bucket = bucketOf(timeline, this.#heatSince); bucket <= bucketOf(timeline, at); bucket++)
        tally.heat[row + bucket] = Math.max(tally.heat[row + bucket] ?? 0, this.#heat);
    }
    this.#heat = next;
    this.#heatSince = at;
  }
}
