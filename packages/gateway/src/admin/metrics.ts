import { Counter, Gauge, Registry } from "prom-client";
import type { StateName } from "recloser";
import type { CircuitView, ProcessView, WorkerView } from "../engine/view.js";
import type { Fates } from "../notify/courier.js";
import type { Tally } from "./tallies.js";

/** More than this many circuits would hurt whoever stores the series; the least interesting are left out. */
const MOST_CIRCUITS = 200;
const STATES: readonly StateName[] = ["closed", "open", "half-open", "forced-open", "forced-closed"];
const QUANTILES = [
  ["0.5", "p50Ms"],
  ["0.95", "p95Ms"],
  ["0.99", "p99Ms"],
] as const;

export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

type Labels = Readonly<Record<string, string>>;

/**
 * The figures of all workers in Prometheus's text format. Where there are several workers, each series says whose it is:
 * their circuits differ, and a sum would hide it. `primary` is the process that serves no calls, if there is one.
 */
export async function metricsText(
  views: readonly WorkerView[],
  notified: Readonly<Fates>,
  primary: ProcessView | undefined,
): Promise<string> {
  const registry = new Registry();
  const make = maker(registry, primary === undefined ? [] : ["worker"]);
  const circuits = circuitMetrics(make);
  const workers = workerMetrics(make);
  const notifications = make.counter(
    "recloser_notifications_total",
    "Notifications that webhooks took, did not take, or that were dropped because too many waited.",
    "result",
  );
  const sender: Labels = primary === undefined ? {} : { worker: "primary" };
  for (const [result, count] of Object.entries(notified)) notifications.inc({ result, ...sender }, count);
  const shown = mostInteresting(views);
  for (const view of views) {
    const by: Labels = view.worker === undefined ? {} : { worker: String(view.worker) };
    const mine = view.circuits.filter(({ circuit }) => shown.has(circuit));
    for (const circuit of mine) circuits(circuit, view.calls[circuit.circuit] ?? [], by);
    workers.serving(view, mine.length, by);
    workers.process(view.process, by);
  }
  if (primary !== undefined) workers.process(primary, { worker: "primary" });
  return await registry.metrics();
}

type Make = ReturnType<typeof maker>;

function maker(registry: Registry, whose: readonly string[]) {
  const registers = [registry];
  const named = (name: string, help: string, labels: readonly string[]) => ({
    name,
    help,
    labelNames: [...labels, ...whose],
    registers,
  });
  return {
    gauge: (name: string, help: string, ...labels: string[]) => new Gauge(named(name, help, labels)),
    counter: (name: string, help: string, ...labels: string[]) => new Counter(named(name, help, labels)),
  };
}

