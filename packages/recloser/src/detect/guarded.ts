import type { FailureVerdict } from "../outcome/verdict.js";
import type { CallFacts, Detector, Meter, Trip } from "./detector.js";

/**
 * A detector whose exceptions go no further: one that throws has not heard, or does not trip. A mistake in somebody's
 * policy must not hurt a call, and must not become evidence.
 */
export class Guarded implements Required<Detector> {
  readonly #inner: Detector;

  constructor(inner: Detector) {
    this.#inner = inner;
  }

  firstToken(call: CallFacts, now: number): void {
    try {
      this.#inner.firstToken?.(call, now);
    } catch {
      // Not heard.
    }
  }

  outlived(call: CallFacts, now: number): void {
    try {
      this.#inner.outlived?.(call, now);
    } catch {
      // Not heard.
    }
  }

  succeeded(call: CallFacts, now: number, perTokenMs?: number): void {
    try {
      this.#inner.succeeded(call, now, perTokenMs);
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

  dropped(call: CallFacts, now: number): void {
    try {
      this.#inner.dropped?.(call, now);
    } catch {
      // Not heard.
    }
  }

  trip(now: number): Trip | undefined {
    try {
      return soundTrip(this.#inner.trip(now));
    } catch {
      return undefined;
    }
  }

  slowness(now: number): number {
    try {
      const slowness: unknown = this.#inner.slowness?.(now);
      return typeof slowness === "number" && slowness > 0 ? slowness : 0;
    } catch {
      return 0;
    }
  }

  meters(now: number): readonly Meter[] {
    try {
      const meters: unknown = this.#inner.meters(now);
      return Array.isArray(meters) ? meters.filter(isMeter) : [];
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

  save(now: number): unknown {
    try {
      return this.#inner.save?.(now);
    } catch {
      return undefined;
    }
  }

  restore(saved: unknown, now: number): void {
    try {
      this.#inner.restore?.(saved, now);
    } catch {
      // It starts afresh instead, with whatever it had taken up.
      this.reset(now);
    }
  }
}

/** What is no trip does not trip. */
function soundTrip(trip: unknown): Trip | undefined {
  if (typeof trip !== "object" || trip === null || !("message" in trip) || typeof trip.message !== "string")
    return undefined;
  const kind = "kind" in trip ? trip.kind : undefined;
  const { message } = trip;
  return kind === "throttled" || kind === "quota" ? { kind, message } : { message };
}

function isMeter(meter: unknown): meter is Meter {
  if (typeof meter !== "object" || meter === null) return false;
  const { name, level, sentence } = meter as Record<string, unknown>;
  return typeof name === "string" && typeof level === "number" && typeof sentence === "string";
}
