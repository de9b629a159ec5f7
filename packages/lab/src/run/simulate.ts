import type { Tally } from "../figures/tally.js";
import type { Policy } from "../policy/guard.js";
import { isShared, type Scenario } from "../scenario/scenario.js";
import { World } from "../world/world.js";
import { inRealTime } from "./real-time.js";

/**
 * Workers that do not meet at the provider are simulated so many at a time: their state then fits the processor's caches,
 * and threads share the work. A fixed number, so that results do not depend on the machine.
 */
const WORKERS_A_PART = 250;
/** Virtual time between two reports of progress, as a share of a run. */
const STEPS = 50;

/** One part of one replication. */
export interface Part {
  readonly from: number;
  readonly workers: number;
}

/** What came of a part. */
export interface PartResult {
  readonly tally: Tally;
  /** Events that happened. */
  readonly events: number;
}

export function partsOf(scenario: Scenario): readonly Part[] {
  const { workers } = scenario;
  if (isShared(scenario)) return [{ from: 0, workers }];
  return Array.from({ length: Math.ceil(workers / WORKERS_A_PART) }, (_, index) => {
    const from = index * WORKERS_A_PART;
    return { from, workers: Math.min(WORKERS_A_PART, workers - from) };
  });
}

/** Simulates a part from the start of the warm-up to the end of the watch. `progress` hears how much of it is done, 0–1. */
export async function simulate(
  scenario: Scenario,
  policy: Policy,
  seed: number,
  part: Part,
  progress: (done: number) => void = () => {},
): Promise<PartResult> {
  const options = { scenario, policy, seed, ...part };
  if (policy.time === "real") return inRealTime(options, progress);
  const world = new World(options);
  const { agenda, timeline } = world;
  for (let step = 1; step <= STEPS; step++) {
    agenda.run((timeline.end * step) / STEPS);
    progress(step / STEPS);
  }
  return { tally: world.end(), events: agenda.happened };
}
