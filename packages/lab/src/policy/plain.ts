import type { Decision, Guard, GuardedCall, GuardNeeds, GuardPermit } from "./guard.js";

/** A permit of a guard that learns nothing from calls. */
const UNGUARDED: GuardPermit = { probe: false, progress() {}, settle: () => true };

/** Counts calls in flight, and knows nothing else. */
export class Bulkhead implements Guard {
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  admit(_call: GuardedCall, held: number): Decision {
    return held >= this.#most ? "full" : UNGUARDED;
  }
}

/** Knows the fault: refuses exactly while no call can succeed, and needs no probe to know that it is over. */
export class Oracle implements Guard {
  readonly #needs: GuardNeeds;
  #isOpen = false;

  constructor(needs: GuardNeeds) {
    this.#needs = needs;
  }

  admit(_call: GuardedCall, held: number): Decision {
    const { dead, watch, clock, bulkhead } = this.#needs;
    const isDead = dead();
    if (isDead !== this.#isOpen) {
      this.#isOpen = isDead;
      if (isDead) watch.opened(clock.now());
      else watch.closed(clock.now());
    }
    if (isDead) return "refused";
    return held >= bulkhead ? "full" : UNGUARDED;
  }
}
