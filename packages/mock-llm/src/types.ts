import type { Clock } from "./clock.js";

/** Every way this provider can misbehave. `docs/mock-llm.md` says what each looks like on the wire. */
export const faultKinds = [
  "error-500",
  "error-502",
  "error-503",
  "error-504",
  "overloaded",
  "throttled",
  "throttled-bare",
  "quota",
  "bad-request",
  "unauthorized",
  "context-length",
  "content-filter",
  "hang",
  "slow-first-token",
  "stall",
  "cut",
  "reset",
  "stream-error",
  "malformed",
  "empty",
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** A lognormal distribution: half of the draws are below `median`; `sigma` is the spread of the logarithm. */
export interface Lognormal {
  median: number;
  /** 0 and more; 0.45 is a usual first-token spread, 0.95 a usual spread of answer lengths. */
  sigma: number;
  /** A heavier tail: this share of the draws is multiplied by a number drawn evenly from `times`. */
  tail?: { share: number; times: [number, number] } | undefined;
}

export interface Fault {
  kind: FaultKind;
  /**
   * Share of the calls that get it, 0 to 1. Default 1. One draw a call decides among all faults of a list:
   * shares add up, and past 1 the later faults get what is left.
   */
  share?: number | undefined;
  /** Only calls for this model: the exact name, or a prefix that ends in `*`. Default: every model. */
  model?: string | undefined;
  /** Tokens sent before the fault shows: `cut`, `stall` and `stream-error` (default 3), `reset` (default: before the headers). */
  afterTokens?: number | undefined;
  /** Wait before the fault shows, or time added to a slow first token. Default 0. */
  afterMs?: number | undefined;
  /** The Retry-After of an error answer. Default 2000 for `throttled`, none for the rest. */
  retryAfterMs?: number | undefined;
  /** Multiplies the first-token time of `slow-first-token`. Default 10. */
  times?: number | undefined;
  /** `malformed`: "html" (default) or "json". `stream-error`: "event" (default) or "failed" (Responses only: `response.failed`). */
  shape?: "html" | "json" | "event" | "failed" | undefined;
  /** The machine-readable code of a `quota` error, such as `organization_spend_limit_exceeded`. On Anthropic it makes a 429 of the 402. */
  code?: string | undefined;
}

/** How the provider answers. Healthy when empty: what is left out comes from the profile. */
export interface Behaviour {
  /** Fills in the three fields below where they are missing. `quick`: 0 ms, 0 ms, 16 tokens. `realistic`: see {@link profiles}. */
  profile?: "quick" | "realistic" | undefined;
  /** Time from a free slot to the first token. */
  firstTokenMs?: number | Lognormal | undefined;
  /** Time between two tokens. */
  perTokenMs?: number | undefined;
  /** Length of an answer, 1 to 4096 tokens. The request's own maximum still cuts it. */
  tokens?: number | Lognormal | undefined;
  /** Multipliers on the two times. Default 1. */
  slow?: { firstToken?: number | undefined; perToken?: number | undefined } | undefined;
  /** Calls served at once; the rest wait in order of arrival, and a caller that leaves, leaves the queue. Default: no limit. */
  capacity?: number | undefined;
  faults?: Fault[] | undefined;
  /** A quiet stream says this often that it lives: `ping` on Anthropic, an SSE comment elsewhere. Default: never. */
  keepAliveMs?: number | undefined;
  /** A token bucket; calls beyond it get a 429, with a Retry-After unless `retryAfter` is false. `burst` defaults to one second's worth. */
  rateLimit?: { perSecond: number; burst?: number | undefined; retryAfter?: boolean | undefined } | undefined;
}

/** One stretch of a script: a behaviour with a name and a length (`forMs`, or `for` as "40s"; exactly one of them). */
export interface Phase extends Behaviour {
  name: string;
  forMs?: number | undefined;
  for?: string | undefined;
}

export interface Script {
  seed?: number | undefined;
  /** What each phase starts from, and what is in force when the last phase has ended. */
  defaults?: Behaviour | undefined;
  phases: Phase[];
  /** Begin again after the last phase. Default false. */
  repeat?: boolean | undefined;
}

export interface MockOptions {
  /** Default 127.0.0.1. */
  host?: string | undefined;
  /** 0 to 65535; 0, the default, takes a free one. */
  port?: number | undefined;
  /** Same seed and same order of requests: same decisions. Default: the script's seed, or 1. */
  seed?: number | undefined;
  script?: Script | undefined;
  /** A file that gets one JSON line for each attempt, when it ends. */
  log?: string | undefined;
  /** Time compression, above 0: every latency, phase length and Retry-After is divided by it. Default 1. */
  speed?: number | undefined;
  /** Fills in what neither the script's phase nor its defaults say. Default `quick`. */
  profile?: "quick" | "realistic" | undefined;
  /** Time, for tests. Default: the process's monotonic clock and timers. */
  clock?: Clock | undefined;
}

/** How an attempt ended. `pending` until it does. `error`: the fault's answer was sent whole. `hung`: the server closed first. */
export type AttemptEnd = "complete" | "cut" | "reset" | "client-gone" | "hung" | "error" | "pending";

export interface Attempt {
  /** Real milliseconds since the server started, monotonic, not divided by `speed`. */
  at: number;
  phase?: string;
  path: string;
  /** Empty until the request body has been read. */
  model: string;
  stream: boolean;
  /** The SDK's own count of this try (`x-stainless-retry-count`), or 0. */
  retry: number;
  fault: FaultKind | "none";
  /** Undefined while nothing has been answered, and for ever if nothing was. */
  status: number | undefined;
  /** When the first token of a stream was written; same clock as `at`. */
  firstTokenAt?: number;
  endedAt?: number;
  end: AttemptEnd;
  /** Tokens written. */
  tokens: number;
}

export interface MockServer {
  /** `http://127.0.0.1:PORT`. The OpenAI SDK takes `${url}/v1`, Anthropic's takes `url`. */
  readonly url: string;
  readonly port: number;
  /** The attempts since the start or the last `clear()`, oldest first; the newest 100,000 are kept. */
  attempts(): readonly Attempt[];
  /** How many there were since the start or the last `clear()`, the forgotten ones too. */
  attemptsTotal(): number;
  clear(): void;
  /** Replaces the script's phase until called with undefined. Throws {@link MockConfigError} on a bad one. */
  setBehaviour(behaviour: Behaviour | undefined): void;
  /** Starts the script, and the random decisions, again from the beginning. It starts by itself with the server. */
  startScript(): void;
  /** Undefined without a script and after its end. `elapsedMs` is script time: compare it with `forMs`. */
  phase(): { name: string; index: number; elapsedMs: number } | undefined;
  /** Resolves when n attempts have been read and their fate decided; rejects when the server closes first. */
  waitForAttempts(n: number): Promise<void>;
  /** Destroys what is open, flushes the log. Safe to call twice. */
  close(): Promise<void>;
}
