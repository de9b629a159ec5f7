import { Counter, Gauge, Registry } from "prom-client";
import type { CircuitSnapshot, Circuits, StateName } from "recloser";
import type { DataPlane } from "../proxy/server.js";
import type { Tallies } from "./tallies.js";

/** More than this many circuits would hurt whoever stores the series; the least interesting are left out. */
const MOST_CIRCUITS = 200;
const STATES: readonly StateName[] = ["closed", "open", "half-open", "forced-open", "forced-closed"];
const QUANTILES = [
  ["0.5", "p50Ms"],
  ["0.95", "p95Ms"],
  ["0.99", "p99Ms"],
] as const;

export interface MetricsSources {
  readonly circuits: Circuits;
  readonly tallies: Tallies;
  readonly proxy: Pick<DataPlane, "open" | "draining">;
}

/** A registry whose figures are read when they are asked for; nothing here runs for a call. */
export function createMetrics({ circuits, tallies, proxy }: MetricsSources): {
  text(): Promise<string>;
  contentType: string;
} {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `recloser_${name}`, help, labelNames, registers });
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name: `recloser_${name}`, help, labelNames, registers });

  const state = gauge("circuit_state", "1 for the state a circuit is in, 0 for the others.", [
    "circuit",
    "state",
  ]);
  const meter = gauge("meter", "How full a meter is: 0 is calm, 1 opens the circuit.", ["circuit", "meter"]);
  const inFlight = gauge("in_flight", "Calls in flight.", ["circuit"]);
  const stalled = gauge("stalled", "Calls in flight past their stall deadline.", ["circuit"]);
  const firstToken = gauge("first_token_seconds", "Time to the first token, last minute.", [
    "circuit",
    "quantile",
  ]);
  const duration = gauge("duration_seconds", "Time to the end of successful calls, last minute.", [
    "circuit",
    "quantile",
  ]);
  const calls = counter("calls_total", "Settled calls by what they said.", ["circuit", "verdict", "reason"]);
  const rejected = counter("rejected_total", "Calls that were never sent.", ["circuit", "reason"]);
  const observed = counter("observed_rejections_total", "Calls that enforce mode would have rejected.", [
    "circuit",
    "reason",
  ]);
  const opened = counter("opened_total", "How often a circuit has opened.", ["circuit"]);
  const aborted = counter("aborted_total", "Hanging calls that were given up when their circuit opened.", [
    "circuit",
  ]);
  const known = gauge("circuits", "Circuits that the gateway knows.");
  const exported = gauge("circuits_exported", "Circuits that have series here.");
  const open = gauge("gateway_open_requests", "Requests that have not been answered in full.");
  const draining = gauge("gateway_draining", "1 while the gateway is stopping.");
  const perCircuit = [
    state,
    meter,
    inFlight,
    stalled,
    firstToken,
    duration,
    calls,
    rejected,
    observed,
    opened,
    aborted,
  ];

  addProcess(registers);

  function read(snapshot: CircuitSnapshot): void {
    const circuit = labelOf(snapshot.circuit);
    for (const each of STATES) state.set({ circuit, state: each }, snapshot.state === each ? 1 : 0);
    for (const each of snapshot.meters) meter.set({ circuit, meter: labelOf(each.name) }, each.level);
    inFlight.set({ circuit }, snapshot.inFlight.total);
    stalled.set({ circuit }, snapshot.inFlight.stalled);
    for (const [quantile, key] of QUANTILES) {
      const token = snapshot.window.firstToken[key];
      const total = snapshot.window.total[key];
      if (token !== null) firstToken.set({ circuit, quantile }, token / 1000);
      if (total !== null) duration.set({ circuit, quantile }, total / 1000);
    }
    const { totals } = snapshot;
    for (const [reason, count] of Object.entries(totals.rejected)) rejected.inc({ circuit, reason }, count);
    for (const [reason, count] of Object.entries(totals.observed)) observed.inc({ circuit, reason }, count);
    opened.inc({ circuit }, totals.opened);
    aborted.inc({ circuit }, totals.aborted);
    for (const { verdict, reason, count } of tallies.of(snapshot.circuit))
      calls.inc({ circuit, verdict, reason }, count);
  }

  async function text(): Promise<string> {
    const snapshots = circuits.snapshot();
    tallies.keepOnly(new Set(snapshots.map((snapshot) => snapshot.circuit)));
    for (const each of perCircuit) each.reset();
    const shown = mostInteresting(snapshots);
    for (const snapshot of shown) read(snapshot);
    known.set(snapshots.length);
    exported.set(shown.length);
    open.set(proxy.open);
    draining.set(proxy.draining ? 1 : 0);
    return await registry.metrics();
  }
  return { text, contentType: registry.contentType };
}

/** Those that are not closed first, then the busiest. */
function mostInteresting(snapshots: readonly CircuitSnapshot[]): readonly CircuitSnapshot[] {
  if (snapshots.length <= MOST_CIRCUITS) return snapshots;
  const rank = (one: CircuitSnapshot) =>
    (one.state === "closed" ? 0 : Number.MAX_SAFE_INTEGER) + one.window.calls;
  return [...snapshots].sort((a, b) => rank(b) - rank(a)).slice(0, MOST_CIRCUITS);
}

/** Names come from callers. Quotes are escaped by the exporter; the rest must be printable and short. */
function labelOf(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, "_").slice(0, 256);
}

function addProcess(registers: Registry[]): void {
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Memory of this process.",
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Counter({
    name: "process_cpu_seconds_total",
    help: "Processor time of this process.",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    name: "process_start_time_seconds",
    help: "When this process started, in seconds since 1970.",
    registers,
    collect() {
      this.set(Math.round(Date.now() / 1000 - process.uptime()));
    },
  });
}
