import cluster, { type Worker } from "node:cluster";
import type { Command, WorkerView } from "../engine/view.js";
import type { Log } from "../log.js";
import { noteConnections } from "./handed-over.js";
import type { FromWorker, ToWorker } from "./messages.js";
import { Silence } from "./silence.js";

/** A worker that lives at least this long was well. */
const WELL_MS = 10_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;
/** After so many quick deaths it starts without memory: that may be what kills it. */
const DEATHS_WITH_MEMORY = 3;
const ANSWER_MS = 2_000;

export interface SlotOptions {
  readonly number: number;
  readonly log: Log;
  /** How long it may be silent before it is taken for hanging; it may change. */
  silenceMs(): number;
  /** What a new worker begins with. */
  start(withMemory: boolean): Extract<ToWorker, { readonly kind: "start" }>;
  heard(message: FromWorker): void;
}

type Asking = { readonly resolve: (view: WorkerView | undefined) => void; readonly timer: NodeJS.Timeout };

/** The place of one worker: when it dies another takes its place, after a wait that grows while they die young. */
export class Slot {
  readonly #options: SlotOptions;
  #worker: Worker | undefined;
  #ready = false;
  #bornAt = 0;
  #silence: Silence;
  #watch: NodeJS.Timeout | undefined;
  #quickDeaths = 0;
  #respawn: NodeJS.Timeout | undefined;
  #stopping = false;
  #whenGone: (() => void) | undefined;
  readonly #asking = new Map<number, Asking>();
  #nextId = 0;
  open = 0;
  circuits = 0;

  constructor(options: SlotOptions) {
    this.#options = options;
    this.#silence = this.#listen();
    this.#spawn();
  }

  get ready(): boolean {
    return this.#ready;
  }

  /** Undefined: there is none, or it does not answer in time. */
  view(): Promise<WorkerView | undefined> {
    return this.#ask((id) => ({ kind: "view", id }));
  }

  async command(command: Command): Promise<void> {
    await this.#ask((id) => ({ kind: "command", id, command }));
  }

  tell(message: ToWorker): void {
    const worker = this.#worker;
    // A channel that closes while this is written reports an error, which says no more than the exit does.
    if (worker?.isConnected()) worker.send(message, () => {});
  }

  /** Resolves when its worker has ended, by itself or, after `limitMs`, by force. */
  async stop(drainMs: number, limitMs: number): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#respawn);
    clearTimeout(this.#watch);
    if (this.#worker === undefined) return;
    this.tell({ kind: "drain", drainMs });
    const force = setTimeout(() => this.kill(), limitMs);
    await new Promise<void>((resolve) => {
      this.#whenGone = resolve;
    });
    clearTimeout(force);
  }

  kill(): void {
    this.#stopping = true;
    clearTimeout(this.#respawn);
    clearTimeout(this.#watch);
    this.#worker?.process.kill("SIGKILL");
  }

  #spawn(): void {
    const worker = cluster.fork();
    this.#worker = worker;
    this.#bornAt = performance.now();
    this.#silence = this.#listen();
    const dropConnections = noteConnections(worker.process);
    worker.on("message", (message: FromWorker) => this.#heard(message));
    worker.on("error", () => {});
    worker.once("exit", (code, signal) => {
      dropConnections();
      this.#died(signal ?? `exit code ${code}`);
    });
    this.#watchIt();
  }

  #listen(): Silence {
    return new Silence(() => this.#options.silenceMs(), performance.now());
  }

  #watchIt(): void {
    clearTimeout(this.#watch);
    if (this.#stopping) return;
    this.#watch = setTimeout(() => {
      if (this.#silence.look(performance.now())) this.#endHanging();
      else this.#watchIt();
    }, this.#silence.nextLookMs);
    this.#watch.unref();
  }

  #endHanging(): void {
    const { number, log } = this.#options;
    const silentMs = Math.round(performance.now() - this.#silence.heardAt);
    log.error(
      { worker: number, silentMs },
      `Worker ${number} has said nothing for ${Math.round(silentMs / 1000)} s: it hangs, and is ended.`,
    );
    this.#worker?.process.kill("SIGKILL");
  }

  #heard(message: FromWorker): void {
    this.#silence.heard(performance.now(), this.#ready || message.kind === "ready");
    switch (message.kind) {
      case "here":
        this.#start();
        break;
      case "ready":
        this.#ready = true;
        break;
      case "beat":
        this.open = message.open;
        this.circuits = message.circuits;
        break;
      case "view":
        this.#answered(message.id, message.view);
        break;
      case "done":
        this.#answered(message.id, undefined);
        break;
      case "failed":
      case "event":
      case "note":
      case "memories":
        break;
    }
    this.#options.heard(message);
  }

  #start(): void {
    const { number, log, start } = this.#options;
    const withMemory = this.#quickDeaths < DEATHS_WITH_MEMORY;
    if (!withMemory) {
      log.warn(
        { worker: number },
        `Worker ${number} starts without what it had learned: that may be what ended it ${this.#quickDeaths} times.`,
      );
    }
    this.tell(start(withMemory));
  }

  #died(how: string): void {
    this.#worker = undefined;
    this.#ready = false;
    this.open = 0;
    clearTimeout(this.#watch);
    for (const id of [...this.#asking.keys()]) this.#answered(id, undefined);
    this.#whenGone?.();
    if (this.#stopping) return;
    const { number, log } = this.#options;
    // One that hangs was well until it was heard last.
    this.#quickDeaths = this.#silence.heardAt - this.#bornAt < WELL_MS ? this.#quickDeaths + 1 : 0;
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** Math.max(0, this.#quickDeaths - 1), LONGEST_WAIT_MS);
    log.error(
      { worker: number, how, waitMs },
      `Worker ${number} has died (${how}); another takes its place.`,
    );
    this.#respawn = setTimeout(() => this.#spawn(), waitMs);
  }

  #ask(message: (id: number) => ToWorker): Promise<WorkerView | undefined> {
    if (!this.#ready) return Promise.resolve(undefined);
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#answered(id, undefined), ANSWER_MS);
      this.#asking.set(id, { resolve, timer });
      this.tell(message(id));
    });
  }

  #answered(id: number, view: WorkerView | undefined): void {
    const asking = this.#asking.get(id);
    if (asking === undefined) return;
    this.#asking.delete(id);
    clearTimeout(asking.timer);
    asking.resolve(view);
  }
}
