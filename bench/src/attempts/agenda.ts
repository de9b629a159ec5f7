interface Entry {
  readonly at: number;
  /** Breaks ties: what was planned first happens first, so a run is repeatable. */
  readonly order: number;
  readonly act: () => void;
}

/** Virtual time: a binary heap of what happens when, in seconds. */
export class Agenda {
  now = 0;
  readonly #heap: Entry[] = [];
  #planned = 0;

  plan(delayS: number, act: () => void): void {
    const heap = this.#heap;
    const entry = { at: this.now + delayS, order: this.#planned++, act };
    let hole = heap.length;
    heap.push(entry);
    while (hole > 0) {
      const up = (hole - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || !before(entry, parent)) break;
      heap[hole] = parent;
      hole = up;
    }
    heap[hole] = entry;
  }

  /** Runs until nothing is planned any more. */
  run(): void {
    for (let next = this.#take(); next !== undefined; next = this.#take()) {
      this.now = next.at;
      next.act();
    }
  }

  #take(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let hole = 0;
    for (;;) {
      let down = 2 * hole + 1;
      let child = heap[down];
      const right = heap[down + 1];
      if (child !== undefined && right !== undefined && before(right, child)) {
        child = right;
        down++;
      }
      if (child === undefined || !before(child, last)) break;
      heap[hole] = child;
      hole = down;
    }
    heap[hole] = last;
    return first;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
