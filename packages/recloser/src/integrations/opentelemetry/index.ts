/**
 * Metrics and span events of circuits, through OpenTelemetry.
 *
 * @module
 */
export { type InstrumentOptions, instrument } from "./instrument.js";
export type { ActiveSpan } from "./spans.js";
