import type { Circuit } from "../../circuit.js";

/**
 * Jobs that started while their circuit was half-open. Only one at a time does: its call is the probe, and the calls of
 * others would be rejected after they have done half of their work. One that takes longer than a cool-down before it calls
 * is not waited for.
 */
export class Trials {
  readonly #startedAt = new WeakMap<Circuit, number>();

  has(circuit: Circuit, now: number): boolean {
    const startedAt = this.#startedAt.get(circuit);
    return startedAt !== undefined && now - startedAt < circuit.policy.coolDown.maxMs;
  }

  /** Starts a trial, where the circuit is half-open; the function that it gives ends it. */
  start(circuit: Circuit, now: number): (() => void) | undefined {
    if (circuit.state !== "half-open") return undefined;
    this.#startedAt.set(circuit, now);
    return () => {
      if (this.#startedAt.get(circuit) === now) this.#startedAt.delete(circuit);
    };
  }
}
