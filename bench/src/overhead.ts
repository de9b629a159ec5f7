import { type BundleSize, bundleSizes } from "./overhead/bundle.js";
import { CATALOG, SUBJECT_IDS, type SubjectId } from "./overhead/catalog.js";
import { grownBytes } from "./overhead/heap.js";
import {
  type MemorySample,
  sampleBytes,
  sampleMemory,
  sampleTime,
  type TimeSample,
} from "./overhead/sample.js";
import { installPeers } from "./peers.js";
import { progress } from "./progress.js";
import { atMost, type Report, type Row, report, type Target, table, targetTable } from "./report.js";
import { median, rounded, spread } from "./stats.js";

export interface OverheadOptions {
  /** How often each subject runs, each time in a fresh process. */
  readonly rounds: number;
  /** Calls that memory must stay flat over. */
  readonly calls: number;
}

type Times = ReadonlyMap<SubjectId, readonly TimeSample[]>;

/**
 * What a call costs behind each breaker, when it is answered and when it is refused; what a circuit costs to keep, and to
 * ship.
 */
export async function overhead({ rounds, calls }: OverheadOptions): Promise<Report> {
  installPeers();
  const steps = rounds * SUBJECT_IDS.length + SUBJECT_IDS.length + 2;
  let step = 0;
  const times = new Map<SubjectId, TimeSample[]>(SUBJECT_IDS.map((id) => [id, []]));
  for (let round = 0; round < rounds; round++) {
    for (const id of rotated(SUBJECT_IDS, round * 5)) {
      progress(step++, steps, CATALOG[id].label);
      times.get(id)?.push(await sampleTime(id));
    }
  }
  const rows: Row[] = [];
  for (const id of SUBJECT_IDS) {
    progress(step++, steps, `${CATALOG[id].label}, bytes`);
    rows.push(await row(id, times));
  }
  progress(step++, steps, "memory");
  const memory = await sampleMemory(calls);
  progress(step++, steps, "bundle");
  const { circuit, everything } = await bundleSizes();
  progress(steps, steps, "");
  return report(
    "overhead",
    [...rows, ...memoryRows(memory), ...heapRows(memory), ...[circuit, everything].map(bundleRow)],
    [...timeTargets(times, rows), ...memoryTargets(memory), bundleTarget(circuit)],
  );
}

/** The same order shifted, so that no subject always runs first, last, or after the same neighbour's heat. */
function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

async function row(id: SubjectId, times: Times): Promise<Row> {
  const { label, group } = CATALOG[id];
  const ns = nanoseconds(times, id);
  const { allocated, kept } = await sampleBytes(id);
  return {
    group,
    what: label,
    ns: rounded(median(ns)),
    iqr: rounded(spread(ns)),
    overBareNs: group === "answered" ? rounded(median(over(times, id))) : null,
    timesCall: rounded(
      median(ns) / median(nanoseconds(times, group === "rejected" ? "call-rejected" : "call")),
      2,
    ),
    bytes: Math.round(allocated),
    keptBytes: rounded(kept, 2),
    gcPercent: rounded(100 * median((times.get(id) ?? []).map(({ gcShare }) => gcShare))),
  };
}

function nanoseconds(times: Times, id: SubjectId): readonly number[] {
  return (times.get(id) ?? []).map(({ ns }) => ns);
}

/** What it adds to the bare call of the same round, so that a slow minute of the machine cancels out. */
function over(times: Times, id: SubjectId): readonly number[] {
  const bare = nanoseconds(times, "bare");
  return nanoseconds(times, id).map((ns, round) => ns - (bare[round] ?? Number.NaN));
}

