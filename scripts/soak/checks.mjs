// What must be true after a soak.
const MIB = 2 ** 20;
/** Growth from the middle of the run to its end that is noise. */
const HEAP_SLACK = 8 * MIB;

export function checksOf({ plan, counts, before, after, samples, metrics, lines, attempts, pending }) {
  const settled = sum(metrics, "recloser_calls_total", (labels) => !labels.includes("#k-"));
  const rejected = sum(metrics, "recloser_rejected_total", () => true);
  const admitted = total(after, "admitted");
  const { outcomes } = counts;
  const heaps = samples.map(({ heapBytes }) => heapBytes);
  const early = median(heaps.slice(Math.floor(heaps.length / 4), Math.ceil(heaps.length / 2)));
  const late = median(heaps.slice(Math.floor((heaps.length * 3) / 4)));
  const descriptors = after.descriptors === undefined ? 0 : after.descriptors - before.descriptors;
  const timers = (after.resources.Timeout ?? 0) - (before.resources.Timeout ?? 0);
  const check = (what, ok, figure) => ({ what, ok, figure });
  return [
    check("every call was answered or left", counted(outcomes) >= plan.requests, `${counted(outcomes)}`),
    check("no call hung", outcomes.hang === undefined, `${outcomes.hang ?? 0}`),
    check(
      "no truncated answer passed for whole",
      outcomes["truncated success"] === undefined,
      `${outcomes["truncated success"] ?? 0}`,
    ),
    check(
      "every attempt is accounted for",
      settled === attempts && admitted === settled,
      `the gateway admitted ${admitted} and settled ${settled}, the provider saw ${attempts}`,
    ),
    check(
      "the journal has them all",
      lines.attempts === settled && lines.torn === 0,
      `${lines.attempts} attempts, ${lines.rejected} rejections (${rejected} counted by circuits), ${lines.torn} torn`,
    ),
    check(
      "nothing is in flight",
      after.inFlight === 0 && pending === 0,
      `${after.inFlight}, ${pending} at the provider`,
    ),
    check(
      "the heap is flat",
      heaps.length < 4 || late - early < HEAP_SLACK,
      heaps.length < 4
        ? "too short a run to tell"
        : `${(early / MIB).toFixed(1)} MiB in the second quarter, ${(late / MIB).toFixed(1)} MiB in the last`,
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
