import type { Engine } from "../engine/engine.js";
import type { Command, WorkerView } from "../engine/view.js";
import type { Notes } from "../workers/notes.js";

/** What `/healthz` says. */
interface Health {
  readonly status: "ok" | "starting" | "draining";
  readonly openRequests: number;
  readonly circuits?: number;
  readonly workers?: { readonly ready: number; readonly wanted: number };
}

/** Those who serve calls, as the admin plane sees them: this process, or several others. */
export interface Fleet {
  /** They are processes of their own, with numbers. */
  readonly several: boolean;
  /** What workers that are processes of their own tell the page. */
  readonly notes?: Pick<Notes, "on">;
  health(): Health;
  /** One that does not answer in time is left out. */
  views(): Promise<readonly WorkerView[]>;
  command(command: Command): Promise<void>;
}

/** A fleet of one: this process. */
export function fleetOfOne(engine: Engine): Fleet {
  return {
    several: false,
    health: () =>
      engine.draining
        ? { status: "draining", openRequests: engine.open }
        : { status: "ok", openRequests: engine.open, circuits: engine.circuits.size },
    views: async () => [engine.view()],
    command: async (command) => engine.command(command),
  };
}
