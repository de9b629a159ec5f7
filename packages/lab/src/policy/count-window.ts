import type { CallFacts, Detector, DetectorFactory, Meter, Trip } from "recloser";

/** resilience4j's count-based window. Shares are 0–1. */
export interface CountWindowOptions {
  readonly size: number;
  readonly minCalls: number;
  readonly errorRate: number;
  readonly slowRate: number;
  readonly slowAfterMs: number;
}

const FAILED = 1;
const SLOW = 2;

/** The last so many calls, whenever they were: opens when enough of them failed, or were slow. */
class CountWindow implements Detector {
  readonly #options: CountWindowOptions;
  readonly #ring: Uint8Array;
  #at = 0;
  #calls = 0;
  #failed = 0;
  #slow = 0;

  constructor(options: CountWindowOptions) {
    this.#options = options;
    this.#ring = new Uint8Array(options.size);
  }

  succeeded(call: CallFacts, now: number): void {
    this.#record(0, call, now);
  }

  failed(call: CallFacts, _verdict: unknown, now: number): void {
    this.#record(FAILED, call, now);
  }

  #record(failed: number, { admittedAt }: CallFacts, now: number): void {
    const mark = failed | (now - admittedAt > this.#options.slowAfterMs ? SLOW : 0);
    const { size } = this.#options;
    if (this.#calls === size) this.#count(this.#ring[this.#at] ?? 0, -1);
    else this.#calls++;
    this.#ring[this.#at] = mark;
    this.#count(mark, 1);
    this.#at = (this.#at + 1) % size;
  }

  #count(mark: number, by: number): void {
    if ((mark & FAILED) !== 0) this.#failed += by;
    if ((mark & SLOW) !== 0) this.#slow += by;
  }

  trip(): Trip | undefined {
    return this.#level >= 1 ? { message: this.#sentence } : undefined;
  }

  meters(): readonly Meter[] {
    return [{ name: "errors", level: Math.min(1, this.#level), sentence: this.#sentence }];
  }

  reset(): void {
    this.#at = 0;
    this.#calls = 0;
    this.#failed = 0;
    this.#slow = 0;
  }

  get #level(): number {
    const { minCalls, errorRate, slowRate } = this.#options;
    if (this.#calls < minCalls) return 0;
    return Math.max(this.#failed / this.#calls / errorRate, this.#slow / this.#calls / slowRate);
  }

  get #sentence(): string {
    return `${this.#failed} of the last ${this.#calls} calls failed, ${this.#slow} were slow`;
  }
}

export function countWindow(options: CountWindowOptions): DetectorFactory {
  return () => new CountWindow(options);
}
