import type {
  CircuitRow,
  HoldView,
  InFlightView,
  LatencyView,
  MeterView,
  RatesView,
  Standing,
  Strip,
  UsualView,
} from "../contract/contract.js";
import { redact } from "./redact.js";
import type { BoardSnapshot } from "./source.js";

/** What a circuit's record knows besides its snapshot. */
export interface RowContext {
  readonly now: number;
  /** When the present standing began. */
  readonly since: number;
  readonly endsAt: number | null;
  readonly holdUntil: number | null;
  readonly spared: number;
  readonly rejectedLastMinute: number;
  readonly usualTotal: UsualView | null;
  readonly strip: Strip;
}

export function standingOf({ state, limit }: BoardSnapshot): Standing {
  return state === "closed" && limit.cause !== null ? "limited" : state;
}

export function rowOf(snapshot: BoardSnapshot, context: RowContext): CircuitRow {
  const { circuit, state, mode, window, baseline } = snapshot;
  const cause = snapshot.cause ?? snapshot.limit.cause;
  return {
    circuit,
    standing: standingOf(snapshot),
    state,
    mode,
    since: context.since,
    endsAt: context.endsAt,
    cause: cause === null ? null : redact(cause),
    hold: holdOf(snapshot, context.holdUntil),
    meters: snapshot.meters.map(meterView),
    firstToken: latencyView(window.firstToken, usualFirstToken(baseline)),
    total: latencyView(window.total, usualTotal(baseline) ?? context.usualTotal),
    rates: ratesView(snapshot, context.rejectedLastMinute),
    inFlight: inFlightView(snapshot),
    spared: context.spared,
    strip: context.strip,
  };
}

function meterView({ name, level, sentence }: BoardSnapshot["meters"][number]): MeterView {
  return { name: redact(name), level: Math.round(level * 100) / 100, sentence: redact(sentence) };
}

function latencyView(
  { p50Ms, p95Ms }: { p50Ms: number | null; p95Ms: number | null },
  usual: UsualView | null,
): LatencyView {
  return { p50Ms, p95Ms, usual };
}

function usualFirstToken({ streaming }: BoardSnapshot["baseline"]): UsualView | null {
  return fromBaseline(streaming.wait);
}

/** Where calls stream, whole answers have no baseline of their own: an answer may be as long as it likes. */
function usualTotal({ streaming, unary }: BoardSnapshot["baseline"]): UsualView | null {
  return streaming.wait === null ? fromBaseline(unary.wait) : null;
}

function fromBaseline(wait: BoardSnapshot["baseline"]["unary"]["wait"]): UsualView | null {
  if (wait === null) return null;
  return { p50Ms: Math.round(wait.p50Ms), highMs: Math.round(wait.p99Ms), highIs: "p99", from: "baseline" };
}

function ratesView({ window }: BoardSnapshot, rejected: number): RatesView {
  const { successes, failures, neutral, byReason } = window;
  const reasons: Record<string, number> = {};
  for (const [reason, n] of Object.entries(byReason)) if (reason !== "success") reasons[reason] = n;
  return { calls: successes + failures + neutral, successes, failures, neutral, byReason: reasons, rejected };
}

function inFlightView({ inFlight, limit }: BoardSnapshot): InFlightView {
  const caps = [inFlight.limit, limit.inFlight].filter((cap) => cap !== null);
  return {
    total: inFlight.total,
    waiting: inFlight.waiting,
    stalled: inFlight.stalled,
    limit: caps.length === 0 ? null : Math.min(...caps),
    waitingLimit: limit.waiting,
  };
}

/** The library's own words around the operator's: `an operator forced it open for 10 min: <reason>`. */
const AROUND_REASON = /^an operator (?:forced it \w+|had it observe) for [^:]+: /;

function holdOf({ state, cause, observing }: BoardSnapshot, until: number | null): HoldView | null {
  if (until === null) return null;
  const words = redact((observing?.cause ?? cause ?? "").replace(AROUND_REASON, ""));
  if (state === "forced-open" || state === "forced-closed") return { kind: state, until, reason: words };
  return observing === null ? null : { kind: "observe", until, reason: words };
}
