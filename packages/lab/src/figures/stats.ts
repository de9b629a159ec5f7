/** The value below which the share `q` (0–1) of `values` lies, between neighbours where it falls between two. */
export function quantile(values: ArrayLike<number>, q: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = (sorted.length - 1) * q;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  // Two equal neighbours may both be infinite; their difference would not be a number.
  return below === above ? below : below + (above - below) * (at - Math.floor(at));
}

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let at = 0; at < values.length; at++) total += values[at] ?? 0;
  return total;
}

/** Two-sided 95 % quantiles of Student's t, for 1, 2, 3 … degrees of freedom. */
const STUDENT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
const NORMAL = 1.96;

/** The mean over replications, with a 95 % confidence interval of `mean ± half`. */
export interface Estimate {
  /** `null` when it never happened in at least half of the replications, or means nothing here. */
  readonly mean: number | null;
  /** `null` when there are too few replications to tell. */
  readonly half: number | null;
  /** In how many replications it never happened; these are left out of the mean. */
  readonly never: number;
}

/** Infinity means never; what is not a number means nothing, and makes the estimate mean nothing. */
export function estimate(values: readonly number[]): Estimate {
  const finite = values.filter(Number.isFinite);
  const never = values.filter((value) => value === Infinity).length;
  const n = finite.length;
  if (values.some(Number.isNaN) || n === 0 || never * 2 >= values.length)
    return { mean: null, half: null, never };
  const mean = sum(finite) / n;
  if (n < 2) return { mean, half: null, never };
  const variance = sum(finite.map((value) => (value - mean) ** 2)) / (n - 1);
  return { mean, half: (STUDENT[n - 2] ?? NORMAL) * Math.sqrt(variance / n), never };
}
