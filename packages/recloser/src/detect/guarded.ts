import type { FailureVerdict } from "../outcome/verdict.js";
import type { CallFacts, Detector, Meter, Trip } from "./detector.js";

/**
 * A detector whose exceptions go no further: one that throws has not heard, or does not trip. A mistake in somebody's
 * policy must not hurt a call, and must not become evidence.
 */
export function guarded(detector: Detector): Detector {
  return new Guarded(detector);
}

class Guarded implements Detector {
  readonly #inner: Detector;

  constructor(inner: Detector) {
    this.#inner = inner;
  }

  requested(now: number): void {
    try {
      this.#inner.requested?.(now);
    } catch {
      // Not heard.
    }
  }

  firstToken(call: CallFacts, now: number): void {
    try {
      this.#inner.firstToken?.(call, now);
    } catch {
      // Not heard.
    }
  }

  succeeded(call: CallFacts, now: number): void {
    try {
      this.#inner.succeeded(call, now);
    } catch {
      // Not heard.
    }
  }

  failed(call: CallFacts, verdict: FailureVerdict, now: number): void {
    try {
      this.#inner.failed(call, verdict, now);
    } catch {
      // Not heard.
    }
  }

  trip(now: number): Trip | undefined {
    try {
      return this.#inner.trip(now);
    } catch {
      return undefined;
    }
  }

  meters(now: number): readonly Meter[] {
    try {
      return this.#inner.meters(now);
    } catch {
      return [];
    }
  }

  reset(now: number): void {
    try {
      this.#inner.reset(now);
    } catch {
      // Not heard.
    }
  }
}
