/** What a fleet reports a few times a second. Counts are totals since it started. */
export interface FleetStats {
  readonly llm: {
    readonly offered: number;
    readonly answered: number;
    /** Turned away by the circuit within milliseconds. */
    readonly rejected: number;
    readonly failed: number;
    readonly inFlight: number;
    readonly waiting: number;
  };
  readonly other: {
    readonly offered: number;
    readonly done: number;
    readonly waiting: number;
  };
  /** The oldest job that is not done, in simulated milliseconds. */
  readonly longestWaitMs: number;
}

/** What a fleet is told when it starts. */
export interface FleetOrders {
  readonly openai: string;
  readonly anthropic: string;
  readonly llmSlots: number;
  readonly seed: number;
  readonly speed: number;
}

export type ToFleet = { readonly type: "start"; readonly orders: FleetOrders };
export type FromFleet = { readonly type: "ready" } | { readonly type: "stats"; readonly stats: FleetStats };
