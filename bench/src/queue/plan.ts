/** What happens in one run, in milliseconds from its start. */
export interface Plan {
  /** Half of them call the provider. */
  readonly jobs: number;
  /** All jobs are added by then, evenly. */
  readonly addedByMs: number;
  readonly outageFromMs: number;
  readonly outageMs: number;
  /** What is not done by then is counted as not done. */
  readonly limitMs: number;
  readonly workers: number;
  /** Slots of each worker. */
  readonly concurrency: number;
  /** Those of them that guarded jobs may hold. */
  readonly slots: number;
}

const FLEET = { workers: 2, concurrency: 8, slots: 4 } as const;

export const FULL: Plan = {
  jobs: 1_000,
  addedByMs: 75_000,
  outageFromMs: 5_000,
  outageMs: 60_000,
  limitMs: 140_000,
  ...FLEET,
};

/** The same in small, to see that it works. Its figures mean little. */
export const QUICK: Plan = {
  jobs: 240,
  addedByMs: 12_000,
  outageFromMs: 2_000,
  outageMs: 8_000,
  limitMs: 40_000,
  ...FLEET,
};

export const QUEUE = "work";
export const LLM = "llm";
export const OTHER = "other";
/** What a job that calls no LLM takes. */
export const OTHER_MS = 50;
/** BullMQ's own retries, the same with and without a guard. */
export const ATTEMPTS = 5;
export const BACKOFF_MS = 1_000;
