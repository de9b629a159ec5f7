import type { Random } from "../engine/random.js";
import type { Model } from "../scenario/scenario.js";

/**
 * Everything that chance decides about one attempt. It is drawn whatever the provider does and whatever the guard says, so
 * all policies meet the same calls.
 */
export class Luck {
  /** Uniform: below the share that fails, the call does; and so on. */
  failing = 0;
  hanging = 0;
  throttled = 0;
  stalling = 0;
  cut = 0;
  /** How far a stream gets that stalls or is cut, as a share of its tokens. */
  got = 0;
  firstTokenMs = 0;
  tokens = 0;

  draw({ firstToken, tokens }: Model, random: Random): void {
    this.failing = random.uniform();
    this.hanging = random.uniform();
    this.throttled = random.uniform();
    this.stalling = random.uniform();
    this.cut = random.uniform();
    this.got = random.uniform();
    const { share, from, to } = firstToken.stalls;
    const stalled = random.uniform() < share;
    const stall = from + (to - from) * random.uniform();
    this.firstTokenMs = random.lognormal(firstToken.medianMs, firstToken.sigma) * (stalled ? stall : 1);
    this.tokens = Math.max(1, Math.round(random.lognormal(tokens.median, tokens.sigma)));
  }
}
