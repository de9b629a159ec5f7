import type { Agenda, Target } from "../engine/agenda.js";

/** A timer as Node's: it may be told not to keep the process alive, which means nothing here. */
class Timer implements Target {
  readonly #agenda: Agenda;
  readonly #act: () => void;
  readonly #everyMs: number | undefined;
  #isCleared = false;

  constructor(agenda: Agenda, delayMs: number, act: () => void, repeats: boolean) {
    this.#agenda = agenda;
    this.#act = act;
    this.#everyMs = repeats ? Math.max(1, delayMs) : undefined;
    agenda.plan(delayMs, this, 0);
  }

  wake(): void {
    if (this.#isCleared) return;
    this.#act();
    if (this.#everyMs !== undefined) this.#agenda.plan(this.#everyMs, this, 0);
  }

  clear(): void {
    this.#isCleared = true;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

type Callback = (...args: unknown[]) => void;

/**
 * Replaces this thread's `Date.now` and timers by virtual ones, for packages that name them. Returns what puts the real
 * ones back. `setImmediate` and promises stay real.
 *
 * @param stir called when a timer has fired.
 */
export function virtualTime(agenda: Agenda, stir: () => void): () => void {
  const real = { setTimeout, setInterval, clearTimeout, clearInterval };
  const { now } = Date;
  const timer = (repeats: boolean) => {
    return (act: Callback, delayMs = 0, ...args: unknown[]): Timer => {
      const fire = (): void => {
        stir();
        act(...args);
      };
      return new Timer(agenda, delayMs, fire, repeats);
    };
  };
  const clear = (cleared: unknown): void => {
    if (cleared instanceof Timer) cleared.clear();
  };
  Object.assign(globalThis, {
    setTimeout: timer(false),
    setInterval: timer(true),
    clearTimeout: clear,
    clearInterval: clear,
  });
  // Some packages take 0 for "never".
  Date.now = () => agenda.now + 1;
  return () => {
    Object.assign(globalThis, real);
    Date.now = now;
  };
}
