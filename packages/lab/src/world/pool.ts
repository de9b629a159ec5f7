/** Work that wants a slot. */
export interface Claim {
  /** It gives up waiting at this moment. */
  readonly claimUntil: number;
  /** Takes the slot. False when it needs none after all. */
  start(now: number): boolean;
  /** It has waited too long. */
  giveUp(): void;
}

/** A worker's slots, and the line of those who wait for one, first come first served. */
export class Pool {
  #free: number;
  #line: Claim[] = [];
  #next = 0;

  constructor(slots: number) {
    this.#free = slots;
  }

  /** Starts the work now, or puts it in line. */
  take(claim: Claim, now: number): void {
    if (this.#free === 0) {
      this.#expire(now);
      this.#line.push(claim);
    } else if (claim.start(now)) {
      this.#free--;
    }
  }

  /** A slot is free again: for the first in line who still waits. */
  give(now: number): void {
    for (let claim = this.#shift(); claim !== undefined; claim = this.#shift()) {
      if (claim.claimUntil < now) claim.giveUp();
      else if (claim.start(now)) return;
    }
    this.#free++;
  }

  /** Whoever still waits at the end. */
  get waiting(): readonly Claim[] {
    return this.#line.slice(this.#next);
  }

  /** Bounds the line: nobody behind waits longer than their own patience. */
  #expire(now: number): void {
    for (let head = this.#line[this.#next]; head !== undefined && head.claimUntil < now; ) {
      this.#shift();
      head.giveUp();
      head = this.#line[this.#next];
    }
  }

  #shift(): Claim | undefined {
    const claim = this.#line[this.#next];
    if (claim === undefined) {
      this.#line = [];
      this.#next = 0;
      return undefined;
    }
    this.#next++;
    if (this.#next > 64 && this.#next > this.#line.length / 2) {
      this.#line = this.#line.slice(this.#next);
      this.#next = 0;
    }
    return claim;
  }
}
