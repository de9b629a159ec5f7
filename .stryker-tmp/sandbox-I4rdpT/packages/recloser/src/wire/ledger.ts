// @ts-nocheck
import type { StreamSignal } from "./signals.js";

/** What a push has shown, as bits. Any bit at all means that the connection lives. */
export const Seen: {
  readonly alive: 1;
  readonly token: 2;
  readonly firstToken: 4;
  readonly finish: 8;
  readonly end: 16;
  readonly error: 32;
} = { alive: 1, token: 2, firstToken: 4, finish: 8, end: 16, error: 32 };

/**
 * How a stream ended.
 *
 * - `complete`: its terminal marker came.
 * - `truncated`: it ended before that. `finished`: the model had already said that it was done.
 * - `error`: an error came in-band; `payload` is that event.
 * - `empty`: it ended without a single event.
 * - `opaque`: a format that nobody here knows; a clean end is all there is to know.
 */
export type StreamEnd =
  | { readonly kind: "complete"; readonly outputTokens?: number }
  | { readonly kind: "truncated"; readonly finished: boolean; readonly outputTokens?: number }
  | { readonly kind: "error"; readonly payload: unknown }
  | { readonly kind: "empty" }
  | { readonly kind: "opaque" };

/** Adds up the signals of one stream. Nothing that follows the terminal marker or an error changes the conclusion. */
export class SignalLedger {
  /** Tokens in the answer, as the last usage told. */
  outputTokens: number | undefined = undefined;
  #tokens = false;
  #finished = false;
  #events = false;
  #last: "end" | "error" | undefined;
  #payload: unknown;

  /** The in-band error, once there was one. */
  get payload(): unknown {
    return this.#payload;
  }

  take(signal: StreamSignal): number {
    this.#events = true;
    if (signal.kind !== "error" && signal.outputTokens !== undefined) this.outputTokens = signal.outputTokens;
    if (this.#last !== undefined) return Seen.alive;
    switch (signal.kind) {
      case "alive":
        return Seen.alive;
      case "token":
        return this.token();
      case "finish":
        this.#finished = true;
        return Seen.finish | (signal.token ? this.token() : Seen.alive);
      case "end":
        this.#last = "end";
        return Seen.end | (signal.token ? this.token() : Seen.alive);
      case "error":
        this.#last = "error";
        this.#payload = signal.payload;
        return Seen.error | Seen.alive;
    }
  }

  /** A token that needs no reading. */
  token(): number {
    this.#events = true;
    if (this.#tokens) return Seen.alive | Seen.token;
    this.#tokens = true;
    return Seen.alive | Seen.token | Seen.firstToken;
  }

  /** Whether the stream is over, and a plain token would change nothing. */
  get over(): boolean {
    return this.#last !== undefined;
  }

  conclude(options: {
    readonly known: boolean;
    readonly cut: boolean;
    readonly finishIsEnd: boolean;
  }): StreamEnd {
    const usage = this.outputTokens === undefined ? {} : { outputTokens: this.outputTokens };
    if (this.#last === "error") return { kind: "error", payload: this.#payload };
    if (this.#last === "end" || (options.finishIsEnd && this.#finished))
      return { kind: "complete", ...usage };
    if (options.cut) return { kind: "truncated", finished: this.#finished, ...usage };
    if (!this.#events) return { kind: "empty" };
    return options.known ? { kind: "truncated", finished: this.#finished, ...usage } : { kind: "opaque" };
  }
}
