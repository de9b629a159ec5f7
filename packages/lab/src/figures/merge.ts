import { COUNTS, type Counts, SERIES, type Series, type Tally } from "./tally.js";
import { WaitHistogram } from "./wait-histogram.js";

/** The tally of a whole fleet, from those of its parts in order. */
export function merged(parts: readonly Tally[]): Tally {
  const [first] = parts;
  if (first === undefined) throw new RangeError("There are no parts to merge.");
  return {
    counts: Object.fromEntries(
      COUNTS.map((name) => [name, parts.reduce((sum, { counts }) => sum + counts[name], 0)]),
    ) as Counts,
    series: Object.fromEntries(
      SERIES.map((name) => [name, added(parts.map(({ series }) => series[name]))]),
    ) as Series,
    llmWaits: new WaitHistogram(added(parts.map(({ llmWaits }) => llmWaits.cells))),
    otherWaits: new WaitHistogram(added(parts.map(({ otherWaits }) => otherWaits.cells))),
    actedMs: joined(parts.map(({ actedMs }) => actedMs)),
    openedMs: joined(parts.map(({ openedMs }) => openedMs)),
    recoveredMs: joined(parts.map(({ recoveredMs }) => recoveredMs)),
    heat: first.heat,
  };
}

function added(arrays: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(arrays[0]?.length ?? 0);
  for (const array of arrays) for (const [at, value] of array.entries()) sum[at] = (sum[at] ?? 0) + value;
  return sum;
}

function joined(arrays: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}
