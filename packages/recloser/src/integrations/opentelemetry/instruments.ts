import type { Histogram, Meter, Observable } from "@opentelemetry/api";

/** Bounds in seconds, as the GenAI conventions recommend them. */
const BUCKETS_S = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];

/** The instruments that are read when they are asked for. */
export interface Instruments {
  readonly state: Observable;
  readonly level: Observable;
  readonly calls: Observable;
  readonly rejections: Observable;
  readonly observed: Observable;
  readonly openings: Observable;
  readonly transitions: Observable;
  readonly inFlight: Observable;
  readonly waiting: Observable;
  readonly stalled: Observable;
  readonly limit: Observable;
  readonly firstToken: Observable;
  readonly duration: Observable;
  readonly circuits: Observable;
}

/** The instruments that are written to at the end of each call. */
export interface Histograms {
  readonly duration: Histogram;
  readonly firstChunk: Histogram;
}

export function createInstruments(meter: Meter): Instruments {
  const gauge = (name: string, unit: string, description: string): Observable =>
    meter.createObservableGauge(`recloser.${name}`, { unit, description });
  const counter = (name: string, unit: string, description: string): Observable =>
    meter.createObservableCounter(`recloser.${name}`, { unit, description });
  const sum = (name: string, unit: string, description: string): Observable =>
    meter.createObservableUpDownCounter(`recloser.${name}`, { unit, description });
  return {
    state: gauge("circuit.state", "{circuit}", "1 for the state the circuit is in, 0 for the others."),
    level: gauge("meter", "1", "How full a meter is: 0 is calm, 1 opens the circuit."),
    calls: counter("calls", "{call}", "Calls that have settled, by what they said."),
    rejections: counter("rejected", "{call}", "Calls that were never sent."),
    observed: counter("observed_rejections", "{call}", "Calls that enforce mode would have rejected."),
    openings: counter("opened", "{opening}", "How often the circuit has opened, after a failed probe too."),
    transitions: counter("transitions", "{transition}", "Changes of state."),
    inFlight: sum("in_flight", "{call}", "Calls in flight."),
    waiting: sum("waiting", "{call}", "Calls in flight without a sign of life, within the stall deadline."),
    stalled: sum("stalled", "{call}", "Calls in flight without a sign of life, past the stall deadline."),
    limit: gauge("limit", "{call}", "The most calls allowed at once; 0 where there is no limit."),
    firstToken: gauge("first_token", "s", "Time to the first token, last minute."),
    duration: gauge("duration", "s", "Time to the end of successful calls, last minute."),
    circuits: sum("circuits", "{circuit}", "Circuits in the registry, exported or not."),
  };
}

export function createHistograms(meter: Meter): Histograms {
  const histogram = (name: string, description: string): Histogram =>
    meter.createHistogram(`gen_ai.client.operation.${name}`, {
      unit: "s",
      description,
      advice: { explicitBucketBoundaries: BUCKETS_S },
    });
  return {
    duration: histogram("duration", "How long calls took."),
    firstChunk: histogram("time_to_first_chunk", "Time to the first token of calls that report one."),
  };
}
