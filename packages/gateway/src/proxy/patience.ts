/** The limits on one call that the configuration may set. Milliseconds; undefined is no limit. */
export interface Limits {
  readonly firstTokenTimeoutMs?: number | undefined;
  readonly stallTimeoutMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
}

export type Overdue = "no-first-token" | "stalled" | "timeout";

/**
 * The timers of one call; none where no limit is set. While the client holds the answer up (`pause`), only the limit on
 * the whole call runs: a slow reader's silence is not the provider's.
 */
export class Patience {
  readonly #limits: Limits;
  readonly #streaming: boolean;
  readonly #onOverdue: (what: Overdue) => void;
  #whole: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  #flowing = false;
  #done = false;
  /** The client has held the answer up at least once. */
  held = false;

  constructor(limits: Limits, streaming: boolean, onOverdue: (what: Overdue) => void) {
    this.#limits = limits;
    this.#streaming = streaming;
    this.#onOverdue = onOverdue;
    if (limits.timeoutMs !== undefined) {
      this.#whole = setTimeout(() => onOverdue("timeout"), limits.timeoutMs);
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

  /** Tokens may stop now: the provider has said its last word. */
  said(): void {
    this.#done = true;
    this.#stopSilence();
  }

  stop(): void {
    clearTimeout(this.#whole);
    this.#stopSilence();
  }

  #stopSilence(): void {
    clearTimeout(this.#silence);
    this.#silence = undefined;
  }
}
