import type { Verdict } from "recloser";
import type { GuardPermit } from "./guard.js";
import type { Luck } from "./traffic.js";

/** What is asked for: a request, or a later attempt at it. */
export interface Attempt {
  readonly request: number;
  /** 0 is the first. */
  readonly retry: number;
  /** The request came after the onset, so it counts. */
  readonly watched: boolean;
}

/** Who made the call, and is told how it ended. */
export interface Caller {
  ended(call: Call, verdict: Verdict | undefined): void;
}

/** One call in flight. Whatever the provider still does for it after its end reaches nobody. */
export class Call {
  readonly #caller: Caller;
  readonly #permit: GuardPermit;
  readonly luck: Luck;
  readonly attempt: Attempt;
  readonly sentS: number;
  #over = false;

  constructor(caller: Caller, permit: GuardPermit, attempt: Attempt, luck: Luck, sentS: number) {
    this.#caller = caller;
    this.#permit = permit;
    this.attempt = attempt;
    this.luck = luck;
    this.sentS = sentS;
  }

  firstToken(): void {
    if (!this.#over) this.#permit.progress();
  }

  end(verdict: Verdict): void {
    if (this.#over) return;
    this.#over = true;
    this.#permit.settle(verdict);
    this.#caller.ended(this, verdict);
  }

  /** The guard gave it up. */
  abort(): void {
    if (this.#over) return;
    this.#over = true;
    this.#caller.ended(this, undefined);
  }
}
