import type { FailureVerdict } from "../outcome/verdict.js";
import { atLeast } from "../require.js";
import type { CallFacts, Detector, DetectorFactory, Meter, Trip } from "./detector.js";
import { requireLike } from "./like.js";

/** Failures in a row that are further apart than this are not one event. */
const HORIZON_MS = 600_000;

class Consecutive implements Detector {
  readonly #limit: number;
  #inARow = 0;
  #lastAt = -Infinity;
  #last = "";
  /** The runs that calls which still flow have ended by their first token. */
  readonly #ended = new Map<CallFacts, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  firstToken(call: CallFacts, now: number): void {
    // Streams that all break after their first token must not start over each time.
    const inARow = this.#current(now);
    if (inARow > 0) this.#ended.set(call, inARow);
    this.#inARow = 0;
  }

  succeeded(call: CallFacts): void {
    if (call.firstTokenAt === undefined) this.#inARow = 0;
    // A call that ended well has ended those runs for good.
    this.#ended.clear();
  }

  dropped(call: CallFacts): void {
    this.#ended.delete(call);
  }

  failed(call: CallFacts, verdict: FailureVerdict, now: number): void {
    const ended = this.#ended.get(call) ?? 0;
    this.#ended.delete(call);
    if (verdict.reason === "throttled" || verdict.reason === "quota") return;
    this.#inARow += ended;
    this.#inARow = this.#current(now) + 1;
    this.#lastAt = now;
    this.#last = verdict.detail ?? verdict.reason;
  }

  trip(now: number): Trip | undefined {
    return this.#current(now) >= this.#limit ? { message: this.#sentence(now) } : undefined;
  }

  meters(now: number): readonly Meter[] {
    const level = Math.min(1, this.#current(now) / this.#limit);
    return [{ name: "errors", level, sentence: this.#sentence(now) }];
  }

  reset(): void {
    this.#inARow = 0;
    this.#ended.clear();
  }

  #current(now: number): number {
    return now - this.#lastAt > HORIZON_MS ? 0 : this.#inARow;
  }

  #sentence(now: number): string {
    const inARow = this.#current(now);
    if (inARow === 0) return "no failures in a row";
    return `${inARow} ${inARow === 1 ? "failure" : "failures"} in a row, last: ${this.#last}`;
  }

  save(now: number): Saved {
    const inARow = this.#current(now);
    return { inARow, agoMs: inARow === 0 ? 0 : now - this.#lastAt, last: this.#last };
  }

  restore(saved: Saved, now: number): void {
    requireLike(saved, this.save(now));
    const { inARow, agoMs, last } = saved;
    this.#inARow = inARow;
    this.#lastAt = now - agoMs;
    this.#last = last;
  }
}

interface Saved {
  readonly inARow: number;
  readonly agoMs: number;
  readonly last: string;
}

/**
 * The classic rule: open after `count` failures in a row. A success in between starts over, and so does a gap of ten
 * minutes without a failure. Throttling and quota are neither.
 *
 * @param count failures in a row, a whole number of at least 1.
 * @throws RangeError when `count` is not one.
 */
export function consecutive(count: number): DetectorFactory {
  atLeast("consecutive(count)", count, 1, { whole: true });
  return () => new Consecutive(count);
}
