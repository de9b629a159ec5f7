// @ts-nocheck
import type { Listeners } from "./events.js";
import type { Limit } from "./limit/limit.js";
import type { Rejected, RejectionReason, StateName } from "./outcome/outcome.js";
import type { Verdict } from "./outcome/verdict.js";
import type { Ticket } from "./permit.js";
import type { Hindsight, Judgement } from "./recover/hindsight.js";
import type { Totals } from "./snapshot.js";

/** What a circuit tells the outside: it counts, and makes an event only where somebody listens. */
export class Reports {
  readonly totals: Totals = { admitted: 0, settled: 0, expired: 0, aborted: 0, rejected: {}, observed: {} };
  readonly #circuit: string;
  readonly #listeners: Listeners;

  constructor(circuit: string, listeners: Listeners) {
    this.#circuit = circuit;
    this.#listeners = listeners;
  }

  /** `observed`: it was let through all the same. */
  rejected(reason: RejectionReason, failure: Rejected, observed: boolean): void {
    const counts = observed ? this.totals.observed : this.totals.rejected;
    counts[reason] = (counts[reason] ?? 0) + 1;
    if (this.#listeners.heard("rejected"))
      this.#listeners.emit("rejected", { circuit: this.#circuit, failure, observed });
  }

  settled({ firstTokenAt, admittedAt, probe }: Ticket, verdict: Verdict, now: number): void {
    if (!this.#listeners.heard("settled")) return;
    this.#listeners.emit("settled", {
      circuit: this.#circuit,
      verdict,
      durationMs: now - admittedAt,
      ...(firstTokenAt === undefined ? {} : { firstTokenMs: firstTokenAt - admittedAt }),
      probe,
    });
  }

  changed(from: StateName, to: StateName, epoch: number, message: string, at: number): void {
    if (this.#listeners.heard("transition"))
      this.#listeners.emit("transition", { circuit: this.#circuit, from, to, epoch, message, at });
  }

  limited(limit: Limit): void {
    if (this.#listeners.heard("limited"))
      this.#listeners.emit("limited", { circuit: this.#circuit, limited: true, message: limit.message });
  }

  unlimited(because: string): void {
    const message = `the limit is off, because ${because}`;
    if (this.#listeners.heard("limited"))
      this.#listeners.emit("limited", { circuit: this.#circuit, limited: false, message });
  }

  judged(judgement: Judgement, hindsight: Hindsight): void {
    if (this.#listeners.heard("judged"))
      this.#listeners.emit("judged", { circuit: this.#circuit, judgement, hindsight: hindsight.view() });
  }
}
