import { Effect, Scope } from "effect";
import { CircuitBreaker } from "effect/persistence";
import type { Decision, Guard, GuardedCall, GuardNeeds } from "../guard.js";
import { Attempt } from "./attempt.js";

const KEY = "provider/model";

/** The real breaker of Effect, with an in-process store of its own. */
export class EffectGuard implements Guard {
  readonly #needs: GuardNeeds;
  readonly #breaker: CircuitBreaker.CircuitBreaker;
  #state: CircuitBreaker.State["_tag"] = "Closed";

  constructor(tripPolicy: CircuitBreaker.TripPolicy, needs: GuardNeeds) {
    this.#needs = needs;
    this.#breaker = Effect.runSync(
      CircuitBreaker.make({ tripPolicy, openDuration: "30 seconds" }).pipe(
        Effect.provideService(Scope.Scope, Scope.makeUnsafe()),
        Effect.provide(CircuitBreaker.layerStoreMemory()),
      ),
    );
  }

  admit(_call: GuardedCall, held: number): Decision {
    const { bulkhead, stir } = this.#needs;
    if (held >= bulkhead) return "full";
    this.#look();
    let attempt: Attempt | undefined;
    const start = (): Promise<void> => {
      attempt = new Attempt(this.#state !== "Closed", stir);
      return attempt.promise;
    };
    const guarded = Effect.promise(start).pipe(this.#breaker.execute({ key: KEY }));
    const look = (): void => this.#look();
    stir();
    Effect.runPromise(guarded).then(look, look);
    return attempt ?? "refused";
  }

  /** It tells nobody at once what it does, so it is asked. */
  #look(): void {
    const { _tag: state } = Effect.runSync(this.#breaker.state(KEY));
    if (state === this.#state) return;
    this.#state = state;
    const { watch, clock } = this.#needs;
    if (state === "Open") watch.opened(clock.now());
    else if (state === "HalfOpen") watch.probing(clock.now());
    else watch.closed(clock.now());
  }
}
