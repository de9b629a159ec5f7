import type { Attributes, BatchObservableResult, Observable } from "@opentelemetry/api";
import type { Quantiles } from "../../evidence/histogram.js";
import type { StateName } from "../../outcome/outcome.js";
import type { CircuitSnapshot } from "../../snapshot.js";
import type { Instruments } from "./instruments.js";
import type { Count, Tally } from "./tally.js";

const STATES: readonly StateName[] = ["closed", "open", "half-open", "forced-open", "forced-closed"];
const QUANTILES = [
  [0.5, "p50Ms"],
  [0.95, "p95Ms"],
  [0.99, "p99Ms"],
] as const;

/** Writes down what one circuit is and has done. */
export function observe(
  to: BatchObservableResult,
  instruments: Instruments,
  snapshot: CircuitSnapshot,
  tally: Tally,
): void {
  const { attributes } = tally;
  const { inFlight, limit, window } = snapshot;
  gauges(to, instruments, attributes, {
    state: snapshot.state,
    levels: snapshot.meters.map(({ name, level }) => [name, level]),
    inFlight: inFlight.total,
    waiting: inFlight.waiting,
    stalled: inFlight.stalled,
    limits: { "max-concurrent": inFlight.limit, waiting: limit.waiting, "in-flight": limit.inFlight },
  });
  quantiles(to, instruments.firstToken, attributes, window.firstToken);
  quantiles(to, instruments.duration, attributes, window.total);
  counts(to, instruments.calls, tally.calls);
  counts(to, instruments.rejections, tally.rejections);
  counts(to, instruments.observed, tally.observed);
  counts(to, instruments.transitions, tally.transitions);
  to.observe(instruments.openings, tally.openings.value, attributes);
}

/** Writes down that a circuit is not exported any more: SDKs go on exporting what they were told last. */
export function observeGone(
  to: BatchObservableResult,
  instruments: Instruments,
  attributes: Attributes,
  meters: readonly string[],
): void {
  gauges(to, instruments, attributes, {
    state: undefined,
    levels: meters.map((name) => [name, 0]),
    inFlight: 0,
    waiting: 0,
    stalled: 0,
    limits: { "max-concurrent": null, waiting: null, "in-flight": null },
  });
}

interface Gauges {
  readonly state: StateName | undefined;
  readonly levels: readonly (readonly [string, number])[];
  readonly inFlight: number;
  readonly waiting: number;
  readonly stalled: number;
  readonly limits: Readonly<Record<string, number | null>>;
}

function gauges(
  to: BatchObservableResult,
  instruments: Instruments,
  attributes: Attributes,
  { state, levels, inFlight, waiting, stalled, limits }: Gauges,
): void {
  for (const each of STATES)
    to.observe(instruments.state, each === state ? 1 : 0, { ...attributes, "recloser.state": each });
  for (const [name, level] of levels)
    to.observe(instruments.level, level, { ...attributes, "recloser.meter": name });
  to.observe(instruments.inFlight, inFlight, attributes);
  to.observe(instruments.waiting, waiting, attributes);
  to.observe(instruments.stalled, stalled, attributes);
  for (const [name, most] of Object.entries(limits))
    to.observe(instruments.limit, most ?? 0, { ...attributes, "recloser.limit": name });
}

function quantiles(
  to: BatchObservableResult,
  instrument: Observable,
  attributes: Attributes,
  values: Quantiles,
): void {
  for (const [quantile, key] of QUANTILES) {
    const ms = values[key];
    if (ms !== null) to.observe(instrument, ms / 1_000, { ...attributes, "recloser.quantile": quantile });
  }
}

function counts(
  to: BatchObservableResult,
  instrument: Observable,
  counted: ReadonlyMap<string, Count>,
): void {
  for (const { value, attributes } of counted.values()) to.observe(instrument, value, attributes);
}
