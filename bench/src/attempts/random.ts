/** Uniform in [0, 1), repeatable from its seed (mulberry32). */
export type Random = () => number;

export function random(...seed: readonly number[]): Random {
  let state = 0;
  for (const part of seed) state = Math.imul(state ^ (part + 0x9e3779b9), 0x85ebca6b) ^ (state >>> 13);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function exponential(uniform: Random, mean: number): number {
  return -Math.log(1 - uniform()) * mean;
}

export function lognormal(uniform: Random, median: number, sigma: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return median * Math.exp(sigma * normal);
}
