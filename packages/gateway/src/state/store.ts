import type { Config } from "../config/load.js";
import type { Log } from "../log.js";
import { isCredentialCircuit } from "../routes/names.js";
import { readStateFile, type StateByWorker, writeStateFile } from "./file.js";
import type { Memory } from "./memory.js";

/**
 * What the circuits of all workers remember: kept here for a worker that has to be replaced, and in a file, if there is one,
 * for a restart.
 */
export class StateStore {
  readonly #file: string | undefined;
  readonly #most: number;
  readonly #log: Log;
  readonly #byWorker = new Map<number, Map<string, Memory>>();
  #dirty = false;
  #trouble = false;
  #saving: Promise<void> | undefined;

  /** @param most circuits kept of one worker; the ones heard of last are kept. */
  private constructor(file: string | undefined, most: number, log: Log) {
    this.#file = file;
    this.#most = most;
    this.#log = log;
  }

  /** Reads the file, if there is one. */
  static async open(
    { state, limits, workers, credentials }: Pick<Config, "state" | "limits" | "workers" | "credentials">,
    log: Log,
  ): Promise<StateStore> {
    const { file } = state;
    const store = new StateStore(file, limits.maxCircuits, log);
    const saved: StateByWorker = file === undefined ? new Map() : await readStateFile(file, log);
    const all = [...saved.values()];
    // Without a key of the operator's, credentials have other names in each run.
    const known = (memory: Memory) =>
      credentials.hashKey !== undefined || !isCredentialCircuit(memory.circuit);
    // There may be more workers than before: they share what was learned.
    for (let n = 0; n < workers && all.length > 0; n++) {
      store.put(n + 1, (all[n % all.length] ?? []).filter(known));
    }
    store.#dirty = false;
    return store;
  }

  put(worker: number, memories: readonly Memory[]): void {
    let kept = this.#byWorker.get(worker);
    if (kept === undefined) {
      kept = new Map();
      this.#byWorker.set(worker, kept);
    }
    for (const memory of memories) {
      // Those heard of last stand last.
      kept.delete(memory.circuit);
      kept.set(memory.circuit, memory);
    }
    for (const name of kept.keys()) {
      if (kept.size <= this.#most) break;
      kept.delete(name);
    }
    this.#dirty = true;
  }

  of(worker: number): Memory[] {
    return [...(this.#byWorker.get(worker)?.values() ?? [])];
  }

  /** Writes what has changed. Never rejects: trouble is said once, until it is over. */
  async save(): Promise<void> {
    // One at a time: a slow disk is not given a second file to write.
    if (this.#saving !== undefined) await this.#saving;
    if (this.#file === undefined || !this.#dirty || this.#saving !== undefined) return;
    this.#dirty = false;
    this.#saving = this.#write(this.#file);
    await this.#saving;
    this.#saving = undefined;
  }

  async #write(file: string): Promise<void> {
    const state = new Map([...this.#byWorker.keys()].map((worker) => [worker, this.of(worker)]));
    try {
      await writeStateFile(file, state);
      if (this.#trouble) this.#log.info(`The state file ${file} is written again.`);
      this.#trouble = false;
    } catch (error) {
      this.#dirty = true;
      const { code, message } = error as NodeJS.ErrnoException;
      if (!this.#trouble) {
        this.#log.warn(
          { code: code ?? message },
          `The state file ${file} cannot be written (${code ?? message}); a restart would forget what was learned. Calls are not affected.`,
        );
      }
      this.#trouble = true;
    }
  }
}
