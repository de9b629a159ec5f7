import { CircuitState, circuitBreaker, handleAll, type IBreaker } from "cockatiel";
import type { Decision, Guard, GuardedCall, GuardNeeds } from "../guard.js";
import { Attempt } from "./attempt.js";

/** The real cockatiel. While its probe is out, other calls wait for the probe's end. */
export class CockatielGuard implements Guard {
  readonly #needs: GuardNeeds;
  readonly #breaker: ReturnType<typeof circuitBreaker>;

  constructor(breaker: IBreaker, halfOpenAfter: number, needs: GuardNeeds) {
    this.#needs = needs;
    const { watch, clock } = needs;
    this.#breaker = circuitBreaker(handleAll, { breaker, halfOpenAfter });
    this.#breaker.onStateChange((state) => {
      if (state === CircuitState.Open) watch.opened(clock.now());
      else if (state === CircuitState.HalfOpen) watch.probing(clock.now());
      else if (state === CircuitState.Closed) watch.closed(clock.now());
    });
  }

  admit(call: GuardedCall, held: number): Decision {
    const { bulkhead, stir } = this.#needs;
    if (held >= bulkhead) return "full";
    const wasOpen = this.#breaker.state === CircuitState.Open;
    let attempt: Attempt | undefined;
    let isLater = false;
    const start = (): Promise<void> => {
      attempt = new Attempt(wasOpen && !isLater, stir);
      if (isLater) call.granted(attempt);
      return attempt.promise;
    };
    stir();
    this.#breaker.execute(start).catch(() => {
      if (isLater && attempt === undefined) call.denied();
    });
    if (attempt !== undefined) return attempt;
    isLater = this.#breaker.state === CircuitState.HalfOpen;
    return isLater ? "later" : "refused";
  }
}
