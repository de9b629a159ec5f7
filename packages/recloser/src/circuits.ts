import { Circuit, isName } from "./circuit.js";
import { type CircuitEvents, type Listener, Listeners } from "./events.js";
import { readMemory } from "./memory.js";
import { type CircuitOptions, policyOf } from "./options.js";
import { Providers, type ProviderView } from "./providers.js";
import { atLeast, callable } from "./require.js";
import type { CircuitSnapshot } from "./snapshot.js";

/** The options of a registry: those that its circuits share, and its own. */
export interface CircuitsOptions extends CircuitOptions {
  /** Circuits kept at once; beyond it, idle closed ones are forgotten, longest unused first. At least 1. Default 10,000. */
  readonly maxCircuits?: number;
  /** Options for one key, on top of the shared ones. Default: none. */
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
  readonly #providers = new Providers();
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
    this.#listeners.on("transition", ({ circuit, to }) => {
      const view = this.#providers.changed(circuit, to);
      if (view !== undefined && this.#listeners.heard("provider")) this.#listeners.emit("provider", view);
    });
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
      this.#providers.add(circuit);
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

  /**
   * The providers of the circuits (what stands before the first `/` of their names), and whether most of one's models are
   * open. One model that fails touches no other; this only says what it looks like. See also the event `provider`.
   */
  providers(): readonly ProviderView[] {
    return this.#providers.views();
  }

  /**
   * Takes up what `snapshot` gave, after a restart or a serverless cold start: do it before the first call. Circuits that
   * exist already and have been used are left as they are.
   *
   * @param ageMs how long ago the snapshot was taken, in milliseconds. At least 0. Default 0. Older than a day is ignored.
   * @returns how many circuits took theirs up. What cannot be read is passed over.
   *
   * @example
   * const circuits = new Circuits();
   * const stored = JSON.parse(await store.get("circuits"));
   * circuits.restore(stored.snapshot, Date.now() - stored.at);
   */
  restore(snapshot: readonly Pick<CircuitSnapshot, "circuit" | "memory">[], ageMs = 0): number {
    atLeast("restore(ageMs)", ageMs, 0);
    if (!Array.isArray(snapshot))
      throw new TypeError("restore(snapshot) needs the list that snapshot() gave.");
    let restored = 0;
    // The last ones were used last: where there are more than fit, those are kept.
    for (const one of snapshot.slice(-this.#max)) {
      const name: unknown = one?.circuit;
      if (readMemory(one) === undefined || !isName(name)) continue;
      if (this.get(name).restore(one, ageMs)) restored++;
    }
    return restored;
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
        this.#providers.remove(circuit);
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
