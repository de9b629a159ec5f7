import { median } from "../stats.js";
import type { HeapReading } from "./sample.js";

/**
 * How much the heap grows over all the calls, by the median of the slopes between any two readings (Theil and Sen): a
 * reading taken while the engine was compiling is far off and says little, a leak shows in all of them.
 */
export function grownBytes(readings: readonly HeapReading[]): number {
  const slopes = readings.flatMap((later, index) =>
    readings.slice(0, index).map((earlier) => (later.bytes - earlier.bytes) / (later.calls - earlier.calls)),
  );
  return median(slopes) * (readings.at(-1)?.calls ?? Number.NaN);
}
