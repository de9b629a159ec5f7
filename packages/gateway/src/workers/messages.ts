import type { GatewayEvent } from "../admin/events.js";
import type { Config } from "../config/load.js";
import type { Command, WorkerView } from "../engine/view.js";
import type { Memory } from "../state/memory.js";
import type { Note } from "./notes.js";

/** What the primary tells a worker. `id`: it wants an answer with the same one. */
export type ToWorker =
  | {
      readonly kind: "start";
      readonly config: Config;
      readonly worker: number;
      readonly memories: readonly Memory[];
    }
  | { readonly kind: "view"; readonly id: number }
  | { readonly kind: "command"; readonly id: number; readonly command: Command }
  | { readonly kind: "reload"; readonly config: Config }
  | { readonly kind: "drain"; readonly drainMs: number };

/** What a worker tells the primary. */
export type FromWorker =
  /** It listens to its primary; what was said before is lost. */
  | { readonly kind: "here" }
  | { readonly kind: "ready"; readonly url: string }
  /** It cannot start; the message is for people. */
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "beat"; readonly open: number; readonly circuits: number }
  | { readonly kind: "event"; readonly event: GatewayEvent }
  | { readonly kind: "note"; readonly note: Note }
  | { readonly kind: "memories"; readonly batch: readonly Memory[] }
  | { readonly kind: "view"; readonly id: number; readonly view: WorkerView }
  | { readonly kind: "done"; readonly id: number };
