import type { Meter } from "./detect/detector.js";
import type { Evidence } from "./evidence/evidence.js";
import type { Healthy } from "./evidence/healthy.js";
import type { WindowView } from "./evidence/window.js";
import type { Limit } from "./limit/limit.js";
import type { CircuitMemory } from "./memory.js";
import type { CircuitPolicy, Mode } from "./options.js";
import type { RejectionReason, StateName } from "./outcome/outcome.js";
import type { Ticket } from "./permit.js";
import type { Enforcement, ObserveView } from "./recover/enforcement.js";
import type { HindsightView } from "./recover/hindsight.js";
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

/** What was learned of healthy calls of one kind; `null` until there are a hundred of them. */
export interface BaselineView {
  /** To the first token; for unary calls, to the whole answer. */
  readonly wait: Healthy | null;
  /** For each token of the answer, where the tokens are known. */
  readonly perToken: Healthy | null;
  /** A call without a sign of life for this long counts as a failure, in milliseconds. */
  readonly stallDeadlineMs: number;
}

/** A circuit as plain JSON. Times are ages and durations in milliseconds. */
export interface CircuitSnapshot {
  readonly circuit: string;
  readonly state: StateName;
  readonly mode: Mode;
  /** An operator's `observe` with its end; `null` when there is none. */
  readonly observing: ObserveView | null;
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
  /** What holds back calls besides `maxConcurrent`: slowness, or probation after an opening. */
  readonly limit: {
    /** The most calls that may wait for an answer to begin; `null` when there is no limit. */
    readonly waiting: number | null;
    /** The most calls that may be in flight under it; `null` when there is no such limit. */
    readonly inFlight: number | null;
    /** Why, in words; `null` when there is no limit. */
    readonly cause: string | null;
  };
  /** What healthy looks like here, as learned. */
  readonly baseline: { readonly streaming: BaselineView; readonly unary: BaselineView };
  /** The learned rate of calls. */
  readonly callsPerSecond: number;
  /** What openings have spared and cost since the circuit was made, as an estimate. */
  readonly hindsight: HindsightView;
  readonly totals: Readonly<Totals> & {
    /** How often it has opened, after a failed probe too. */
    readonly opened: number;
  };
  readonly memory: CircuitMemory;
}

export interface SnapshotParts {
  readonly circuit: string;
  readonly policy: CircuitPolicy;
  readonly state: State<Ticket>;
  readonly epoch: number;
  readonly opened: number;
  readonly now: number;
  readonly evidence: Evidence;
  readonly limit: Limit;
  readonly enforcement: Enforcement;
  readonly hindsight: HindsightView;
  readonly totals: Totals;
  readonly memory: CircuitMemory;
}

export function snapshotOf(parts: SnapshotParts): CircuitSnapshot {
  const {
    circuit,
    policy,
    state,
    epoch,
    opened,
    now,
    evidence,
    limit,
    enforcement,
    hindsight,
    totals,
    memory,
  } = parts;
  const { inFlight } = evidence;
  const oldestAt = inFlight.oldestWaitingAt();
  return {
    circuit,
    state: state.name,
    mode: enforcement.mode(now),
    observing: enforcement.view(now),
    forMs: Math.round(now - state.since),
    cause: state.name === "closed" ? null : state.cause.message,
    endsInMs: "until" in state ? Math.max(0, Math.ceil(state.until - now)) : null,
    epoch,
    meters: evidence.meters.meters(now).map((meter) => ({
      ...meter,
      // It was emptied when the state changed; why it changed is the cause.
      ...(state.name === "closed" ? {} : { sentence: "starts afresh when the circuit closes" }),
    })),
    window: evidence.window.view(now),
    inFlight: {
      total: inFlight.size,
      waiting: inFlight.waiting,
      stalled: inFlight.stalled,
      longestWaitMs: oldestAt === undefined ? null : Math.round(now - oldestAt),
      limit: finite(policy.maxConcurrent),
    },
    limit: {
      waiting: finite(limit.caps.waiting),
      inFlight: finite(limit.caps.inFlight),
      cause: !limit.binding
        ? null
        : limit.suspicion === ""
          ? "on probation since it closed"
          : limit.suspicion,
    },
    baseline: { streaming: baselineOf(evidence, true), unary: baselineOf(evidence, false) },
    callsPerSecond: evidence.callsPerSecond,
    hindsight,
    totals: { ...totals, opened, rejected: { ...totals.rejected }, observed: { ...totals.observed } },
    memory,
  };
}

function baselineOf(evidence: Evidence, streaming: boolean): BaselineView {
  const { wait = null, perToken = null } = evidence.healthy(streaming);
  return { wait, perToken, stallDeadlineMs: evidence.inFlight.deadlineMs(streaming) };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
