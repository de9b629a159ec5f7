import type { BatchObservableResult, Meter } from "@opentelemetry/api";
import type { Circuit } from "../../circuit.js";
import type { Circuits } from "../../circuits.js";
import { createInstruments } from "./instruments.js";
import { observe, observeGone } from "./observe.js";
import type { Tallies } from "./tallies.js";

/** Answers when `meter` asks: nothing here runs for a call. Returns a function that ends it. */
export function exportTo(meter: Meter, circuits: Circuits, tallies: Tallies, most: number): () => void {
  const instruments = createInstruments(meter);
  const all = Object.values(instruments);
  /** The circuits of the last answer, with the names of their meters. */
  let shown = new Map<string, readonly string[]>();

  const answer = (to: BatchObservableResult): void => {
    const now = new Map<string, readonly string[]>();
    for (const circuit of mostTelling(circuits, tallies, most)) {
      const snapshot = circuit.snapshot();
      observe(to, instruments, snapshot, tallies.of(circuit.name));
      now.set(
        circuit.name,
        snapshot.meters.map(({ name }) => name),
      );
    }
    for (const [name, meters] of shown)
      if (!now.has(name)) observeGone(to, instruments, tallies.of(name).attributes, meters);
    to.observe(instruments.circuits, circuits.size);
    shown = now;
  };
  meter.addBatchObservableCallback(answer, all);
  return () => meter.removeBatchObservableCallback(answer, all);
}

/** Those that are not closed, then those with the most calls. */
function mostTelling(circuits: Circuits, tallies: Tallies, most: number): readonly Circuit[] {
  const all = [...circuits];
  if (all.length <= most) return all;
  return all
    .map((circuit) => ({
      circuit,
      rank: circuit.state === "closed" ? tallies.of(circuit.name).total : Infinity,
    }))
    .sort((a, b) => (a.rank === b.rank ? 0 : b.rank - a.rank))
    .slice(0, most)
    .map(({ circuit }) => circuit);
}
