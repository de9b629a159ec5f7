import { Circuit } from "./circuit.js";
import { type CircuitEvents, type Listener, Listeners } from "./events.js";
import { type CircuitOptions, policyOf } from "./options.js";
import { atLeast, callable } from "./require.js";
import type { CircuitSnapshot } from "./snapshot.js";

export interface CircuitsOptions extends CircuitOptions {
  /** Circuits kept at once; beyond it, idle closed ones are forgotten, longest unused first. At least 1. Default 10,000. */
  readonly maxCircuits?: number;
  /** Options for one key, on top of the shared ones. */
  readonly each?: (name: string) => CircuitOptions | undefined;
}

/** How many circuits are looked at for one to forget; bounds the work of one `get`. */
const EVICTION_LOOKS = 16;

/**
 * A registry of circuits by key, bounded in size. Make one for the process: a breaker that is made for each call has no
 * memory. An open circuit, or one with calls in flight, is never forgotten.
 */
export class Circuits {
  readonly #shared: CircuitOptions;
  readonly #each: ((name: string) => CircuitOptions | undefined) | undefined;
  readonly #max: number;
  readonly #listeners = new Listeners();
  /** In order of last use, longest unused first. */
  readonly #byName = new Map<string, Circuit>();
  #latest: Circuit | undefined;

  /** @throws RangeError or TypeError that names the option, its value and its range. */
  constructor(options: CircuitsOptions = {}) {
    const { maxCircuits = 10_000, each, ...shared } = options;
    atLeast("maxCircuits", maxCircuits, 1, { whole: true });
    if (each !== undefined) callable("each", each);
    policyOf(shared);
    this.#max = maxCircuits;
    this.#each = each;
    this.#shared = shared;
  }

  get size(): number {
    return this.#byName.size;
  }

  /** The circuit for `name`, made on first use. */
  get(name: string): Circuit {
    if (this.#latest !== undefined && this.#latest.name === name) return this.#latest;
    let circuit = this.#byName.get(name);
    if (circuit === undefined) {
      circuit = new Circuit(name, this.#optionsOf(name), this.#listeners);
      this.#makeRoom();
    } else {
      this.#byName.delete(name);
    }
    this.#byName.set(name, circuit);
    this.#latest = circuit;
    return circuit;
  }

  #optionsOf(name: string): CircuitOptions {
    const own = this.#each?.(name);
    if (own !== undefined && (typeof own !== "object" || own === null)) {
      throw new TypeError(`each(${JSON.stringify(name)}) gives ${String(own)}; give options, or undefined.`);
    }
    return { ...this.#shared, ...own };
  }

  /** Every circuit, as plain JSON. */
  snapshot(): readonly CircuitSnapshot[] {
    return [...this.#byName.values()].map((circuit) => circuit.snapshot());
  }

  /** Listens to every circuit, also those made later. Returns a function that stops listening. */
  on<Name extends keyof CircuitEvents>(event: Name, listener: Listener<CircuitEvents[Name]>): () => void {
    return this.#listeners.on(event, listener);
  }

  [Symbol.iterator](): IterableIterator<Circuit> {
    return this.#byName.values();
  }

  #makeRoom(): void {
    if (this.#byName.size < this.#max) return;
    const longestUnused = [...take(this.#byName, EVICTION_LOOKS)];
    for (const [name, circuit] of longestUnused) {
      this.#byName.delete(name);
      if (circuit.idle) {
        // After a crowd there is more than one to forget.
        if (this.#byName.size < this.#max) return;
        continue;
      }
      // Not to be forgotten: it gets a second chance behind the others, so that the next look finds new ones.
      this.#byName.set(name, circuit);
    }
  }
}

function* take<T>(items: Iterable<T>, most: number): Generator<T> {
  let taken = 0;
  for (const item of items) {
    if (taken++ === most) return;
    yield item;
  }
}
