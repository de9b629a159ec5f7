import type { Circuits } from "../../circuits.js";
import type { Histograms } from "./instruments.js";
import type { Tallies } from "./tallies.js";

/** Counts what circuits tell; the only work done for each call. */
export function listen(circuits: Circuits, tallies: Tallies, histograms: Histograms | undefined): () => void {
  const stops = [
    circuits.on("settled", ({ circuit, verdict, durationMs, firstTokenMs }) => {
      const attributes = tallies.of(circuit).settled(verdict);
      if (histograms === undefined) return;
      histograms.duration.record(durationMs / 1_000, attributes);
      if (firstTokenMs !== undefined) histograms.firstChunk.record(firstTokenMs / 1_000, attributes);
    }),
    circuits.on("rejected", ({ circuit, failure, observed }) => {
      tallies.of(circuit).rejected(failure.reason, observed);
    }),
    circuits.on("transition", ({ circuit, from, to }) => {
      tallies.of(circuit).changed(from, to);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
