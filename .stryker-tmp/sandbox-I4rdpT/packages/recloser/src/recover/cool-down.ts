/** How long an opening lasts, and how that grows. */
// @ts-nocheck

export interface CoolDownOptions {
  /** The first cool-down, in milliseconds. At least 0. Default 5,000. Raise it where opening costs little. */
  readonly initialMs?: number;
  /** What each failed probe multiplies it by. At least 1. Default 1.5. */
  readonly growth?: number;
  /** The longest cool-down, in milliseconds. At least `initialMs`. Default 30,000. */
  readonly maxMs?: number;
  /** A longer Retry-After than this is cut to it, in milliseconds. At least 0. Default 900,000 (15 min). */
  readonly retryAfterMaxMs?: number;
}

export const COOL_DOWN_DEFAULTS: Required<CoolDownOptions> = {
  initialMs: 5_000,
  growth: 1.5,
  maxMs: 30_000,
  retryAfterMaxMs: 900_000,
};

/** The slow clock of an account that has run out of money: minutes, not seconds, and never more than a quarter of an hour. */
export const QUOTA: Pick<Required<CoolDownOptions>, "initialMs" | "growth" | "maxMs"> = {
  initialMs: 60_000,
  growth: 2,
  maxMs: 900_000,
};

/** Growth past this many failed probes has met any sane `maxMs`; a larger exponent would only overflow. */
const LARGEST_EXPONENT = 64;
/** A hint is spread upwards by up to this share, after its cap: a fleet that was told the same second must not return in it. */
const HINT_SPREAD = 0.2;

/**
 * The length of an opening after `failedProbes` probes have failed: `min(maxMs, initialMs · growth^n) · U(0.5, 1.5)`. The
 * first one is jittered too, because the onset of a fault synchronises workers.
 *
 * @param random uniform in [0, 1).
 */
export function coolDownMs(
  options: Required<CoolDownOptions>,
  failedProbes: number,
  random: () => number,
): number {
  const factor = Math.min(Number.MAX_VALUE, options.growth ** Math.min(failedProbes, LARGEST_EXPONENT));
  const grown = options.initialMs * factor;
  return Math.min(options.maxMs, grown) * (0.5 + random());
}

/** How long a Retry-After keeps the circuit open: never less than was asked for, up to the cap; jitter only upwards. */
export function hintedMs(
  options: Required<CoolDownOptions>,
  retryAfterMs: number,
  random: () => number,
): number {
  return Math.min(options.retryAfterMaxMs, retryAfterMs) * (1 + HINT_SPREAD * random());
}

/** No opening lasts longer than this, whatever asked for it. */
export function longestOpeningMs({ maxMs, retryAfterMaxMs }: Required<CoolDownOptions>): number {
  return 1.5 * Math.max(maxMs, retryAfterMaxMs, QUOTA.maxMs);
}
