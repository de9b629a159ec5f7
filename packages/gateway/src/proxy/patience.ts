/** The limits on one call that the configuration may set. Milliseconds; undefined is no limit. */
export interface Limits {
  readonly firstTokenTimeoutMs?: number | undefined;
  readonly stallTimeoutMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Those on one attempt of it. */
export interface AttemptLimits extends Limits {
  /** As long as its caller has seen nothing of it. */
  readonly attemptTimeoutMs?: number | undefined;
}

/** The limits on an attempt of a call that has taken `spentMs` already; `route`: what another target adds to them. */
export function limitsOf(
  limits: Limits,
  route: Pick<AttemptLimits, "firstTokenTimeoutMs" | "attemptTimeoutMs">,
  spentMs: number,
): AttemptLimits {
  const { timeoutMs, stallTimeoutMs } = limits;
  return {
    stallTimeoutMs,
    timeoutMs: timeoutMs === undefined ? undefined : Math.max(1, timeoutMs - spentMs),
    firstTokenTimeoutMs: least(limits.firstTokenTimeoutMs, route.firstTokenTimeoutMs),
    attemptTimeoutMs: route.attemptTimeoutMs,
  };
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

/** Which limit has passed; `attempt`: that of the attempt, `timeout`: that of the whole call. */
export type Overdue = "no-first-token" | "stalled" | "attempt" | "timeout";

/**
 * The timers of one attempt; none where no limit is set. While the client holds the answer up (`pause`), only the limit on
 * the whole call runs: a slow reader's silence is not the provider's.
 */
export class Patience {
  readonly #limits: AttemptLimits;
  readonly #streaming: boolean;
  readonly #onOverdue: (what: Overdue) => void;
  #whole: NodeJS.Timeout | undefined;
  #attempt: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  #flowing = false;
  #done = false;
  /** The client has held the answer up at least once. */
  held = false;

  constructor(limits: AttemptLimits, streaming: boolean, onOverdue: (what: Overdue) => void) {
    this.#limits = limits;
    this.#streaming = streaming;
    this.#onOverdue = onOverdue;
    const { timeoutMs, attemptTimeoutMs } = limits;
    if (timeoutMs !== undefined) this.#whole = setTimeout(() => onOverdue("timeout"), timeoutMs);
    if (attemptTimeoutMs !== undefined) {
      this.#attempt = setTimeout(() => onOverdue("attempt"), attemptTimeoutMs);
    }
    this.resume();
  }

  token(): void {
    if (this.#flowing) {
      this.#silence?.refresh();
      return;
    }
    this.#flowing = true;
    this.#stopSilence();
    this.resume();
  }

  pause(): void {
    this.held = true;
    this.#stopSilence();
  }

  resume(): void {
    if (!this.#streaming || this.#done) return;
    const { firstTokenTimeoutMs, stallTimeoutMs } = this.#limits;
    const limitMs = this.#flowing ? stallTimeoutMs : firstTokenTimeoutMs;
    if (limitMs === undefined) return;
    this.#stopSilence();
    const what = this.#flowing ? "stalled" : "no-first-token";
    this.#silence = setTimeout(() => this.#onOverdue(what), limitMs);
  }

  /** The caller sees the answer from now on. */
  shown(): void {
    clearTimeout(this.#attempt);
  }

  /** Tokens may stop now: the provider has said its last word. */
  said(): void {
    this.#done = true;
    this.#stopSilence();
  }

  stop(): void {
    clearTimeout(this.#whole);
    clearTimeout(this.#attempt);
    this.#stopSilence();
  }

  #stopSilence(): void {
    clearTimeout(this.#silence);
    this.#silence = undefined;
  }
}
