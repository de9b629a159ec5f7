import type { CircuitRow } from "../contract/contract.js";

/** 14:05:00 UTC. */
export const NOW: number = Date.UTC(2026, 0, 15, 14, 5);

/** A calm row, with changes. */
export function aRow(changes: Partial<CircuitRow>): CircuitRow {
  const latency = { p50Ms: null, p95Ms: null, usual: null };
  return {
    circuit: "openai/gpt-5",
    standing: "closed",
    state: "closed",
    mode: "enforce",
    since: NOW - 60_000,
    endsAt: null,
    cause: null,
    hold: null,
    meters: [],
    firstToken: latency,
    total: latency,
    rates: { calls: 0, successes: 0, failures: 0, neutral: 0, byReason: {}, rejected: 0 },
    inFlight: { total: 0, waiting: 0, stalled: 0, limit: null, waitingLimit: null },
    spared: 0,
    strip: [["closed", 120]],
    ...changes,
  };
}
