/** A signal for one run, and how to leave it when the run has ended. */
export interface RunSignal {
  readonly signal: AbortSignal;
  readonly leave: () => void;
}

/**
 * Signals that are aborted when a job's own signal is, or the guard's. The guard's gets one listener for all its jobs: Node
 * warns of more than ten.
 */
export class Stops {
  readonly #stop: AbortSignal | undefined;
  readonly #running = new Set<AbortController>();

  constructor(stop: AbortSignal | undefined) {
    this.#stop = stop;
    stop?.addEventListener("abort", () => {
      for (const controller of this.#running) controller.abort(stop.reason);
    });
  }

  get stopping(): boolean {
    return this.#stop?.aborted ?? false;
  }

  join(own: AbortSignal | undefined): RunSignal {
    const controller = new AbortController();
    const abort = (): void => controller.abort(own?.reason);
    if (own?.aborted) abort();
    if (this.stopping) controller.abort(this.#stop?.reason);
    own?.addEventListener("abort", abort, { once: true });
    this.#running.add(controller);
    const leave = (): void => {
      own?.removeEventListener("abort", abort);
      this.#running.delete(controller);
    };
    return { signal: controller.signal, leave };
  }
}
