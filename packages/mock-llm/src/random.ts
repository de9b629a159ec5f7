import type { Lognormal } from "./types.js";

/** Uniform in [0, 1). */
export type Random = () => number;

/**
 * A generator for the nth request under a seed. Each request has its own, so how many draws one request makes
 * does not shift the decisions of the next.
 */
export function randomFor(seed: number, n: number): Random {
  let state =
    mix(mix(seed >>> 0) ^ mix(Math.floor(seed / 2 ** 32) >>> 0 || 0x51ed270b)) ^ mix(n + 0x9e3779b9);
  return () => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}

/** Always makes the same number of draws, whatever the distribution, so that changing one field moves no other. */
export function draw(distribution: number | Lognormal, random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  const normal = radius * Math.cos(2 * Math.PI * random());
  const tailDraw = random();
  const stretch = random();
  if (typeof distribution === "number") return distribution;
  const body = distribution.median * Math.exp(distribution.sigma * normal);
  const { tail } = distribution;
  if (tail === undefined || tailDraw >= tail.share) return body;
  const [low, high] = tail.times;
  return body * (low + (high - low) * stretch);
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

export function randomId(length: number, random: Random): string {
  let id = "";
  for (let i = 0; i < length; i++) id += alphabet[Math.floor(random() * alphabet.length)];
  return id;
}
