/** The value below which the share `q` (0–1) of `values` lies, between neighbours where it falls between two. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  // Two equal neighbours may both be infinite; their difference would not be a number.
  return below === above ? below : below + (above - below) * (at - Math.floor(at));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The distance between the quartiles: what half of the rounds agreed on. */
export function spread(values: readonly number[]): number {
  return quantile(values, 0.75) - quantile(values, 0.25);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

export function rounded(value: number, digits = 1): number {
  // Adding 0 turns -0 into 0.
  return Number.isFinite(value) ? Number(value.toFixed(digits)) + 0 : value;
}
