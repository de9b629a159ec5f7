// What must be true after a soak.
import { FAULTS } from "./load.mjs";

const MIB = 2 ** 20;
/** Growth from the middle of the run to its end that is noise. */
const HEAP_SLACK = 8 * MIB;
/** With fewer calls, chance may leave a kind of fault out. */
const ENOUGH_FOR_ALL_FAULTS = 50_000;

export function checksOf({ plan, counts, before, after, samples, metrics, lines, tally }) {
  const settled = sum(metrics, "recloser_calls_total", (labels) => !labels.includes("#k-"));
  const rejected = sum(metrics, "recloser_rejected_total", () => true);
  const admitted = total(after, "admitted");
  const { outcomes } = counts;
  const descriptors = after.descriptors === undefined ? 0 : after.descriptors - before.descriptors;
  const timers = (after.resources.Timeout ?? 0) - (before.resources.Timeout ?? 0);
  const kinds = new Set(FAULTS.map((name) => name.split("@", 1)[0]));
  const unmade =
    plan.requests < ENOUGH_FOR_ALL_FAULTS
      ? []
      : [...kinds].filter((kind) => tally.faults[kind] === undefined);
  const check = (what, ok, figure) => ({ what, ok, figure });
  return [
    check("every call was answered or left", counted(outcomes) === plan.requests, `${counted(outcomes)}`),
    check(
      "so many streams got to the provider",
      Math.min(counts.streams, tally.streams) >= plan.streams,
      `${counts.streams} calls for one, ${tally.streams} seen by the provider`,
    ),
    check(
      "every kind of fault was made",
      unmade.length === 0,
      unmade.length === 0 ? faultsInWords(tally) : `none of ${unmade.join(", ")}`,
    ),
    check("no call hung", outcomes.hang === undefined, `${outcomes.hang ?? 0}`),
    check(
      "no truncated answer passed for whole",
      outcomes["truncated success"] === undefined,
      `${outcomes["truncated success"] ?? 0}`,
    ),
    check(
      "every attempt is accounted for",
      settled === tally.total && admitted === settled && tally.missed === 0,
      `the gateway admitted ${admitted} and settled ${settled}, the provider saw ${tally.total}${tally.missed === 0 ? "" : `, ${tally.missed} of them not counted`}`,
    ),
    check(
      "the journal has them all",
      lines.attempts === settled && lines.rejected === rejected && lines.torn === 0,
      `${lines.attempts} attempts, ${lines.rejected} rejections (${rejected} counted by circuits), ${lines.torn} torn, ${(lines.bytes / MIB).toFixed(0)} MiB`,
    ),
    check(
      "nothing is in flight",
      after.inFlight === 0 && tally.pending === 0,
      `${after.inFlight}, ${tally.pending} at the provider`,
    ),
    flat(
      "the gateway's heap is flat",
      samples.map(({ heapBytes }) => heapBytes),
      HEAP_SLACK,
    ),
    flat(
      "the heap of driver and provider is flat",
      samples.map(({ driverBytes }) => driverBytes),
      HEAP_SLACK,
    ),
    check("no connection of a caller's is left", after.open === 0, `${after.open}`),
    check(
      "no descriptor leaked",
      descriptors <= plan.concurrency,
      `${descriptors} more than after the warm-up; idle connections to the provider are kept`,
    ),
    check("no timer is left", timers <= 1, `${timers} more than after the warm-up`),
  ];
}

/** From the second quarter of a run to its last. */
function flat(what, bytes, slack) {
  const quarter = Math.floor(bytes.length / 4);
  if (quarter === 0) return { what, ok: true, figure: "too short a run to tell" };
  const early = median(bytes.slice(quarter, 2 * quarter));
  const late = median(bytes.slice(-quarter));
  const figure = `${(early / MIB).toFixed(1)} MiB in the second quarter, ${(late / MIB).toFixed(1)} MiB in the last`;
  return { what, ok: late - early < slack, figure };
}

function faultsInWords({ faults }) {
  const made = Object.entries(faults).filter(([kind]) => kind !== "none");
  const all = made.reduce((total, [, count]) => total + count, 0);
  return `${all}: ${made
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${kind} ${count}`)
    .join(", ")}`;
}

function sum(metrics, name, want) {
  let all = 0;
  for (const line of metrics.split("\n")) {
    if (line.startsWith(`${name}{`) && want(line)) all += Number(line.slice(line.lastIndexOf(" ") + 1));
  }
  return all;
}

function total({ totals }, key) {
  return totals.filter(({ circuit }) => !circuit.includes("#k-")).reduce((all, one) => all + one[key], 0);
}

function counted(outcomes) {
  return Object.values(outcomes).reduce((all, count) => all + count, 0);
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
