import Opossum from "opossum";
import type { Decision, Guard, GuardedCall, GuardNeeds } from "../guard.js";
import { Attempt } from "./attempt.js";

/** The real opossum, with its defaults but for the given timeout. */
export class OpossumGuard implements Guard {
  readonly #needs: GuardNeeds;
  readonly #breaker: Opossum<() => Promise<void>>;

  constructor(timeout: number | false, needs: GuardNeeds) {
    this.#needs = needs;
    const { watch, clock } = needs;
    // Percentiles and snapshots change nothing that it decides.
    const options = { timeout, rollingPercentilesEnabled: false, enableSnapshots: false };
    this.#breaker = new Opossum((start) => start(), options);
    this.#breaker.on("open", () => watch.opened(clock.now()));
    this.#breaker.on("halfOpen", () => watch.probing(clock.now()));
    this.#breaker.on("close", () => watch.closed(clock.now()));
  }

  admit(call: GuardedCall, held: number): Decision {
    if (held >= this.#needs.bulkhead) return "full";
    const { halfOpen } = this.#breaker;
    let attempt: Attempt | undefined;
    const start = (): Promise<void> => {
      attempt = new Attempt(halfOpen, this.#needs.stir);
      return attempt.promise;
    };
    this.#breaker.fire(start).catch(() => {
      // Its own timeout: it has counted the call, and its caller is told.
      if (attempt === undefined || attempt.isSettled) return;
      attempt.isSettled = true;
      call.onAbort();
    });
    this.#needs.stir();
    return attempt ?? "refused";
  }
}
