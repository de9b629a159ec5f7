import type { CallFacts } from "./detect/detector.js";
import type { InFlight, Pending } from "./evidence/in-flight.js";
import type { Priority } from "./limit/limit.js";
import { isVerdict, UNREADABLE } from "./outcome/is-verdict.js";
import type { Failed, Rejected } from "./outcome/outcome.js";
import type { Verdict } from "./outcome/verdict.js";

/** The right to make one call. Settle it exactly once, whatever happens; one that is dropped expires by lease. */
export interface Permit {
  /** True for a leased call of a half-open circuit: its verdict decides. */
  readonly probe: boolean;
  /** Clock milliseconds at which it was given. */
  readonly admittedAt: number;
  /** A token arrived. The first one counts as success for health, and ends the wait for a sign of life. */
  progress(): void;
  /**
   * Says how the call ended. Returns false, and does nothing, when the permit is settled already, has expired, or was
   * given up by the circuit. Anything that is no verdict counts as failure `unknown`.
   */
  settle(verdict: Verdict): boolean;
}

/** The answer to `admit`: a permit, or why not. */
export type Admission =
  | { readonly ok: true; readonly permit: Permit }
  | { readonly ok: false; readonly failure: Rejected };

/** What one call may say about itself. */
export interface AdmitOptions {
  /** Whether the answer comes in tokens, each told by `progress`; decides which stall deadline applies. Default false. */
  readonly streaming?: boolean;
  /** Whether somebody waits for the answer: under a limit `background` yields, and goes first as a probe. Default `interactive`. */
  readonly priority?: Priority;
  /** Whether the caller has a fallback, so that a rejection costs it little. Default false. */
  readonly fallback?: boolean;
  /**
   * Called when the circuit gives the call up: it is past its stall deadline and the circuit has opened. Stop the call;
   * its permit is settled already. It must not throw; if it does, that is ignored. Default: nothing is called.
   */
  readonly onAbort?: (failure: Failed) => void;
}

/** The circuit, as its permits see it. */
export interface PermitOwner {
  progress(ticket: Ticket): void;
  settle(ticket: Ticket, verdict: Verdict): boolean;
}

/** A ticket of this epoch never votes. */
export const NO_EPOCH = -1;

/** A permit from the inside: also its entry in the in-flight ledger. */
export class Ticket implements Permit, CallFacts, Pending<Ticket> {
  readonly #owner: PermitOwner;
  readonly admittedAt: number;
  readonly streaming: boolean;
  readonly fallback: boolean;
  /** See `CallFacts`; whoever admits it says so. */
  witness = false;
  readonly probe: boolean;
  /** The epoch it may vote in; `NO_EPOCH` for a call that only `observe` mode let through: it holds no place. */
  readonly epoch: number;
  readonly onAbort: ((failure: Failed) => void) | undefined;
  lastSignAt: number;
  firstTokenAt: number | undefined = undefined;
  tokens = 0;
  outlived = 0;
  /** It has been counted and has voted as stalled; its end says nothing more. */
  stalled = false;
  list: Pending<Ticket>["list"] = undefined;
  previous: Ticket | undefined = undefined;
  next: Ticket | undefined = undefined;

  constructor(
    owner: PermitOwner,
    now: number,
    epoch: number,
    probe: boolean,
    options: AdmitOptions | undefined,
  ) {
    this.#owner = owner;
    this.admittedAt = now;
    this.lastSignAt = now;
    this.epoch = epoch;
    this.probe = probe;
    this.streaming = options?.streaming ?? false;
    this.fallback = options?.fallback ?? false;
    this.onAbort = options?.onAbort;
  }

  get holdsPlace(): boolean {
    return this.epoch !== NO_EPOCH;
  }

  progress(): void {
    this.#owner.progress(this);
  }

  settle(verdict: Verdict): boolean {
    return this.#owner.settle(this, isVerdict(verdict) ? verdict : UNREADABLE);
  }
}

export type Ledger = InFlight<Ticket>;
