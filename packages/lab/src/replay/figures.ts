import type { Opening, Replayed } from "./player.js";
import { isMistaken, type Span } from "./replay.js";

/** What one policy would have done, in figures. */
export interface ReplayFigures {
  readonly openings: number;
  readonly mistaken: number;
  readonly openS: number;
  readonly probes: number;
  /** Calls not sent, and given up. */
  readonly spared: number;
  readonly failuresSpared: number;
  /** Calls that would have been answered. */
  readonly answersLost: number;
  readonly slotSSpared: number;
  readonly slotSWasted: number;
  /** Calls that found no free place in the bulkhead. */
  readonly full: number;
}

export function figuresOf({ openings, refused, full, aborted, probes }: Replayed, span: Span): ReplayFigures {
  const failuresSpared = refused.failures;
  const slotMs = refused.slotMs + aborted.slotMs;
  return {
    openings: openings.length,
    mistaken: openings.filter(isMistaken).length,
    openS: openings.reduce((sum, opening) => sum + lengthMs(opening, span.to), 0) / 1_000,
    probes,
    spared: refused.successes + refused.failures + refused.neutral,
    failuresSpared,
    answersLost: refused.successes + aborted.successes,
    slotSSpared: slotMs / 1_000,
    slotSWasted: Math.max(0, span.failedSlotMs - slotMs) / 1_000,
    full: full.successes + full.failures + full.neutral,
  };
}

export function lengthMs({ from, until }: Opening, end: number): number {
  return Math.max(0, (until ?? end) - from);
}
