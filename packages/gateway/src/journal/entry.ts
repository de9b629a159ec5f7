import type { FailureReason, NeutralReason, RejectionReason } from "recloser";

/** What became of a call. */
export type JournalVerdict =
  | { readonly verdict: "success"; readonly outputTokens?: number | undefined }
  | {
      readonly verdict: "failure";
      readonly reason: FailureReason;
      /** What the provider asked for, in milliseconds. */
      readonly retryAfterMs?: number | undefined;
    }
  | { readonly verdict: "neutral"; readonly reason: NeutralReason }
  /** Nothing was sent. */
  | { readonly verdict: "rejected"; readonly reason: RejectionReason };

/** One attempt at a provider, or one rejection: a line of the journal. Never a prompt, an answer, a header or a key. */
export type JournalEntry = JournalVerdict & {
  /** Version of the format. */
  readonly v: 1;
  /** When it began, in milliseconds since 1970 by the wall clock. */
  readonly start: number;
  /** From the start to the first token, in milliseconds, by a clock that never jumps. Absent: there was none. */
  readonly firstTokenMs?: number | undefined;
  /** From the start to the end, in milliseconds. */
  readonly endMs: number;
  readonly circuit: string;
  readonly provider: string;
  /** Absent: the request named none. */
  readonly model?: string | undefined;
  readonly streaming: boolean;
  /** 1 for the first attempt of a call, 2 for the next … */
  readonly attempt: number;
  /** The provider's HTTP status. Absent: there was none. */
  readonly status?: number | undefined;
  readonly requestBytes: number;
  /** Bytes of the answer's body that came from the provider. */
  readonly responseBytes: number;
};

const VERDICTS: readonly unknown[] = ["success", "failure", "neutral", "rejected"];

/** A line as an entry; undefined for one that is torn, or of another version. Fields that are unknown are kept. */
export function readEntry(line: string): JournalEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isEntry(value) ? value : undefined;
}

function isEntry(value: unknown): value is JournalEntry {
  if (typeof value !== "object" || value === null) return false;
  const entry = value as Record<string, unknown>;
  const numbers = ["start", "endMs", "attempt", "requestBytes", "responseBytes"];
  return (
    entry.v === 1 &&
    VERDICTS.includes(entry.verdict) &&
    (entry.verdict === "success" || typeof entry.reason === "string") &&
    typeof entry.circuit === "string" &&
    typeof entry.provider === "string" &&
    typeof entry.streaming === "boolean" &&
    numbers.every((key) => Number.isFinite(entry[key])) &&
    ["firstTokenMs", "status"].every((key) => entry[key] === undefined || Number.isFinite(entry[key]))
  );
}
