/** How an opening looks afterwards. */
export type Judgement =
  /** The first probe failed too, or the dependency itself had asked to be left alone. */
  | "confirmed"
  /** The first probe succeeded: it had healed by then, or there had been nothing wrong. */
  | "contested";

/**
 * What openings spared and cost, as an estimate. Nobody can know when a dependency healed: it lies between the last probe
 * that failed and the first that succeeded, so half of the calls that were rejected in between are taken to have been
 * spared, the other half to have been lost. Those before the last failed probe were spared; those of a contested opening
 * were all lost. In `observe` mode nothing was rejected: it is what enforcing would have spared and lost.
 */
export interface HindsightView {
  readonly confirmed: number;
  readonly contested: number;
  /** The latest opening that was judged; `null` while none was. */
  readonly latest: Judgement | null;
  /** Calls that were not sent and would have failed. */
  readonly sparedCalls: number;
  /** How long these calls would have held their callers, in milliseconds in all: at what a failing call took before. */
  readonly sparedMs: number;
  /** Calls that were rejected and would have been answered. */
  readonly lostCalls: number;
}

/** Weight of one failed call in the mean time that a failing call holds its caller. */
const HELD_WEIGHT = 1 / 8;

/** Judges each opening by the probes that follow. Methods give the judgement when they have just come to it. */
export class Hindsight {
  #confirmed = 0;
  #contested = 0;
  #latest: Judgement | undefined;
  #sparedCalls = 0;
  #sparedMs = 0;
  #lostCalls = 0;
  /** How long a failing call holds its caller. */
  #heldMs: number | undefined;
  /** Rejected since the opening, or since the latest probe that failed. */
  #pending = 0;
  #open: "no" | "unjudged" | Judgement = "no";

  failed(elapsedMs: number): void {
    this.#heldMs =
      this.#heldMs === undefined ? elapsedMs : this.#heldMs + (elapsedMs - this.#heldMs) * HELD_WEIGHT;
  }

  /** `asked`: the dependency itself asked to be left alone. */
  opened(asked: boolean): Judgement | undefined {
    this.#pending = 0;
    this.#open = "unjudged";
    return asked ? this.#judge("confirmed") : undefined;
  }

  rejected(): void {
    this.#pending++;
  }

  probeFailed(): Judgement | undefined {
    if (this.#open === "no") return undefined;
    const judgement = this.#open === "unjudged" ? this.#judge("confirmed") : undefined;
    this.#spare(this.#pending);
    this.#pending = 0;
    return judgement;
  }

  probeSucceeded(): Judgement | undefined {
    const judgement = this.#open === "unjudged" ? this.#judge("contested") : undefined;
    if (this.#open === "contested") {
      this.#lostCalls += this.#pending;
    } else if (this.#open === "confirmed") {
      this.#spare(this.#pending / 2);
      this.#lostCalls += this.#pending / 2;
    }
    this.#pending = 0;
    return judgement;
  }

  /** The circuit has closed, or an operator has taken it: nothing more will be known of this opening. */
  over(): void {
    this.#open = "no";
    this.#pending = 0;
  }

  #judge(judgement: Judgement): Judgement {
    this.#open = judgement;
    this.#latest = judgement;
    if (judgement === "confirmed") this.#confirmed++;
    else this.#contested++;
    return judgement;
  }

  #spare(calls: number): void {
    this.#sparedCalls += calls;
    this.#sparedMs += calls * (this.#heldMs ?? 0);
  }

  save(): SavedHindsight {
    return {
      confirmed: this.#confirmed,
      contested: this.#contested,
      latest: this.#latest ?? null,
      sparedCalls: this.#sparedCalls,
      sparedMs: this.#sparedMs,
      lostCalls: this.#lostCalls,
      heldMs: this.#heldMs ?? null,
      pending: this.#pending,
      open: this.#open,
    };
  }

  restore(saved: SavedHindsight): void {
    this.#confirmed = saved.confirmed;
    this.#contested = saved.contested;
    this.#latest = saved.latest ?? undefined;
    this.#sparedCalls = saved.sparedCalls;
    this.#sparedMs = saved.sparedMs;
    this.#lostCalls = saved.lostCalls;
    this.#heldMs = saved.heldMs ?? undefined;
    this.#pending = saved.pending;
    this.#open = saved.open;
  }

  view(): HindsightView {
    return {
      confirmed: this.#confirmed,
      contested: this.#contested,
      latest: this.#latest ?? null,
      sparedCalls: Math.round(this.#sparedCalls),
      sparedMs: Math.round(this.#sparedMs),
      lostCalls: Math.round(this.#lostCalls),
    };
  }
}

export interface SavedHindsight extends HindsightView {
  readonly heldMs: number | null;
  readonly pending: number;
  readonly open: "no" | "unjudged" | Judgement;
}
