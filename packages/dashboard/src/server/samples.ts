import type { Samples } from "../contract/contract.js";

/** More columns than this in one circuit are not kept: reasons and meters are few. */
const MOST_COLUMNS = 40;
/** A clock that goes back further than this has been set, and what came before would be out of order. */
const SET_BACK_MS = 10_000;

/** The last samples of one circuit, in a ring of fixed size. A column costs memory from its first value on. */
export class SampleRing {
  readonly #times: Float64Array;
  readonly #columns = new Map<string, Float32Array>();
  /** Samples ever taken; the ring holds the last of them. */
  #taken = 0;
  #kept = 0;

  constructor(capacity: number) {
    this.#times = new Float64Array(capacity);
  }

  /** When the latest sample was taken; `-Infinity` when there is none. */
  get latestAt(): number {
    return this.#kept === 0 ? -Infinity : (this.#times[this.#slot(this.#taken - 1)] ?? -Infinity);
  }

  add(at: number, values: Readonly<Record<string, number | null>>): void {
    if (at < this.latestAt - SET_BACK_MS) this.#kept = 0;
    const slot = this.#slot(this.#taken);
    this.#times[slot] = Math.max(at, this.latestAt);
    for (const column of this.#columns.values()) column[slot] = Number.NaN;
    for (const [name, value] of Object.entries(values)) {
      if (value === null) continue;
      const column = this.#columns.get(name) ?? this.#newColumn(name);
      if (column !== undefined) column[slot] = value;
    }
    this.#taken++;
    this.#kept = Math.min(this.#kept + 1, this.#times.length);
  }

  /** What was taken at or after `at`, oldest first. Columns with nothing in it are left out. */
  from(at: number): Samples {
    let first = this.#taken - this.#kept;
    while (first < this.#taken && (this.#times[this.#slot(first)] ?? 0) < at) first++;
    const slots = Array.from({ length: this.#taken - first }, (_, index) => this.#slot(first + index));
    const columns: Record<string, (number | null)[]> = {};
    for (const [name, column] of this.#columns) {
      const values = slots.map((slot) => rounded(column[slot]));
      if (values.some((value) => value !== null)) columns[name] = values;
    }
    return { times: slots.map((slot) => this.#times[slot] ?? 0), columns };
  }

  /** The median of a column over the samples that `keep` wants; `null` when there are fewer than `atLeast`. */
  median(name: string, keep: (value: (column: string) => number) => boolean, atLeast: number): number | null {
    const column = this.#columns.get(name);
    if (column === undefined) return null;
    const values: number[] = [];
    for (let taken = this.#taken - this.#kept; taken < this.#taken; taken++) {
      const slot = this.#slot(taken);
      const value = column[slot] ?? Number.NaN;
      if (!Number.isNaN(value) && keep((other) => this.#columns.get(other)?.[slot] ?? Number.NaN))
        values.push(value);
    }
    if (values.length < atLeast) return null;
    values.sort((a, b) => a - b);
    return values[values.length >> 1] ?? null;
  }

  #newColumn(name: string): Float32Array | undefined {
    if (this.#columns.size >= MOST_COLUMNS) return undefined;
    const column = new Float32Array(this.#times.length).fill(Number.NaN);
    this.#columns.set(name, column);
    return column;
  }

  #slot(taken: number): number {
    return taken % this.#times.length;
  }
}

function rounded(value: number | undefined): number | null {
  if (value === undefined || Number.isNaN(value)) return null;
  // Floats of 32 bits have seven digits; more would only be noise in the JSON.
  return Math.round(value * 1000) / 1000;
}
