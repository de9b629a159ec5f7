import type { Meter } from "./detect/detector.js";
import type { WindowView } from "./evidence/window.js";
import type { CircuitPolicy, Mode } from "./options.js";
import type { RejectionReason, StateName } from "./outcome/outcome.js";
import type { Ledger, Ticket } from "./permit.js";
import type { State } from "./recover/state.js";

type Counts = Partial<Record<RejectionReason, number>>;

/** What has happened since the circuit was made. */
export interface Totals {
  /** Permits given. Always `settled + expired + aborted` plus those in flight. */
  admitted: number;
  settled: number;
  /** Permits that were dropped by their holder. */
  expired: number;
  /** Calls that were given up because they were past their stall deadline when the circuit was open. */
  aborted: number;
  /** Calls that were never sent, by reason. */
  readonly rejected: Counts;
  /** Calls that would have been rejected, had the mode not been `observe`. */
  readonly observed: Counts;
}

/** A circuit as plain JSON. Times are ages and durations in milliseconds. */
export interface CircuitSnapshot {
  readonly circuit: string;
  readonly state: StateName;
  readonly mode: Mode;
  /** How long it has been in this state. */
  readonly forMs: number;
  /** Why it is not closed, in words; `null` when it is. */
  readonly cause: string | null;
  /** When the state ends by itself (the next probe is due, or a forced state expires); `null` when it does not. */
  readonly endsInMs: number | null;
  readonly epoch: number;
  readonly meters: readonly Meter[];
  readonly window: WindowView;
  readonly inFlight: {
    readonly total: number;
    /** No sign of life yet, within the stall deadline. */
    readonly waiting: number;
    /** No sign of life, past the stall deadline. */
    readonly stalled: number;
    /** The longest that a call has been without a sign of life; `null` when none is. */
    readonly longestWaitMs: number | null;
    /** `maxConcurrent`; `null` when there is none. */
    readonly limit: number | null;
  };
  readonly totals: Readonly<Totals> & {
    /** How often it has opened. */
    readonly opened: number;
  };
}

export interface SnapshotParts {
  readonly circuit: string;
  readonly policy: CircuitPolicy;
  readonly state: State<Ticket>;
  readonly epoch: number;
  readonly opened: number;
  readonly now: number;
  readonly meters: readonly Meter[];
  readonly window: WindowView;
  readonly inFlight: Ledger;
  readonly totals: Totals;
}

export function snapshotOf(parts: SnapshotParts): CircuitSnapshot {
  const { circuit, policy, state, epoch, opened, now, meters, window, inFlight, totals } = parts;
  const oldestAt = inFlight.oldestWaitingAt();
  return {
    circuit,
    state: state.name,
    mode: policy.mode,
    forMs: Math.round(now - state.since),
    cause: state.name === "closed" ? null : state.cause.message,
    endsInMs: "until" in state ? Math.max(0, Math.ceil(state.until - now)) : null,
    epoch,
    meters: meters.map((meter) => ({
      ...meter,
      // It was emptied when the state changed; why it changed is the cause.
      ...(state.name === "closed" ? {} : { sentence: "starts afresh when the circuit closes" }),
    })),
    window,
    inFlight: {
      total: inFlight.size,
      waiting: inFlight.waiting,
      stalled: inFlight.stalled,
      longestWaitMs: oldestAt === undefined ? null : Math.round(now - oldestAt),
      limit: policy.maxConcurrent === Infinity ? null : policy.maxConcurrent,
    },
    totals: { ...totals, opened, rejected: { ...totals.rejected }, observed: { ...totals.observed } },
  };
}
