/** The rate is estimated as if so many calls had come in so many seconds before the first. */
export interface RateStart {
  readonly calls: number;
  readonly seconds: number;
}

const HALF_LIFE_S = 600;
const SLOWEST_PER_S = 0.05;

/** A learned rate of calls that may start anywhere, while the circuit's always starts at its floor. */
export class OwnRate {
  #calls: number;
  #seconds: number;
  #heardAt: number;

  constructor(start: RateStart, now: number) {
    this.#calls = start.calls;
    this.#seconds = start.seconds;
    this.#heardAt = now;
  }

  heard(now: number): void {
    const elapsedS = (now - this.#heardAt) / 1000;
    const kept = 2 ** (-elapsedS / HALF_LIFE_S);
    this.#calls = this.#calls * kept + 1;
    this.#seconds = this.#seconds * kept + elapsedS;
    this.#heardAt = now;
  }

  /** A detector hears nothing of a circuit that is not closed: that time does not count. */
  skipTo(now: number): void {
    this.#heardAt = now;
  }

  get perSecond(): number {
    return Math.max(SLOWEST_PER_S, this.#calls / this.#seconds);
  }
}
