/**
 * What the server tells the page, as JSON. One contract, whoever serves it. Times are milliseconds since 1970 by the
 * server's clock, which is sent along as `at`; durations end in `Ms`.
 */
import type { CircuitSnapshot, Judgement, Mode, ProviderView, StateName } from "recloser";

/** What the page shows as one thing: the state, and what is worth a look while closed. */
export type Standing = "open" | "half-open" | "forced-open" | "limited" | "forced-closed" | "closed";

/** Worst first. Rows are in this order. */
export const STANDINGS: readonly Standing[] = [
  "open",
  "half-open",
  "forced-open",
  "limited",
  "forced-closed",
  "closed",
];

export interface MeterView {
  readonly name: string;
  /** 0 is calm, 1 is full. */
  readonly level: number;
  readonly sentence: string;
}

/** Quantiles of the last minute beside what is usual; `null` where nothing is known. */
export interface LatencyView {
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly usual: UsualView | null;
}

export interface UsualView {
  readonly p50Ms: number;
  /** The high end of healthy. Which quantile it is, `highIs` says. */
  readonly highMs: number;
  readonly highIs: "p95" | "p99";
  /** `baseline`: learned by the circuit from healthy calls. `hour`: the median of the last hour's calm samples. */
  readonly from: "baseline" | "hour";
}

/** Calls of the last minute. */
export interface RatesView {
  readonly calls: number;
  readonly successes: number;
  readonly failures: number;
  readonly neutral: number;
  /** Failed and neutral ones by reason. */
  readonly byReason: Readonly<Record<string, number>>;
  /** Not sent. */
  readonly rejected: number;
}

export interface InFlightView {
  readonly total: number;
  /** Without a sign of life, within the stall deadline. */
  readonly waiting: number;
  /** Without a sign of life, past it. */
  readonly stalled: number;
  /** The most that may be in flight; `null` when there is no such limit. */
  readonly limit: number | null;
  /** The most that may wait for an answer to begin; `null` when there is no such limit. */
  readonly waitingLimit: number | null;
}

/** What an operator decided, while it holds. */
export interface HoldView {
  readonly kind: "forced-open" | "forced-closed" | "observe";
  readonly until: number;
  readonly reason: string;
}

/** Runs of the last hour, oldest first: how a stretch of `slots` half minutes looked at its worst. */
export type Strip = readonly (readonly [Standing | "unknown", slots: number])[];

export const STRIP_SLOTS = 120;
export const STRIP_SLOT_MS = 30_000;

/** One circuit in the overview. */
export interface CircuitRow {
  readonly circuit: string;
  readonly standing: Standing;
  readonly state: StateName;
  readonly mode: Mode;
  /** Since when it stands so. Openings after failed probes belong to the first one. */
  readonly since: number;
  /** When the state ends by itself: the next probe is due, or an operator's hold is over. */
  readonly endsAt: number | null;
  /** Why it stands so, in words; `null` when all is well. */
  readonly cause: string | null;
  readonly hold: HoldView | null;
  readonly meters: readonly MeterView[];
  readonly firstToken: LatencyView;
  readonly total: LatencyView;
  readonly rates: RatesView;
  readonly inFlight: InFlightView;
  /** Calls not sent since it opened or was forced open; 0 while closed. */
  readonly spared: number;
  readonly strip: Strip;
}

/** The state of everything. */
export interface Overview {
  readonly at: number;
  readonly rows: readonly CircuitRow[];
  /** Circuits that are not in `rows`, because there are too many; all of them stand better than the last row. */
  readonly hidden: number;
  /** Providers most of whose models are open. */
  readonly providers: readonly Pick<ProviderView, "provider" | "message">[];
  /** The last changes of all circuits, oldest first. */
  readonly events: readonly BoardEvent[];
}

export type BoardEvent = {
  /** Counts up; unique for a server's life. */
  readonly id: number;
  readonly at: number;
  readonly circuit: string;
} & (
  | {
      readonly kind: "transition";
      readonly from: StateName;
      readonly to: StateName;
      readonly message: string;
    }
  | { readonly kind: "limited"; readonly limited: boolean; readonly message: string }
  | { readonly kind: "judged"; readonly judgement: Judgement }
  | { readonly kind: "operator"; readonly message: string }
);

/** A call that did not end in an answer, without what is secret. */
export interface Exemplar {
  readonly at: number;
  readonly verdict: "failure" | "neutral";
  readonly reason: string;
  readonly detail: string | null;
  readonly durationMs: number;
  readonly firstTokenMs: number | null;
  readonly probe: boolean;
}

/** Columns of equal length: a sample each few seconds, oldest first. A column that begins later is `null` before. */
export interface Samples {
  readonly times: readonly number[];
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>;
}

/** The names of the columns; meters and reasons are added after the colon. */
export const COLUMNS = {
  standing: "standing",
  meter: "meter:",
  reason: "reason:",
  calls: "calls",
  successes: "successes",
  rejected: "rejected",
  firstTokenP50: "firstTokenP50",
  firstTokenP95: "firstTokenP95",
  totalP50: "totalP50",
  totalP95: "totalP95",
  inFlight: "inFlight",
  limit: "limit",
} as const;

/** Everything about one circuit. */
export interface CircuitDetail {
  readonly at: number;
  readonly row: CircuitRow;
  readonly facts: CircuitFacts;
  readonly samples: Samples;
  readonly events: readonly BoardEvent[];
  readonly exemplars: readonly Exemplar[];
}

/** What was learned, and counts since the circuit was made. */
export type CircuitFacts = Pick<
  CircuitSnapshot,
  "epoch" | "callsPerSecond" | "baseline" | "hindsight" | "totals"
>;

/** What the stream `/api/live` says, by the name of the event. */
export type LiveMessage =
  /** First of all, and again after a reconnect. */
  | { readonly type: "overview"; readonly data: Overview }
  /** Each second, also when nothing has changed. */
  | { readonly type: "rows"; readonly data: RowsChanged }
  /** First, and again when the server's history began afresh, for those who asked for a circuit. */
  | { readonly type: "detail"; readonly data: CircuitDetail }
  /** What the circuit that was asked for has done since. */
  | { readonly type: "more"; readonly data: CircuitMore }
  /** The circuit that was asked for is not there. */
  | { readonly type: "absent"; readonly data: { readonly at: number; readonly circuit: string } };

export interface RowsChanged {
  readonly at: number;
  readonly rows: readonly CircuitRow[];
  /** Circuits that were forgotten. */
  readonly gone: readonly string[];
  readonly hidden: number;
  readonly providers: Overview["providers"];
  readonly events: readonly BoardEvent[];
}

export interface CircuitMore {
  readonly circuit: string;
  readonly facts: CircuitFacts;
  readonly samples: Samples;
  readonly events: readonly BoardEvent[];
  readonly exemplars: readonly Exemplar[];
}

/** What an operator may do, for a bounded time and with a reason: `POST /api/actions`. */
export type Action =
  | {
      readonly circuit: string;
      readonly action: "force-open" | "force-closed" | "observe";
      /** 1 to 86,400,000. */
      readonly forMs: number;
      /** 1 to 200 characters on one line. */
      readonly reason: string;
    }
  | { readonly circuit: string; readonly action: "release"; readonly reason: string };

export const LONGEST_HOLD_MS = 86_400_000;
export const LONGEST_REASON = 200;
