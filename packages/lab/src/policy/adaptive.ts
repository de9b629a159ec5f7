import type { Verdict } from "recloser";
import type { Decision, Guard, GuardedCall, GuardNeeds, GuardPermit } from "./guard.js";

export interface AdaptiveOptions {
  /** So many times as many requests as accepts are let through: 2 in *Site Reliability Engineering*, "Handling Overload". */
  readonly k: number;
  readonly windowMs: number;
}

const SLICES = 12;
/** Where it rejects every other call, it counts as open. */
const OPEN_FROM = 0.5;

/** Google's client-side adaptive throttling: rejects with probability `max(0, (requests − K · accepts) / (requests + 1))`. */
export class AdaptiveThrottle implements Guard {
  readonly #options: AdaptiveOptions;
  readonly #needs: GuardNeeds;
  readonly #requests = new Float64Array(SLICES);
  readonly #accepts = new Float64Array(SLICES);
  readonly #permit: GuardPermit;
  #slice = 0;
  #isOpen = false;

  constructor(options: AdaptiveOptions, needs: GuardNeeds) {
    this.#options = options;
    this.#needs = needs;
    // A call counts when it ends, so all may share one permit.
    this.#permit = { probe: false, progress() {}, settle: (verdict) => this.#settled(verdict) };
  }

  admit(_call: GuardedCall, held: number): Decision {
    if (held >= this.#needs.bulkhead) return "full";
    this.#advance();
    const rejecting = this.#probability();
    this.#tell(rejecting >= OPEN_FROM);
    this.#requests[this.#slice % SLICES] = (this.#requests[this.#slice % SLICES] ?? 0) + 1;
    return this.#needs.random() < rejecting ? "refused" : this.#permit;
  }

  #settled({ verdict }: Verdict): void {
    this.#advance();
    if (verdict === "failure") return;
    this.#accepts[this.#slice % SLICES] = (this.#accepts[this.#slice % SLICES] ?? 0) + 1;
  }

  #probability(): number {
    const requests = this.#requests.reduce((sum, count) => sum + count, 0);
    const accepts = this.#accepts.reduce((sum, count) => sum + count, 0);
    return Math.max(0, (requests - this.#options.k * accepts) / (requests + 1));
  }

  #advance(): void {
    const slice = Math.floor(this.#needs.clock.now() / (this.#options.windowMs / SLICES));
    for (let at = Math.max(this.#slice + 1, slice - SLICES + 1); at <= slice; at++) {
      this.#requests[at % SLICES] = 0;
      this.#accepts[at % SLICES] = 0;
    }
    this.#slice = Math.max(this.#slice, slice);
  }

  #tell(isOpen: boolean): void {
    if (isOpen === this.#isOpen) return;
    this.#isOpen = isOpen;
    const { watch, clock } = this.#needs;
    if (isOpen) watch.opened(clock.now());
    else watch.closed(clock.now());
  }
}
