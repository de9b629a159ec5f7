import type { BytesResult, HoldResult, Job, StreamResult, UnaryResult } from "./job.js";
import { beside, cpuMs, lineOf, type Process, residentBytes, start } from "./processes.js";
import { open, type Subject, type Way } from "./subjects.js";

/** How long and how much; `quick` shows that everything runs, its figures are worth little. */
export interface Effort {
  readonly rounds: number;
  readonly seconds: number;
  readonly streams: number;
  readonly held: number;
}

/** What one round says of one subject. */
export interface Sample {
  readonly alone: UnaryResult;
  readonly crowded: UnaryResult;
  /** Processor time of the gateway for each request of the crowd, in microseconds. */
  readonly cpuUs: number | undefined;
  readonly streams: StreamResult;
  readonly sha256: string;
}

const CROWD = 16;

function load(job: Job): Process {
  return start(0, [beside("load-child.js"), JSON.stringify(job)]);
}

async function resultOf<Result>(child: Process): Promise<Result> {
  const [line = "{}"] = await lineOf(child, /^\{.*\}$/);
  await child.stop();
  return JSON.parse(line) as Result;
}

async function run<Result>({ origin, headers }: Way, job: DistributiveOmit<Job>): Promise<Result> {
  return resultOf<Result>(load({ ...job, origin, headers } as Job));
}

type DistributiveOmit<J> = J extends Job ? Omit<J, "origin" | "headers"> : never;

export async function sample(subject: Subject, { seconds, streams }: Effort): Promise<Sample> {
  const way = await open(subject);
  try {
    const unary = (connections: number, s: number): Promise<UnaryResult> =>
      run(way, { kind: "unary", connections, seconds: s });
    await unary(CROWD, Math.max(1, seconds / 2));
    const alone = await unary(1, seconds);
    const before = way.gateway && cpuMs(way.gateway.pid);
    const crowded = await unary(CROWD, seconds);
    const after = way.gateway && cpuMs(way.gateway.pid);
    return {
      alone,
      crowded,
      cpuUs:
        before === undefined || after === undefined
          ? undefined
          : ((after - before) * 1_000) / crowded.requests,
      streams: await run<StreamResult>(way, {
        kind: "stream",
        connections: 8,
        streams,
        chunks: 40,
        gapMs: 10,
      }),
      sha256: (await run<BytesResult>(way, { kind: "bytes" })).sha256,
    };
  } finally {
    await way.stop();
  }
}

/** Resident bytes a stream, with many of them open at once in a gateway that is young but warm. */
export async function heldBytes(subject: Subject, { held }: Effort): Promise<number | undefined> {
  const way = await open(subject);
  try {
    if (way.gateway === undefined) return undefined;
    await run(way, { kind: "stream", connections: 8, streams: 64, chunks: 4, gapMs: 5 });
    const before = residentBytes(way.gateway.pid);
    const child = load({ kind: "hold", streams: held, origin: way.origin, headers: way.headers });
    await lineOf(child, /^open$/);
    // So that what opening them cost for a moment is not taken for what they keep.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const during = residentBytes(way.gateway.pid);
    child.write("enough\n");
    const { open: opened } = await resultOf<HoldResult>(child);
    if (opened < held || before === undefined || during === undefined) return undefined;
    return (during - before) / held;
  } finally {
    await way.stop();
  }
}
