import { Circuits, type CircuitsOptions, type FailureReason, type Verdict } from "recloser";
import { Board } from "../server/board.js";

/** How one dependency behaves, as a function of the virtual time in milliseconds. */
export interface Behaviour {
  readonly perSecond: number;
  readonly streaming?: boolean;
  call(now: number, random: () => number): Call;
}

export interface Call {
  readonly firstTokenMs?: number;
  readonly totalMs: number;
  readonly verdict: Verdict;
}

export const success: Verdict = { verdict: "success" };

export function failure(reason: FailureReason, detail: string): Verdict {
  return { verdict: "failure", reason, detail };
}

/** A repeatable random source: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A duration as latencies are: half of them below `medianMs`. */
export function lognormal(medianMs: number, sigma: number, random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return medianMs * Math.exp(sigma * normal);
}

/** Circuits, their calls and a board, all in virtual time: an hour takes a second. */
export class World {
  readonly circuits: Circuits;
  readonly board: Board;
  readonly random: () => number;
  #now = 0;
  readonly #startedAt: number;
  readonly #due: { readonly at: number; readonly run: () => void }[] = [];

  constructor(options: CircuitsOptions & { readonly startedAt?: number; readonly seed?: number } = {}) {
    const { startedAt = Date.UTC(2026, 0, 15, 13, 5), seed = 7, ...circuits } = options;
    this.random = seeded(seed);
    this.#startedAt = startedAt;
    this.circuits = new Circuits({ random: this.random, ...circuits, clock: { now: () => this.#now } });
    this.board = new Board(this.circuits, { now: () => this.#startedAt + this.#now });
    this.every(100, () => this.board.tick());
  }

  get now(): number {
    return this.#now;
  }

  at(at: number, run: () => void): void {
    // Sorted from the back: what is new is mostly late.
    let index = this.#due.length;
    while (index > 0 && (this.#due[index - 1]?.at ?? 0) < at) index--;
    this.#due.splice(index, 0, { at, run });
  }

  every(ms: number, run: () => void): void {
    this.at(this.#now + ms, () => {
      run();
      this.every(ms, run);
    });
  }

  /** Calls `name` again and again, at random moments. */
  traffic(name: string, behaviour: Behaviour): void {
    const next = () => {
      const waitMs = (-Math.log(1 - this.random()) * 1000) / behaviour.perSecond;
      this.at(this.#now + waitMs, () => {
        this.call(name, behaviour);
        next();
      });
    };
    this.circuits.get(name);
    next();
  }

  call(name: string, { streaming = true, call }: Behaviour): void {
    const admission = this.circuits.get(name).admit({ streaming });
    if (!admission.ok) return;
    const { permit } = admission;
    const { firstTokenMs, totalMs, verdict } = call(this.#now, this.random);
    if (firstTokenMs !== undefined) this.at(this.#now + firstTokenMs, () => permit.progress());
    this.at(this.#now + totalMs, () => permit.settle(verdict));
  }

  run(forMs: number): void {
    this.runUntil(this.#now + forMs);
  }

  runUntil(end: number, enough: () => boolean = () => false): void {
    while (!enough()) {
      const next = this.#due.at(-1);
      if (next === undefined || next.at > end) {
        this.#now = end;
        return;
      }
      this.#due.pop();
      this.#now = next.at;
      next.run();
    }
  }
}
