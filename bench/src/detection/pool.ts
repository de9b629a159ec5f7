/** Work that wants a slot. */
export interface Job {
  /** It gives up waiting at this moment. */
  readonly untilS: number;
  /** Starts it. False when it needs no slot after all. */
  start(): boolean;
}

/** A worker's slots, and the line of those who wait for one, first come first served. */
export class Pool {
  #free: number;
  #waiting: Job[] = [];
  #next = 0;

  constructor(slots: number) {
    this.#free = slots;
  }

  /** Starts the job now, or puts it in line. */
  take(job: Job): void {
    if (this.#free === 0) this.#waiting.push(job);
    else if (job.start()) this.#free--;
  }

  /** A slot is free again: for the first in line who still waits. */
  give(nowS: number): void {
    for (let job = this.#shift(); job !== undefined; job = this.#shift()) {
      if (job.untilS >= nowS && job.start()) return;
    }
    this.#free++;
  }

  #shift(): Job | undefined {
    const job = this.#waiting[this.#next];
    if (job === undefined) {
      this.#waiting = [];
      this.#next = 0;
      return undefined;
    }
    this.#next++;
    return job;
  }
}
