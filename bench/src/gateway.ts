import { type Effort, heldBytes, type Sample, sample } from "./gateway/measure.js";
import { PINNING } from "./gateway/processes.js";
import { SUBJECTS, type Subject } from "./gateway/subjects.js";
import { progress } from "./progress.js";
import { atLeast, atMost, type Report, type Row, report, table, targetTable } from "./report.js";
import { median, rounded, spread } from "./stats.js";

const FULL: Effort = { rounds: 3, seconds: 5, streams: 160, held: 1_000 };
const QUICK: Effort = { rounds: 1, seconds: 1, streams: 16, held: 100 };

interface Figures {
  readonly samples: readonly Sample[];
  readonly heldBytes: number | undefined;
}

/**
 * The gateway beside Portkey's and no gateway, over real sockets: the same provider, the same load, the same cores, by
 * turns.
 */
export async function gateway({ quick }: { readonly quick: boolean }): Promise<Report> {
  const effort = quick ? QUICK : FULL;
  const samples = new Map<Subject, Sample[]>(SUBJECTS.map((subject) => [subject, []]));
  const steps = effort.rounds * SUBJECTS.length + 2;
  let step = 0;
  for (let round = 0; round < effort.rounds; round++) {
    for (let i = 0; i < SUBJECTS.length; i++) {
      const subject = SUBJECTS[(round + i) % SUBJECTS.length] ?? "direct";
      progress(step++, steps, `${subject}, round ${round + 1}`);
      samples.get(subject)?.push(await sample(subject, effort));
    }
  }
  const held = new Map<Subject, number | undefined>();
  for (const subject of ["recloser", "portkey"] as const) {
    progress(step++, steps, `${subject}, ${effort.held} streams at once`);
    held.set(subject, await heldBytes(subject, effort));
  }
  progress(steps, steps, "");
  const figures = (subject: Subject): Figures => ({
    samples: samples.get(subject) ?? [],
    heldBytes: held.get(subject),
  });
  const all = { direct: figures("direct"), recloser: figures("recloser"), portkey: figures("portkey") };
  return report("gateway", rowsOf(all), targetsOf(all));
}

export function gatewayText({ rows, targets }: Report): string {
  const columns = {
    what: `${PINNING}; medians of rounds`,
    unit: "",
    direct: "direct",
    recloser: "Recloser",
    portkey: "Portkey 1.15.2",
    ratio: "Recloser / Portkey",
    spread: "spread of Recloser's rounds",
  };
  return `${table(rows, columns)}\n\n${targetTable(targets)}`;
}

type All = Readonly<Record<Subject, Figures>>;

interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly of: (sample: Sample) => number | undefined;
}

const FIGURES: readonly Figure[] = [
  {
    what: "16 connections, answers in one piece",
    unit: "requests/s",
    of: ({ crowded }) => crowded.perSecond,
  },
  { what: "… p50", unit: "ms", of: ({ crowded }) => crowded.p50Ms },
  { what: "… p99", unit: "ms", of: ({ crowded }) => crowded.p99Ms },
  { what: "… processor time of the gateway", unit: "µs/request", of: ({ cpuUs }) => cpuUs },
  { what: "1 connection, p50", unit: "ms", of: ({ alone }) => alone.p50Ms },
  { what: "… p99", unit: "ms", of: ({ alone }) => alone.p99Ms },
  {
    what: "8 streams: first token after it was sent, p50",
    unit: "ms",
    of: ({ streams }) => streams.firstP50Ms,
  },
  { what: "… p99", unit: "ms", of: ({ streams }) => streams.firstP99Ms },
  { what: "… later chunks, p50", unit: "ms", of: ({ streams }) => streams.chunkP50Ms },
  { what: "… p99", unit: "ms", of: ({ streams }) => streams.chunkP99Ms },
  {
    what: "requests and streams that failed",
    unit: "",
    of: ({ alone, crowded, streams }) => alone.failed + crowded.failed + streams.failed,
  },
];

function valuesOf({ samples }: Figures, of: Figure["of"]): readonly number[] {
  return samples.map(of).filter((value) => value !== undefined);
}

function middle(figures: Figures, of: Figure["of"]): number {
  const values = valuesOf(figures, of);
  return values.length === 0 ? Number.NaN : median(values);
}

function cell(value: number | undefined, digits = 3): number | null {
  return value === undefined || Number.isNaN(value) ? null : rounded(value, value >= 100 ? 0 : digits);
}

function rowsOf({ direct, recloser, portkey }: All): readonly Row[] {
  const rows = FIGURES.map(({ what, unit, of }) => {
    const [ours, theirs] = [middle(recloser, of), middle(portkey, of)];
    return {
      what,
      unit,
      direct: cell(middle(direct, of)),
      recloser: cell(ours),
      portkey: cell(theirs),
      ratio: theirs === 0 ? null : cell(ours / theirs),
      spread: cell(spread(valuesOf(recloser, of))),
    };
  });
  const kilobytes = ({ heldBytes }: Figures): number | null =>
    cell(heldBytes === undefined ? undefined : heldBytes / 1_024, 1);
  return [
    ...rows,
    {
      what: "many streams open at once: memory for each",
      unit: "KB",
      direct: null,
      recloser: kilobytes(recloser),
      portkey: kilobytes(portkey),
      ratio: cell((recloser.heldBytes ?? Number.NaN) / (portkey.heldBytes ?? Number.NaN)),
      spread: null,
    },
  ];
}

function targetsOf({ direct, recloser, portkey }: All): Report["targets"] {
  const added = (of: Figure["of"]): number => middle(recloser, of) - middle(direct, of);
  const hashes = new Set([...direct.samples, ...recloser.samples].map(({ sha256 }) => sha256));
  return [
    atMost(
      "added by the gateway, 1 connection, p50",
      added(({ alone }) => alone.p50Ms),
      0.3,
      "ms",
      2,
    ),
    atLeast(
      "requests a second, of Portkey's on the same core",
      middle(recloser, ({ crowded }) => crowded.perSecond) /
        middle(portkey, ({ crowded }) => crowded.perSecond),
      10,
      "times",
      1,
    ),
    atMost(
      "first token later than direct, p50",
      added(({ streams }) => streams.firstP50Ms),
      1,
      "ms",
      2,
    ),
    atMost("memory a stream", (recloser.heldBytes ?? Number.NaN) / 1_024, 64, "KB", 1),
    {
      what: "streams are byte for byte the provider's",
      target: "identical",
      measured: hashes.size === 1 ? "identical" : `${hashes.size} different`,
      met: hashes.size === 1,
    },
  ];
}
