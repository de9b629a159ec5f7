import type { Circuit, CircuitSnapshot, Circuits } from "recloser";

/** What the page needs to know of a circuit at a time. */
export type BoardSnapshot = Omit<CircuitSnapshot, "memory">;

/** A circuit as the page needs it. */
export type BoardCircuit = Pick<Circuit, "name" | "state" | "force" | "release"> & {
  snapshot(): BoardSnapshot;
};

/** Where circuits come from: a `Circuits` registry, or what looks like one. */
export type BoardSource = Iterable<BoardCircuit> & Pick<Circuits, "on" | "providers">;
