import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
import { normalQuantile } from "./normal.js";

const TWO_TO_32 = 4_294_967_296;

/** A stream of random numbers, repeatable from its seed and its place in the tree of streams. */
export class Random {
  readonly #generator: RandomGenerator;

  constructor(generator: RandomGenerator) {
    this.#generator = generator;
  }

  /** Uniform in (0, 1): neither end, so its logarithm and its normal quantile are finite. */
  uniform(): number {
    return ((this.#generator.next() >>> 0) + 0.5) / TWO_TO_32;
  }

  exponential(mean: number): number {
    return -Math.log(this.uniform()) * mean;
  }

  lognormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * normalQuantile(this.uniform()));
  }
}

/**
 * The stream at `path` below `seed`. Different paths give independent streams, so what one part of a world draws never
 * shifts what another part draws: the same seed gives every policy the same calls.
 */
export function stream(seed: number, ...path: readonly number[]): Random {
  let a = mixed(seed ^ 0x9e3779b9);
  let b = mixed(Math.floor(seed / TWO_TO_32) ^ 0x85ebca6b);
  for (const step of path) {
    a = mixed(Math.imul(a, 0x01000193) ^ step);
    b = mixed(b + Math.imul(step ^ a, 0x27d4eb2f));
  }
  const c = mixed(a ^ 0x165667b1);
  const d = mixed(b ^ 0xc2b2ae35);
  // All zeros is the one state that a xoroshiro generator never leaves.
  const isStuck = (a | b | c | d) === 0;
  return new Random(xoroshiro128plusFromState([isStuck ? 1 : a, b, c, d]));
}

/** MurmurHash3's finaliser: each bit of the input changes half the bits of the output. */
function mixed(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
