/** How much may be held of all answers together. */
export class HeldBudget {
  #left: number;

  /** @param bytes at least 0. */
  constructor(bytes: number) {
    this.#left = bytes;
  }

  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#left += bytes;
  }
}

/** The bytes of an answer that its caller has not been sent yet. */
export class Held {
  readonly #most: number;
  readonly #budget: HeldBudget;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #taken = 0;

  /** @param most bytes of this answer. */
  constructor(most: number, budget: HeldBudget) {
    this.#most = most;
    this.#budget = budget;
  }

  /** Keeps a chunk in any case; false: it is more than may be kept, so let go of all. */
  push(chunk: Buffer): boolean {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > this.#most || !this.#budget.take(chunk.length)) return false;
    this.#taken += chunk.length;
    return true;
  }

  /** Everything, once. What it takes of the budget stays taken until `drop`. */
  take(): readonly Buffer[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }

  /** Forgets what is left, and gives its room back. Safe to call twice. */
  drop(): void {
    this.#chunks = [];
    this.#budget.give(this.#taken);
    this.#taken = 0;
  }
}
