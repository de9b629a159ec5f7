import type { Samples } from "../contract/contract.js";

/** What the charts show. */
export const SHOWN_MS = 3_600_000;

/** Samples with later ones added, as far back as is shown. */
export function appended(before: Samples, more: Samples): Samples {
  const oldest = (more.times.at(-1) ?? before.times.at(-1) ?? 0) - SHOWN_MS;
  const first = before.times.findIndex((time) => time >= oldest);
  const kept = first === -1 ? [] : before.times.slice(first);
  const columns: Record<string, (number | null)[]> = {};
  for (const name of new Set([...Object.keys(before.columns), ...Object.keys(more.columns)])) {
    const old = first === -1 ? [] : (before.columns[name]?.slice(first) ?? kept.map(() => null));
    columns[name] = [...old, ...(more.columns[name] ?? more.times.map(() => null))];
  }
  return { times: [...kept, ...more.times], columns };
}

/** Two samples further apart than this have a gap between them, which no line crosses. */
const GAP_MS = 30_000;

/** Columns for a chart: seconds, then values; with a hole where nothing was sampled. */
export function aligned(samples: Samples, names: readonly string[]): (number | null)[][] {
  const { times, columns } = samples;
  const data: (number | null)[][] = [[], ...names.map(() => [])];
  times.forEach((time, index) => {
    const before = times[index - 1];
    if (before !== undefined && time - before > GAP_MS) {
      data[0]?.push((before + 1_000) / 1000);
      for (let column = 1; column < data.length; column++) data[column]?.push(null);
    }
    data[0]?.push(time / 1000);
    names.forEach((name, column) => {
      data[column + 1]?.push(columns[name]?.[index] ?? null);
    });
  });
  return data;
}
