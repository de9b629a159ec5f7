import type { FailureVerdict } from "../outcome/verdict.js";
import type { CallFacts, Detector, DetectorFactory, Meter, Trip } from "./detector.js";

class AnyOf implements Detector {
  readonly #all: readonly Detector[];

  constructor(all: readonly Detector[]) {
    this.#all = all;
  }

  firstToken(call: CallFacts, now: number): void {
    for (const one of this.#all) one.firstToken?.(call, now);
  }

  outlived(call: CallFacts, now: number): void {
    for (const one of this.#all) one.outlived?.(call, now);
  }

  succeeded(call: CallFacts, now: number, perTokenMs?: number): void {
    for (const one of this.#all) one.succeeded(call, now, perTokenMs);
  }

  failed(call: CallFacts, verdict: FailureVerdict, now: number): void {
    for (const one of this.#all) one.failed(call, verdict, now);
  }

  dropped(call: CallFacts, now: number): void {
    for (const one of this.#all) one.dropped?.(call, now);
  }

  trip(now: number): Trip | undefined {
    for (const one of this.#all) {
      const trip = one.trip(now);
      if (trip !== undefined) return trip;
    }
    return undefined;
  }

  slowness(now: number): number {
    let most = 0;
    for (const one of this.#all) most = Math.max(most, one.slowness?.(now) ?? 0);
    return most;
  }

  meters(now: number): readonly Meter[] {
    return this.#all.flatMap((one) => one.meters(now));
  }

  reset(now: number): void {
    for (const one of this.#all) one.reset(now);
  }

  /** A policy that cannot be saved leaves its place empty, as JSON would. */
  save(now: number): unknown {
    return this.#all.map((one) => one.save?.(now) ?? null);
  }

  restore(saved: unknown, now: number): void {
    if (!Array.isArray(saved)) return;
    this.#all.forEach((one, i) => {
      if (saved[i] !== null && saved[i] !== undefined) one.restore?.(saved[i], now);
    });
  }
}

/**
 * Opens when any of the given policies would, and limits when any of them would. Each sees every event.
 *
 * @example
 * new Circuit("openai/gpt-5", { detector: anyOf(consecutive(5), throttling()) });
 */
export function anyOf(...factories: readonly DetectorFactory[]): DetectorFactory {
  if (factories.length === 0)
    throw new TypeError("anyOf() needs at least one policy, e.g. anyOf(errors(), consecutive(5)).");
  return (context) => new AnyOf(factories.map((make) => make(context)));
}
