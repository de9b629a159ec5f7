import { STANDINGS, STRIP_SLOT_MS, STRIP_SLOTS, type Standing, type Strip } from "../contract/contract.js";

const UNKNOWN = STANDINGS.length;

/** The last hour in half minutes, each at its worst: an opening of three seconds is seen all the same. */
export class StripRing {
  readonly #slots = new Uint8Array(STRIP_SLOTS).fill(UNKNOWN);
  /** The half minute, since 1970, of the newest slot. */
  #head = -1;

  mark(standing: Standing, at: number): void {
    this.#advance(at);
    const slot = this.#head % STRIP_SLOTS;
    this.#slots[slot] = Math.min(this.#slots[slot] ?? UNKNOWN, STANDINGS.indexOf(standing));
  }

  /** Runs, oldest first; `STRIP_SLOTS` slots in all, the last of which is that of `at`. */
  runs(at: number): Strip {
    this.#advance(at);
    const runs: [Standing | "unknown", number][] = [];
    for (let age = STRIP_SLOTS - 1; age >= 0; age--) {
      const slot = (this.#head - age + STRIP_SLOTS) % STRIP_SLOTS;
      const standing = STANDINGS[this.#slots[slot] ?? UNKNOWN] ?? "unknown";
      const latest = runs.at(-1);
      if (latest?.[0] === standing) latest[1]++;
      else runs.push([standing, 1]);
    }
    return runs;
  }

  #advance(at: number): void {
    const now = Math.floor(at / STRIP_SLOT_MS);
    const gap = now - this.#head;
    if (gap === 0) return;
    // A clock that was set back starts afresh.
    if (gap < 0 || gap >= STRIP_SLOTS) this.#slots.fill(UNKNOWN);
    else for (let head = this.#head + 1; head <= now; head++) this.#slots[head % STRIP_SLOTS] = UNKNOWN;
    this.#head = now;
  }
}
