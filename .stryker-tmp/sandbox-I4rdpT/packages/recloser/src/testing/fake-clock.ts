// @ts-nocheck
import type { Clock } from "../clock.js";

interface Timer {
  readonly at: number;
  readonly fn: () => void;
}

/** A clock that moves only when told to. Timers that become due run in order, each at its own time. */
export interface FakeClock extends Required<Clock> {
  advance(ms: number): void;
  /** Timers still armed. */
  readonly timers: number;
}

export function fakeClock(start = 1_000_000): FakeClock {
  let now = start;
  const timers = new Set<Timer>();
  return {
    now: () => now,
    schedule(delayMs, fn) {
      const timer = { at: now + Math.max(0, delayMs), fn };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        let next: Timer | undefined;
        for (const timer of timers)
          if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer;
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.fn();
      }
      now = end;
    },
    get timers() {
      return timers.size;
    },
  };
}
