import { isDeepStrictEqual } from "node:util";
import { Circuits } from "recloser";
import { EventLog } from "../admin/events.js";
import { Tallies } from "../admin/tallies.js";
import { circuitOptions } from "../config/circuit-options.js";
import type { Config } from "../config/load.js";
import { createRecorder } from "../journal/recorder.js";
import { JournalWriter } from "../journal/writer.js";
import { listen, urlOf } from "../listen.js";
import type { Log } from "../log.js";
import { createProxy } from "../proxy/server.js";
import { Collector, type Memory, restore } from "../state/memory.js";
import { type Command, processView, type WorkerView } from "./view.js";

/** A circuit's time passes only when it is looked at; an idle one would show yesterday's state. */
const LOOK_EVERY_MS = 500;

export interface EngineOptions {
  readonly config: Config;
  readonly log: Log;
  /** Its number, from 1, where there are several. */
  readonly worker?: number | undefined;
  /** What circuits remember of an earlier run. */
  readonly memories: readonly Memory[];
}

/** Everything that serves callers, in one process: the data plane, its circuits, and what is noted down about them. */
export interface Engine {
  readonly url: string;
  /** A reload with other circuit options brings new ones, which remember what the old ones had learned. */
  readonly circuits: Circuits;
  readonly events: EventLog;
  readonly open: number;
  readonly draining: boolean;
  view(): WorkerView;
  /** Applies to circuits that are not there yet too: another worker may have them. */
  command(command: Command): void;
  /** Gives what circuits remember, in small batches; the first time everything, then what may have changed. */
  collect(give: (batch: readonly Memory[]) => void): Promise<void>;
  reload(config: Config): void;
  /** Accepts nothing new, waits at most `drainMs` for what is open, breaks the rest off visibly. */
  close(drainMs: number): Promise<void>;
}

/**
 * Starts to serve. When it resolves the port is bound.
 *
 * @throws ListenError when the address cannot be had.
 */
export async function startEngine({ config, log, worker, memories }: EngineOptions): Promise<Engine> {
  let current = config;
  let circuits = new Circuits(circuitOptions(config));
  const restored = restore(circuits, memories);
  if (restored > 0)
    log.info({ circuits: restored }, `${restored} circuits go on with what they had learned.`);
  const journal = journalOf(config, log, worker);
  const recorder = journal && createRecorder((line) => journal.write(line));
  const proxy = createProxy(config, circuits, log, recorder);
  const events = new EventLog(circuits);
  const tallies = new Tallies(circuits, config.limits.maxCircuits);
  const collector = new Collector();
  let stopLogging = logTransitions(circuits, log);

  const address = await listen(
    proxy.server,
    config.listen.host,
    config.listen.port,
    "--port or listen.port",
  ).catch(async (error: unknown) => {
    events.close();
    await journal?.close();
    throw error;
  });
  const look = setInterval(() => {
    for (const circuit of circuits) circuit.state;
  }, LOOK_EVERY_MS);
  look.unref();

  function changeCircuits(next: Config): void {
    const before = circuits;
    circuits = new Circuits(circuitOptions(next));
    circuits.restore(before.snapshot());
    stopLogging();
    stopLogging = logTransitions(circuits, log);
    events.follow(circuits);
    tallies.follow(circuits, next.limits.maxCircuits);
  }

  return {
    url: urlOf(address),
    events,
    get circuits() {
      return circuits;
    },
    get open() {
      return proxy.open;
    },
    get draining() {
      return proxy.draining;
    },
    view() {
      const snapshots = circuits.snapshot().map(({ memory: _, ...view }) => view);
      tallies.keepOnly(new Set(snapshots.map(({ circuit }) => circuit)));
      return {
        worker,
        circuits: snapshots,
        calls: Object.fromEntries(snapshots.map(({ circuit }) => [circuit, tallies.of(circuit)])),
        open: proxy.open,
        draining: proxy.draining,
        journal: journal && { written: journal.written, dropped: journal.dropped },
        process: processView(),
      };
    },
    command(command) {
      const circuit = circuits.get(command.circuit);
      switch (command.kind) {
        case "force":
          circuit.force(command.to, { forMs: command.forMs, reason: command.reason });
          break;
        case "release":
          circuit.release();
          break;
      }
    },
    collect: (give) => collector.collect(circuits, give),
    reload(next) {
      if (!sameCircuits(current, next)) changeCircuits(next);
      current = next;
      log.level = next.log.level;
      proxy.reload(next, circuits);
      journal?.reopen();
    },
    async close(drainMs) {
      await proxy.drain(drainMs);
      clearInterval(look);
      events.close();
      await journal?.close();
    },
  };
}

function sameCircuits(a: Config, b: Config): boolean {
  const what = ({ circuit, retries, limits }: Config) => ({ circuit, retries, most: limits.maxCircuits });
  return isDeepStrictEqual(what(a), what(b));
}

function logTransitions(circuits: Circuits, log: Log): () => void {
  return circuits.on("transition", ({ circuit, from, to, epoch, message }) => {
    log[to === "open" ? "warn" : "info"]({ circuit, from, to, epoch }, `${circuit} is ${to}: ${message}`);
  });
}

function journalOf({ journal }: Config, log: Log, worker: number | undefined): JournalWriter | undefined {
  const { file, maxBytes, files } = journal;
  return file === undefined
    ? undefined
    : new JournalWriter({ file: numbered(file, worker), maxBytes, files }, log);
}

/** Each worker writes a file of its own: `calls.jsonl` becomes `calls-2.jsonl`. */
function numbered(file: string, worker: number | undefined): string {
  if (worker === undefined) return file;
  return /\.[^./]+$/.test(file) ? file.replace(/\.[^./]+$/, `-${worker}$&`) : `${file}-${worker}`;
}
