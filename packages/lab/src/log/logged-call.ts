import type { Verdict } from "recloser";

/** A call as a log has it. */
export interface LoggedCall {
  /** Milliseconds since 1970, or since whatever the log counts from. */
  readonly start: number;
  /** From the start, in milliseconds; `undefined`: there was none, or the log does not say. */
  readonly firstTokenMs: number | undefined;
  /** From the start to the end, in milliseconds. */
  readonly durationMs: number;
  readonly verdict: Verdict;
  readonly circuit: string;
  /** Whose breaker it passed, where several workers each have their own. */
  readonly worker: string;
  readonly streaming: boolean;
}

export interface CallLog {
  /** In the order of their starts. */
  readonly calls: readonly LoggedCall[];
  /** Calls that were never sent: what they would have met, nobody knows. */
  readonly unsent: number;
  /** A last line without its end, as a killed process leaves it. */
  readonly torn: number;
}
