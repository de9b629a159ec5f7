import type { RejectionReason, Verdict } from "recloser";
import type { JournalEntry, JournalVerdict } from "./entry.js";

/** What is known of an attempt before it is made. */
interface CallFacts {
  readonly circuit: string;
  readonly provider: string;
  readonly model: string | undefined;
  readonly streaming: boolean;
  readonly requestBytes: number;
  /** 1 for the first. */
  readonly attempt: number;
}

/** Notes down one attempt. Its line is written when it has both settled and ended, once. */
export interface CallRecord {
  token(): void;
  bytes(count: number): void;
  /** `status` is 0 where there was none. */
  settled(verdict: Verdict, status: number): void;
  ended(): void;
  /** Nothing was sent. */
  rejected(reason: RejectionReason): void;
}

export type Recorder = (facts: CallFacts) => CallRecord;

/** A recorder that gives each entry to `write` as a line. Runs on every call: plain numbers, one small object. */
export function createRecorder(write: (line: string) => void): Recorder {
  return (facts) => new Record(facts, write);
}

class Record implements CallRecord {
  readonly #facts: CallFacts;
  readonly #write: (line: string) => void;
  readonly #start = Date.now();
  readonly #startedAt = performance.now();
  #firstTokenMs: number | undefined;
  #endMs: number | undefined;
  #status = 0;
  #bytes = 0;
  #verdict: JournalVerdict | undefined;
  #written = false;

  constructor(facts: CallFacts, write: (line: string) => void) {
    this.#facts = facts;
    this.#write = write;
  }

  token(): void {
    this.#firstTokenMs ??= this.#elapsed();
  }

  bytes(count: number): void {
    this.#bytes += count;
  }

  settled(verdict: Verdict, status: number): void {
    this.#verdict ??= verdictOf(verdict);
    this.#status = status;
    this.#done();
  }

  ended(): void {
    this.#endMs ??= this.#elapsed();
    this.#done();
  }

  rejected(reason: RejectionReason): void {
    this.#verdict = { verdict: "rejected", reason };
    this.ended();
  }

  #elapsed(): number {
    return Math.round((performance.now() - this.#startedAt) * 1000) / 1000;
  }

  #done(): void {
    if (this.#written || this.#verdict === undefined || this.#endMs === undefined) return;
    this.#written = true;
    const { circuit, provider, model, streaming, attempt, requestBytes } = this.#facts;
    const entry: JournalEntry = {
      v: 1,
      start: this.#start,
      firstTokenMs: this.#firstTokenMs,
      endMs: this.#endMs,
      circuit,
      provider,
      model,
      streaming,
      attempt,
      ...this.#verdict,
      status: this.#status === 0 ? undefined : this.#status,
      requestBytes,
      responseBytes: this.#bytes,
    };
    this.#write(JSON.stringify(entry));
  }
}

/** Without `detail`, which holds words of the provider's. */
function verdictOf(verdict: Verdict): JournalVerdict {
  switch (verdict.verdict) {
    case "success":
      return { verdict: "success", outputTokens: verdict.outputTokens };
    case "failure":
      return { verdict: "failure", reason: verdict.reason, retryAfterMs: verdict.retryAfterMs };
    case "neutral":
      return { verdict: "neutral", reason: verdict.reason };
  }
}
