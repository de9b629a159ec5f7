import type { Verdict } from "recloser";
import type { GuardPermit } from "../guard.js";

/** A failed call, as breakers that work with promises see it. Made once: a stack for each call would only cost time. */
const FAILED = new Error("The call failed.");

/** One call behind a breaker that takes a function and awaits its promise. */
export class Attempt implements GuardPermit {
  readonly probe: boolean;
  readonly promise: Promise<void>;
  readonly #stir: () => void;
  #resolve: () => void = () => {};
  #reject: (error: Error) => void = () => {};
  isSettled = false;

  constructor(probe: boolean, stir: () => void) {
    this.probe = probe;
    this.#stir = stir;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Breakers of this kind know nothing of tokens. */
  progress(): void {}

  settle({ verdict }: Verdict): void {
    this.isSettled = true;
    this.#stir();
    if (verdict === "failure") this.#reject(FAILED);
    else this.#resolve();
  }
}
