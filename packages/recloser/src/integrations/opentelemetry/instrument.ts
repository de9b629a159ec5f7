import type { Attributes, Meter } from "@opentelemetry/api";
import type { Circuits } from "../../circuits.js";
import { atLeast, callable, checkKeys } from "../../require.js";
import { exportTo } from "./export.js";
import { createHistograms } from "./instruments.js";
import { listen } from "./listen.js";
import { type ActiveSpan, markSpans } from "./spans.js";
import { Tallies } from "./tallies.js";

/** What is exported, and where to. At least one of `meter` and `trace`. */
export interface InstrumentOptions {
  /** Where metrics go, e.g. `metrics.getMeter("recloser")`. Default: no metrics. */
  readonly meter?: Meter;
  /**
   * `trace` of `@opentelemetry/api`: each transition becomes an event, `recloser.transition`, of the span that is active
   * when it is noticed. Default: no events.
   */
  readonly trace?: ActiveSpan;
  /** Whether each call is recorded in the two `gen_ai.client.operation.*` histograms. Default true. */
  readonly histograms?: boolean;
  /**
   * The most circuits that have series; of more, those that are not closed come first, then those with the most calls.
   * At least 1. Default 200.
   */
  readonly maxCircuits?: number;
  /**
   * More attributes for a circuit's series, or others instead of `gen_ai.*`; asked once for each circuit. One that throws
   * adds nothing. Default: none.
   */
  readonly attributes?: (circuit: string) => Attributes | undefined;
}

const KEYS: readonly (keyof InstrumentOptions)[] = [
  "meter",
  "trace",
  "histograms",
  "maxCircuits",
  "attributes",
];

/**
 * Exports what circuits are and do. Call it once for each registry: before that nothing is created, and nothing is counted
 * that happened earlier. Every instrument is in docs/opentelemetry.md.
 *
 * @returns a function that ends it: listeners and callbacks are gone. Instruments cannot be taken back from a meter.
 * @throws TypeError or RangeError when an option is wrong; the message names it, its value and the remedy.
 * @example
 * const stop = instrument(circuits, { meter: metrics.getMeter("recloser"), trace });
 */
export function instrument(circuits: Circuits, options: InstrumentOptions): () => void {
  checkKeys("instrument options", options, KEYS);
  const { meter, trace, histograms = true, maxCircuits = 200, attributes } = options;
  checkRegistry(circuits);
  if (meter === undefined && trace === undefined)
    throw new TypeError("instrument has no meter and no trace; give at least one of them.");
  if (meter !== undefined) callable("meter.createObservableGauge", meter?.createObservableGauge);
  if (trace !== undefined) callable("trace.getActiveSpan", trace?.getActiveSpan);
  if (typeof histograms !== "boolean")
    throw new TypeError(`histograms is ${String(histograms)}; give true or false.`);
  atLeast("maxCircuits", maxCircuits, 1, { whole: true });
  if (attributes !== undefined) callable("attributes", attributes);

  const stops: (() => void)[] = [];
  if (trace !== undefined) stops.push(markSpans(circuits, trace));
  if (meter !== undefined) {
    const tallies = new Tallies(circuits, attributes);
    stops.push(listen(circuits, tallies, histograms ? createHistograms(meter) : undefined));
    stops.push(exportTo(meter, circuits, tallies, maxCircuits));
  }
  return () => {
    for (const stop of stops.splice(0)) stop();
  };
}

function checkRegistry(circuits: Circuits): void {
  const given: unknown = circuits;
  const isRegistry = typeof given === "object" && given !== null && "on" in given && Symbol.iterator in given;
  if (!isRegistry)
    throw new TypeError("instrument needs a Circuits: new Circuits(), not one of its circuits.");
}
