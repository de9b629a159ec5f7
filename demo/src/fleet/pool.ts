export type JobKind = "llm" | "other";

interface Job {
  readonly kind: JobKind;
  readonly arrivedAt: number;
  readonly run: () => Promise<void>;
}

/**
 * A worker's pool of slots. Jobs start in order of arrival, except that LLM jobs wait while they hold their share: that
 * bound is what keeps the other work alive, whatever the provider does.
 */
export class Pool {
  readonly #slots: number;
  readonly #llmSlots: number;
  readonly #now: () => number;
  readonly #waiting: Record<JobKind, Job[]> = { llm: [], other: [] };
  readonly #running: Record<JobKind, Set<Job>> = { llm: new Set(), other: new Set() };

  constructor(slots: number, llmSlots: number, now: () => number) {
    this.#slots = slots;
    this.#llmSlots = llmSlots;
    this.#now = now;
  }

  submit(kind: JobKind, run: () => Promise<void>): void {
    this.#waiting[kind].push({ kind, arrivedAt: this.#now(), run });
    this.#startNext();
  }

  running(kind: JobKind): number {
    return this.#running[kind].size;
  }

  waiting(kind: JobKind): number {
    return this.#waiting[kind].length;
  }

  /** How long the job that arrived first has been here without being done. */
  longestWaitMs(): number {
    let oldest = Infinity;
    for (const kind of ["llm", "other"] as const) {
      for (const job of this.#running[kind]) oldest = Math.min(oldest, job.arrivedAt);
      oldest = Math.min(oldest, this.#waiting[kind][0]?.arrivedAt ?? Infinity);
    }
    return oldest === Infinity ? 0 : this.#now() - oldest;
  }

  #startNext(): void {
    for (;;) {
      if (this.#running.llm.size + this.#running.other.size >= this.#slots) return;
      const job = this.#takeNext();
      if (job === undefined) return;
      this.#running[job.kind].add(job);
      void job.run().finally(() => {
        this.#running[job.kind].delete(job);
        this.#startNext();
      });
    }
  }

  #takeNext(): Job | undefined {
    const other = this.#waiting.other[0];
    const llm = this.#running.llm.size < this.#llmSlots ? this.#waiting.llm[0] : undefined;
    const next = llm === undefined || (other !== undefined && other.arrivedAt <= llm.arrivedAt) ? other : llm;
    if (next !== undefined) this.#waiting[next.kind].shift();
    return next;
  }
}
