import type { SettledEvent } from "recloser";
import type { Exemplar } from "../contract/contract.js";
import { redact } from "./redact.js";

const KEPT_OF_A_REASON = 3;
const MOST_REASONS = 24;
/** An outage brings thousands of the same: one a second of each reason is enough to look at. */
const EVERY_MS = 1_000;

/** The latest calls that did not end in an answer, a few of each reason. */
export class Exemplars {
  readonly #byReason = new Map<string, Exemplar[]>();
  /** Changes with each one taken in. */
  version = 0;

  /** Takes one in, unless it is a success, a caller's doing, or one of many. Cheap: it runs for each call. */
  settled({ verdict, durationMs, firstTokenMs, probe }: SettledEvent, now: () => number): void {
    if (verdict.verdict === "success") return;
    const { reason } = verdict;
    if (reason === "cancelled" || reason === "deadline") return;
    const at = now();
    let kept = this.#byReason.get(reason);
    if (kept === undefined) {
      if (this.#byReason.size >= MOST_REASONS) return;
      kept = [];
      this.#byReason.set(reason, kept);
    }
    const age = at - (kept.at(-1)?.at ?? -Infinity);
    if (age >= 0 && age < EVERY_MS) return;
    kept.push({
      at,
      verdict: verdict.verdict,
      reason,
      detail: verdict.detail === undefined ? null : redact(verdict.detail),
      durationMs: Math.round(durationMs),
      firstTokenMs: firstTokenMs === undefined ? null : Math.round(firstTokenMs),
      probe,
    });
    if (kept.length > KEPT_OF_A_REASON) kept.shift();
    this.version++;
  }

  /** Latest first. */
  list(): readonly Exemplar[] {
    return [...this.#byReason.values()].flat().sort((a, b) => b.at - a.at);
  }
}
