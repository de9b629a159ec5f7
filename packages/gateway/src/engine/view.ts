import type { CircuitSnapshot } from "recloser";
import type { Tally } from "../admin/tallies.js";

/** A circuit as people see it: without what only a restart needs. */
export type CircuitView = Omit<CircuitSnapshot, "memory">;

/** One worker as operators see it: plain data, which may come from another process. */
export interface WorkerView {
  /** From 1. Undefined: it is the only one, and its own primary. */
  readonly worker: number | undefined;
  readonly circuits: readonly CircuitView[];
  /** Settled calls by circuit. */
  readonly calls: Readonly<Record<string, readonly Tally[]>>;
  /** Requests that have not been answered in full. */
  readonly open: number;
  readonly draining: boolean;
  readonly journal: { readonly written: number; readonly dropped: number } | undefined;
  readonly process: ProcessView;
}

export interface ProcessView {
  readonly residentBytes: number;
  readonly cpuSeconds: number;
  /** Seconds since 1970. */
  readonly startedAt: number;
}

/** This process. */
export function processView(): ProcessView {
  const { user, system } = process.cpuUsage();
  return {
    residentBytes: process.memoryUsage.rss(),
    cpuSeconds: (user + system) / 1e6,
    startedAt: Math.round(Date.now() / 1000 - process.uptime()),
  };
}

/** What an operator may do to a circuit. */
export type Command =
  | {
      readonly kind: "force";
      readonly circuit: string;
      readonly to: "open" | "closed" | "observe";
      readonly forMs: number;
      readonly reason: string;
    }
  | { readonly kind: "release"; readonly circuit: string };
