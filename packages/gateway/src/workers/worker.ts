import { type Engine, startEngine } from "../engine/engine.js";
import { ListenError } from "../listen.js";
import { createLog } from "../log.js";
import { stderrSink } from "../log-sink.js";
import { every } from "../state/every.js";
import type { FromWorker, ToWorker } from "./messages.js";
import { NoteTaker } from "./notes.js";

const BEAT_MS = 500;

/** The life of a worker process: it starts, serves and stops as its primary says, and ends with it. */
export function runWorker(): void {
  let serving: Promise<Worker> | undefined;
  process.on("message", (message: ToWorker) => {
    if (message.kind === "start") serving = startWorker(message);
    else void serving?.then((worker) => worker.take(message));
  });
  // The primary has them from the terminal too, and says what is to be done.
  process.on("SIGINT", () => {});
  process.on("SIGHUP", () => {});
  // One that is meant for this worker alone: it ends in peace, and is replaced.
  process.on("SIGTERM", () => void serving?.then((worker) => worker.drain(undefined)));
  void tell({ kind: "here" });
}

interface Worker {
  take(message: Exclude<ToWorker, { readonly kind: "start" }>): void;
  drain(drainMs: number | undefined): void;
}

async function startWorker(start: Extract<ToWorker, { readonly kind: "start" }>): Promise<Worker> {
  const { worker, memories } = start;
  let { config } = start;
  const log = createLog(config.log.level, stderrSink(), worker);
  const engine = await startEngine({ config, log, worker, memories }).catch((error: unknown) => {
    if (!(error instanceof ListenError)) throw error;
    return tell({ kind: "failed", message: error.message }).then(() => process.exit(1));
  });
  const collect = () => engine.collect((batch) => void tell({ kind: "memories", batch }));
  const stopCollecting = every(config.state.everyMs, collect);
  const beat = () => void tell({ kind: "beat", open: engine.open, circuits: engine.circuits.size });
  setInterval(beat, BEAT_MS).unref();
  forwardEvents(engine);
  const notes = new NoteTaker((note) => void tell({ kind: "note", note }));
  notes.follow(engine.circuits);
  await tell({ kind: "ready", url: engine.url });

  let draining = false;
  async function drain(drainMs: number): Promise<void> {
    if (draining) return;
    draining = true;
    await engine.close(drainMs);
    await stopCollecting();
    await engine.collect((batch) => void tell({ kind: "memories", batch }));
    // Messages keep their order: when this one is out, so are those before.
    await tell({ kind: "beat", open: 0, circuits: engine.circuits.size });
    await stderrSink().idle();
    process.exit(0);
  }

  return {
    drain: (drainMs = config.drainMs) => void drain(drainMs),
    take(message) {
      switch (message.kind) {
        case "view":
          void tell({ kind: "view", id: message.id, view: engine.view() });
          break;
        case "command":
          engine.command(message.command);
          void tell({ kind: "done", id: message.id });
          break;
        case "reload":
          ({ config } = message);
          engine.reload(config);
          notes.follow(engine.circuits);
          break;
        case "drain":
          void drain(message.drainMs);
          break;
      }
    },
  };
}

function forwardEvents({ events }: Engine): void {
  let next = events.next;
  const forward = () => {
    for (; next < events.next; next++) {
      const event = events.at(next);
      if (event !== undefined) void tell({ kind: "event", event });
    }
    if (!events.closed) events.onNews(forward);
  };
  events.onNews(forward);
}

/** Resolves when the message is out, or can no longer get out: then the primary is gone, and so is this process soon. */
function tell(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, {}, () => resolve());
  });
}
