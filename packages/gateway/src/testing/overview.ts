import type { CircuitRow, Overview } from "@recloser/dashboard";

/** 2026-03-01, 14:05:00 UTC. */
export const NOW = Date.UTC(2026, 2, 1, 14, 5);

/** A closed circuit that has known nothing but good, but for what a test says. */
export function rowOf(change: Partial<CircuitRow> = {}): CircuitRow {
  return {
    circuit: "openai/gpt-5",
    standing: "closed",
    state: "closed",
    mode: "enforce",
    since: NOW - 3_600_000,
    endsAt: null,
    cause: null,
    hold: null,
    meters: [],
    firstToken: {
      p50Ms: 420,
      p95Ms: 1_300,
      usual: { p50Ms: 400, highMs: 1_500, highIs: "p99", from: "baseline" },
    },
    total: { p50Ms: 3_000, p95Ms: 9_000, usual: null },
    rates: { calls: 120, successes: 118, failures: 2, neutral: 0, byReason: {}, rejected: 0 },
    inFlight: { total: 3, waiting: 1, stalled: 0, limit: null, waitingLimit: null },
    spared: 0,
    strip: [],
    ...change,
  };
}

/** As in the issue of every night. */
export const OPEN: Partial<CircuitRow> = {
  standing: "open",
  state: "open",
  since: NOW - 180_000,
  endsAt: NOW + 12_000,
  cause: "6 failures in a row, last: 503 overloaded",
  rates: { calls: 14, successes: 0, failures: 14, neutral: 0, byReason: {}, rejected: 400 },
  spared: 412,
};

export function overviewOf(rows: readonly CircuitRow[], more: Partial<Overview> = {}): Overview {
  return { at: NOW, rows, hidden: 0, providers: [], events: [], ...more };
}
