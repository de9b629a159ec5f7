/**
 * Where time comes from. `now` is monotonic and in milliseconds; its origin means nothing. `schedule` runs `fn` once
 * after `delayMs` and returns a function that cancels it; only calls with a deadline use it.
 *
 * Inject one to drive a circuit in tests or simulations. A clock without `schedule` gets the system's timers.
 */
// @ts-nocheck

export interface Clock {
  now(): number;
  schedule?(delayMs: number, fn: () => void): () => void;
}

/** The longest delay that the platforms' timers take without wrapping round to zero. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** The process's monotonic clock and timers. A timer keeps the process alive only while its call is in flight. */
export const systemClock: Required<Clock> = {
  now: () => performance.now(),
  schedule(delayMs, fn) {
    const timer = setTimeout(fn, Math.min(Math.max(0, delayMs), LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/** The wall clock, in milliseconds since 1970. Only for dates that others send, such as an HTTP-date in Retry-After. */
export const wallClock = (): number => Date.now();
