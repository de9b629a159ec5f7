/** Something that can be woken at a planned moment. */
export interface Target {
  /** @param code what it asked to be reminded of; its own business. */
  wake(code: number): void;
}

const FIRST_ROOM = 1024;
/** Four children a node: half the depth of a binary heap, and the children share a cache line or two. */
const CHILDREN = 4;

/**
 * Virtual time: what happens when, in milliseconds. A 4-ary heap in typed arrays, keyed by time and then by order of
 * planning, so that a run is repeatable. Planning allocates nothing but room that is kept.
 */
export class Agenda {
  /** Virtual milliseconds since the start. */
  now = 0;
  /** How many events have happened. */
  happened = 0;
  /** Pairs: time, order. */
  #keys = new Float64Array(2 * FIRST_ROOM);
  #heap = new Int32Array(FIRST_ROOM);
  #codes = new Int32Array(FIRST_ROOM);
  #free = new Int32Array(FIRST_ROOM);
  readonly #targets: (Target | undefined)[] = [];
  #freed = 0;
  #used = 0;
  #size = 0;
  #planned = 0;

  /** How many events are planned. */
  get size(): number {
    return this.#size;
  }

  /** Wakes `target` with `code` after `delayMs`; not a number, or in the past, counts as now. */
  plan(delayMs: number, target: Target, code: number): void {
    this.planAt(delayMs > 0 ? this.now + delayMs : this.now, target, code);
  }

  /** Wakes `target` with `code` at the moment `at`, in virtual milliseconds; never before now. */
  planAt(at: number, target: Target, code: number): void {
    const slot = this.#freed > 0 ? (this.#free[--this.#freed] ?? 0) : this.#used++;
    if (slot >= this.#codes.length) this.#grow();
    this.#targets[slot] = target;
    this.#codes[slot] = code;
    this.#rise(this.#size++, at > this.now ? at : this.now, this.#planned++, slot);
  }

  /** Lets everything happen that is planned up to and including `untilMs`. */
  run(untilMs: number): void {
    while (this.step(untilMs));
    this.now = Math.max(this.now, untilMs);
  }

  /** Lets the next event happen, if it is due by `untilMs`. False when there is none. */
  step(untilMs: number): boolean {
    const at = this.#keys[0] ?? 0;
    if (this.#size === 0 || at > untilMs) return false;
    const slot = this.#heap[0] ?? 0;
    this.#dropFirst();
    const target = this.#targets[slot];
    const code = this.#codes[slot] ?? 0;
    this.#targets[slot] = undefined;
    this.#free[this.#freed++] = slot;
    this.now = at;
    this.happened++;
    target?.wake(code);
    return true;
  }

  #rise(from: number, at: number, order: number, slot: number): void {
    const keys = this.#keys;
    const heap = this.#heap;
    let hole = from;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      // Planned last, it goes behind what is planned for the same moment.
      const parentAt = keys[2 * parent] ?? 0;
      if (parentAt < at || (parentAt === at && (keys[2 * parent + 1] ?? 0) < order)) break;
      keys[2 * hole] = parentAt;
      keys[2 * hole + 1] = keys[2 * parent + 1] ?? 0;
      heap[hole] = heap[parent] ?? 0;
      hole = parent;
    }
    keys[2 * hole] = at;
    keys[2 * hole + 1] = order;
    heap[hole] = slot;
  }

  /** The hole at the top sinks to the bottom, and what was last rises into it. */
  #dropFirst(): void {
    const keys = this.#keys;
    const heap = this.#heap;
    const last = --this.#size;
    let hole = 0;
    for (;;) {
      const first = CHILDREN * hole + 1;
      if (first >= last) break;
      const end = Math.min(first + CHILDREN, last);
      let least = first;
      let leastAt = keys[2 * first] ?? 0;
      let leastOrder = keys[2 * first + 1] ?? 0;
      for (let child = first + 1; child < end; child++) {
        const at = keys[2 * child] ?? 0;
        if (at > leastAt) continue;
        const order = keys[2 * child + 1] ?? 0;
        if (at === leastAt && order > leastOrder) continue;
        least = child;
        leastAt = at;
        leastOrder = order;
      }
      keys[2 * hole] = leastAt;
      keys[2 * hole + 1] = leastOrder;
      heap[hole] = heap[least] ?? 0;
      hole = least;
    }
    if (hole < last) this.#rise(hole, keys[2 * last] ?? 0, keys[2 * last + 1] ?? 0, heap[last] ?? 0);
  }

  #grow(): void {
    const room = 2 * this.#codes.length;
    const keys = new Float64Array(2 * room);
    keys.set(this.#keys);
    this.#keys = keys;
    this.#heap = grown(this.#heap, room);
    this.#codes = grown(this.#codes, room);
    this.#free = grown(this.#free, room);
  }
}

function grown(from: Int32Array, room: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(room);
  to.set(from);
  return to;
}