function timeTargets(times: Times, rows: readonly Row[]): Target[] {
  const added = (id: SubjectId): number => median(over(times, id));
  const took = (id: SubjectId): number => median(nanoseconds(times, id));
  const kept = rows.find(({ what }) => what === CATALOG["admit-settle"].label)?.keptBytes;
  return [
    atMost(
      "circuit.call adds to await fn(), against cockatiel's (sampling)",
      added("call"),
      added("cockatiel-sampling"),
      "ns",
    ),
    atMost(
      "circuit.call adds to await fn(), against half of opossum's (timeout off)",
      added("call"),
      added("opossum") / 2,
      "ns",
    ),
    atMost(
      "circuit.call while open, against 1/8 of cockatiel's",
      took("call-rejected"),
      took("cockatiel-rejected") / 8,
      "ns",
    ),
    atMost(
      "circuit.call while open, against 1/8 of opossum's",
      took("call-rejected"),
      took("opossum-rejected") / 8,
      "ns",
    ),
    atMost("admit while open", took("admit-rejected"), 100, "ns"),
    atMost("admit + settle, clock reads included", took("admit-settle"), 250, "ns"),
    atMost(
      "bytes that survive admit + settle",
      typeof kept === "number" ? kept : Number.NaN,
      0.5,
      "bytes a call",
      2,
    ),
  ];
}

function memoryRows(memory: MemorySample): Row[] {
  const kept = (what: string, keptBytes: number): Row => ({
    group: "memory",
    what,
    keptBytes: Math.round(keptBytes),
  });
  return [
    kept(`a new circuit, of ${memory.circuits}`, memory.bytesPerCircuit),
    kept("the same after 3 calls", memory.bytesPerUsedCircuit),
    kept(`growth of one circuit over ${count(memory.calls)} calls`, grownBytes(memory.heap)),
    kept("the same for each million calls", (grownBytes(memory.heap) / memory.calls) * 1e6),
  ];
}

function heapRows({ heap }: MemorySample): Row[] {
  const from = heap[0]?.bytes ?? Number.NaN;
  return heap.map(({ calls, bytes }) => ({
    group: "heap",
    what: `after ${count(calls)} calls`,
    heapKb: rounded(bytes / 1024),
    grownBytes: Math.round(bytes - from),
  }));
}

function bundleRow({ what, minifiedBytes, gzipBytes }: BundleSize): Row {
  return { group: "bundle", what: `${what} from "recloser"`, minifiedBytes, gzipBytes };
}

function bundleTarget({ what, gzipBytes }: BundleSize): Target {
  return atMost(`bundle of ${what}, minified and gzipped`, gzipBytes / 1024, 8, "KB", 1);
}

const count = (calls: number): string => calls.toLocaleString("en-US");

function memoryTargets(memory: MemorySample): Target[] {
  return [
    atMost("memory of a circuit that has been used", memory.bytesPerUsedCircuit / 1024, 16, "KB", 1),
    atMost(
      `heap growth over ${count(memory.calls)} calls, by the slope of ${memory.heap.length} readings`,
      grownBytes(memory.heap) / 1024,
      64,
      "KB",
      1,
    ),
    atMost("circuits that a registry keeps after 50,000 keys", memory.registrySize, 10_000, "circuits"),
  ];
}

export function overheadText({ rows, targets }: Report): string {
  const of = (group: string): readonly Row[] => rows.filter((row) => row.group === group);
  const timing = { ns: "ns", iqr: "IQR", bytes: "bytes", keptBytes: "kept", gcPercent: "GC %" };
  return [
    table(of("answered"), { what: "answered", ...timing, overBareNs: "over bare", timesCall: "× call" }),
    table(of("two-step"), { what: "two steps, synchronous", ...timing, timesCall: "× call" }),
    table(of("rejected"), { what: "rejected while open", ...timing, timesCall: "× call" }),
    table(of("memory"), { what: "memory", keptBytes: "bytes" }),
    table(of("heap"), {
      what: "one circuit, after a collection",
      heapKb: "heap KB",
      grownBytes: "bytes since",
    }),
    table(of("bundle"), { what: "bundle", minifiedBytes: "bytes", gzipBytes: "gzipped" }),
    targetTable(targets),
  ].join("\n\n");
}
