/** Time as the mock sees it; injectable, so that a test can own it. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout | undefined),
};

/** Node fires timers above this at once, so longer waits are clipped and must be checked again by their owner. */
const longestTimerMs = 2 ** 31 - 1;

/** A clock that runs `speed` times as fast. Script time is what all durations in a behaviour are measured in. */
export function compressed(clock: Clock, speed: number): Clock {
  return {
    now: () => clock.now() * speed,
    setTimeout: (callback, ms) =>
      clock.setTimeout(callback, Math.min(longestTimerMs, Math.max(0, ms / speed))),
    clearTimeout: (handle) => clock.clearTimeout(handle),
  };
}
