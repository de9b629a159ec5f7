// @ts-nocheck
import { consecutive } from "../detect/consecutive.js";
import type { CircuitOptions } from "../options.js";
import { http, setUp } from "./calls.js";
import type { FakeClock } from "./fake-clock.js";

/** A circuit that retries, with a fake clock. It does not open by itself, so that only the budget limits its retries. */
export function setUpRetries(options: CircuitOptions = {}): ReturnType<typeof setUp> {
  return setUp({ retries: {}, detector: consecutive(1_000_000), ...options });
}

/** Lets what is ready run until `condition` holds. No time passes, on any clock. */
export async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1_000; i++) {
    if (condition()) return;
    await Promise.resolve();
  }
  throw new Error("it never came to that");
}

/** Lets what is ready run until a call of the circuit's waits for its retry: nothing is in flight, and a timer runs. */
export function untilWaiting({
  circuit,
  clock,
}: Pick<ReturnType<typeof setUp>, "circuit" | "clock">): Promise<void> {
  return until(() => circuit.snapshot().inFlight.total === 0 && clock.timers > 0);
}

/** A `fn` that gives each answer in turn: a status of 400 and more is thrown. */
export function answers(...statuses: readonly (number | Error)[]): {
  fn: () => Promise<string>;
  sent: number;
} {
  const script = {
    sent: 0,
    fn: async () => {
      const answer = statuses[Math.min(script.sent++, statuses.length - 1)] ?? 200;
      if (typeof answer !== "number") throw answer;
      if (answer >= 400) throw http(answer);
      return "answer";
    },
  };
  return script;
}

/** Moves the clock from one timer to the next until `pending` has ended. */
export async function finish<T>(clock: FakeClock, pending: Promise<T>, stepMs = 10): Promise<T> {
  let ended = false;
  const end = (): void => {
    ended = true;
  };
  pending.then(end, end);
  for (;;) {
    await until(() => ended || clock.timers > 0);
    if (ended) return pending;
    clock.advance(stepMs);
  }
}
