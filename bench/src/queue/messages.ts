/** What a worker process is told when it starts. */
export interface Orders {
  readonly redisPort: number;
  readonly providerUrl: string;
  readonly guarded: boolean;
  readonly concurrency: number;
  readonly slots: number;
}

/** How one run of a processor ended: a value, an error of its own, or the circuit's rejection. */
export type End = "done" | "failed" | "rejected";

/** What a worker process has seen. */
export interface Tally {
  /** Runs of each job, by how they ended. */
  readonly runs: readonly { readonly jobId: string; readonly end: End }[];
  /** Jobs sent back, by the reason. */
  readonly deferrals: Readonly<Record<string, number>>;
}

export type ToWorker = { readonly type: "start"; readonly orders: Orders } | { readonly type: "stop" };
export type FromWorker = { readonly type: "ready" } | { readonly type: "tally"; readonly tally: Tally };
