/** How the calls of one worker arrive. Times are in milliseconds. */
export type Arrivals =
  | { readonly kind: "poisson" }
  /** Renewals with this coefficient of variation, above 1: mostly short gaps, now and then a long one. */
  | { readonly kind: "bursty"; readonly cv: number }
  /** Two moods: for `share` of the time, in spells of `spellMs` on average, calls come `factor` times as often as otherwise. */
  | { readonly kind: "mmpp"; readonly factor: number; readonly share: number; readonly spellMs: number }
  /** A recorded trace, at its own pace; each worker starts somewhere in it, and goes round. */
  | { readonly kind: "replayed"; readonly gapsMs: readonly number[] };

/** One model of the provider, while it is well. */
export interface Model {
  readonly name: string;
  /** Its share of the calls; all shares together make 1. */
  readonly share: number;
  /** A lognormal body; `stalls.share` of the first tokens take `from`–`to` times as long. */
  readonly firstToken: {
    readonly medianMs: number;
    readonly sigma: number;
    readonly stalls: { readonly share: number; readonly from: number; readonly to: number };
  };
  /** Tokens of an answer, lognormal. */
  readonly tokens: { readonly median: number; readonly sigma: number };
  readonly tokenMs: number;
  /** The share of calls that fails although nothing is wrong. */
  readonly failing: number;
  /** The share of calls that is rate-limited although nothing is wrong. */
  readonly throttled: number;
}

/** Servers that the fleet shares, each with one call at a time, and the queue before them. */
export interface Capacity {
  readonly servers: number;
  /** Calls beyond this many in the queue are refused at once as overloaded. */
  readonly queue: number;
  /** Whether a server stops working for a client that has gone. */
  readonly noticesCancellation: boolean;
}

/** A token bucket that the fleet shares; beyond it, a 429 at once. */
export interface Quota {
  readonly perSecond: number;
  readonly burst: number;
  readonly retryAfterMs: number | undefined;
}

/** Something that is different for some time. Times count from the onset. Where phases overlap, their effects add up. */
export interface Phase {
  readonly fromMs: number;
  readonly untilMs: number;
  /** Recurs: within each period only the first `forMs`. */
  readonly every: { readonly periodMs: number; readonly forMs: number } | undefined;
  /** The models that it hits; empty means all. */
  readonly models: readonly string[];
  /** False for what a policy should get used to, e.g. a model that is slower for good. */
  readonly fault: boolean;
  /** Shares of calls: that fail at once, get no answer, get no more after some tokens, end before they are complete. */
  readonly errors: number;
  readonly hangs: number;
  readonly stalls: number;
  readonly cuts: number;
  readonly throttled: number;
  readonly retryAfterMs: number | undefined;
  readonly quota: Quota | undefined;
  /** Times as long to the first token, and for each token after it. */
  readonly firstToken: number;
  readonly token: number;
  /** What is left of the servers, 0–1. */
  readonly capacity: number;
}

/** Retries as SDKs make them: of failures without a first token, with a back-off that doubles. */
interface Retries {
  readonly times: number;
  readonly firstMs: number;
  readonly mostMs: number;
  /** Each wait is shorter by up to this share. */
  readonly jitter: number;
  /** A Retry-After of up to a minute is waited out. */
  readonly heedRetryAfter: boolean;
}

/** A world to try policies in, with every default filled in. Times are in milliseconds. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly workers: number;
  /** How long the provider is well before the onset, at time 0. */
  readonly warmUpMs: number;
  /** How long it is watched from the onset on. */
  readonly watchMs: number;
  readonly calls: {
    readonly perSecond: number;
    readonly arrivals: Arrivals;
    readonly streaming: boolean;
    /** The client gives an attempt up after this long. */
    readonly timeoutMs: number;
    /** A call that has waited so long for a slot is not made any more. */
    readonly patienceMs: number;
    readonly retries: Retries;
  };
  /** Other work that shares the slots. */
  readonly other:
    | { readonly perSecond: number; readonly takesMs: number; readonly patienceMs: number }
    | undefined;
  /** Work of either kind that a worker does at once. */
  readonly slots: number;
  /** The most calls in flight to each model where the policy has a bulkhead; in the order of the models. */
  readonly bulkheads: readonly number[];
  readonly models: readonly Model[];
  readonly capacity: Capacity | undefined;
  /** How long a failing provider takes to say so. */
  readonly errorAfterMs: number;
  readonly phases: readonly Phase[];
}

/** Whether workers meet at the provider, so that a fleet cannot be simulated in parts. */
export function isShared({ capacity, phases }: Pick<Scenario, "capacity" | "phases">): boolean {
  return capacity !== undefined || phases.some(({ quota }) => quota !== undefined);
}
