import type { Mode } from "../options.js";

/** An operator's `observe`, while it lasts. */
export interface ObserveView {
  /** Who wants it and why, in words. */
  readonly cause: string;
  /** How much longer, in milliseconds. */
  readonly endsInMs: number;
}

/** Whether what the circuit decides is carried out, or only reported: by its options, or for a time by an operator. */
export class Enforcement {
  readonly #mode: Mode;
  #observeUntil = -Infinity;
  #cause = "";

  constructor(mode: Mode) {
    this.#mode = mode;
  }

  mode(now: number): Mode {
    return now < this.#observeUntil ? "observe" : this.#mode;
  }

  enforces(now: number): boolean {
    return this.mode(now) === "enforce";
  }

  observe(until: number, cause: string): void {
    this.#observeUntil = until;
    this.#cause = cause;
  }

  release(): void {
    this.#observeUntil = -Infinity;
  }

  view(now: number): ObserveView | null {
    if (!(now < this.#observeUntil)) return null;
    return { cause: this.#cause, endsInMs: Math.ceil(this.#observeUntil - now) };
  }

  restore(saved: ObserveView | undefined, then: number): void {
    if (saved !== undefined) this.observe(then + saved.endsInMs, saved.cause);
  }
}