function circuitMetrics({ gauge, counter }: Make) {
  const state = gauge(
    "recloser_circuit_state",
    "1 for the state a circuit is in, 0 for the others.",
    "circuit",
    "state",
  );
  const meter = gauge(
    "recloser_meter",
    "How full a meter is: 0 is calm, 1 opens the circuit.",
    "circuit",
    "meter",
  );
  const inFlight = gauge("recloser_in_flight", "Calls in flight.", "circuit");
  const stalled = gauge("recloser_stalled", "Calls in flight past their stall deadline.", "circuit");
  const limited = gauge(
    "recloser_limited",
    "1 while a limit that the circuit sets itself holds: it is slow, or on probation.",
    "circuit",
  );
  const firstToken = gauge(
    "recloser_first_token_seconds",
    "Time to the first token, last minute.",
    "circuit",
    "quantile",
  );
  const duration = gauge(
    "recloser_duration_seconds",
    "Time to the end of successful calls, last minute.",
    "circuit",
    "quantile",
  );
  const calls = counter(
    "recloser_calls_total",
    "Settled calls by what they said.",
    "circuit",
    "verdict",
    "reason",
  );
  const rejected = counter("recloser_rejected_total", "Calls that were never sent.", "circuit", "reason");
  const observed = counter(
    "recloser_observed_rejections_total",
    "Calls that enforce mode would have rejected.",
    "circuit",
    "reason",
  );
  const opened = counter("recloser_opened_total", "How often a circuit has opened.", "circuit");
  const aborted = counter(
    "recloser_aborted_total",
    "Hanging calls that were given up when their circuit opened.",
    "circuit",
  );

  return (view: CircuitView, tallies: readonly Tally[], by: Labels): void => {
    const circuit = { circuit: labelOf(view.circuit), ...by };
    for (const each of STATES) state.set({ ...circuit, state: each }, view.state === each ? 1 : 0);
    for (const { name, level } of view.meters) meter.set({ ...circuit, meter: labelOf(name) }, level);
    inFlight.set(circuit, view.inFlight.total);
    stalled.set(circuit, view.inFlight.stalled);
    limited.set(circuit, view.limit.cause === null ? 0 : 1);
    for (const [quantile, key] of QUANTILES) {
      const token = view.window.firstToken[key];
      const total = view.window.total[key];
      if (token !== null) firstToken.set({ ...circuit, quantile }, token / 1000);
      if (total !== null) duration.set({ ...circuit, quantile }, total / 1000);
    }
    const { totals } = view;
    for (const [reason, count] of Object.entries(totals.rejected))
      rejected.inc({ ...circuit, reason }, count);
    for (const [reason, count] of Object.entries(totals.observed))
      observed.inc({ ...circuit, reason }, count);
    opened.inc(circuit, totals.opened);
    aborted.inc(circuit, totals.aborted);
    for (const { verdict, reason, count } of tallies) calls.inc({ ...circuit, verdict, reason }, count);
  };
}

function workerMetrics({ gauge, counter }: Make) {
  const known = gauge("recloser_circuits", "Circuits that the gateway knows.");
  const exported = gauge("recloser_circuits_exported", "Circuits that have series here.");
  const open = gauge("recloser_gateway_open_requests", "Requests that have not been answered in full.");
  const draining = gauge("recloser_gateway_draining", "1 while the gateway is stopping.");
  const lines = counter("recloser_journal_lines_total", "Lines written to the journal.");
  const dropped = counter("recloser_journal_dropped_total", "Lines that the journal has lost.");
  const memory = gauge("process_resident_memory_bytes", "Memory of this process.");
  const cpu = counter("process_cpu_seconds_total", "Processor time of this process.");
  const started = gauge("process_start_time_seconds", "When this process started, in seconds since 1970.");
  return {
    serving(view: WorkerView, shown: number, by: Labels): void {
      known.set({ ...by }, view.circuits.length);
      exported.set({ ...by }, shown);
      open.set({ ...by }, view.open);
      draining.set({ ...by }, view.draining ? 1 : 0);
      if (view.journal === undefined) return;
      lines.inc({ ...by }, view.journal.written);
      dropped.inc({ ...by }, view.journal.dropped);
    },
    process(process: ProcessView, by: Labels): void {
      memory.set({ ...by }, process.residentBytes);
      cpu.inc({ ...by }, process.cpuSeconds);
      started.set({ ...by }, process.startedAt);
    },
  };
}

/** Those that are not closed somewhere first, then the busiest; the same names for all workers. */
function mostInteresting(views: readonly WorkerView[]): ReadonlySet<string> {
  const ranks = new Map<string, number>();
  for (const one of views.flatMap((view) => view.circuits)) {
    const rank = (one.state === "closed" ? 0 : 1e12) + one.window.calls;
    ranks.set(one.circuit, Math.max(rank, ranks.get(one.circuit) ?? 0));
  }
  const names = [...ranks.keys()];
  if (names.length <= MOST_CIRCUITS) return new Set(names);
  names.sort((a, b) => (ranks.get(b) ?? 0) - (ranks.get(a) ?? 0));
  return new Set(names.slice(0, MOST_CIRCUITS));
}

/** Names come from callers. Quotes are escaped by the exporter; the rest must be printable and short. */
function labelOf(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, "_").slice(0, 256);
}
