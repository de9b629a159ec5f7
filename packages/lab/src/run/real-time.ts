import { Agenda } from "../engine/agenda.js";
import { World, type WorldOptions } from "../world/world.js";
import type { PartResult } from "./simulate.js";
import { virtualTime } from "./virtual-time.js";

const EVENTS_BETWEEN_REPORTS = 10_000;

/** As `simulate`, for guards that name the system's clock and timers and work with promises: everything waits for these. */
export async function inRealTime(
  options: WorldOptions,
  progress: (done: number) => void,
): Promise<PartResult> {
  const agenda = new Agenda();
  let isStirred = false;
  const stir = (): void => {
    isStirred = true;
  };
  const restore = virtualTime(agenda, stir);
  try {
    const world = new World({ ...options, agenda, stir });
    const { end } = world.timeline;
    while (agenda.step(end)) {
      if (isStirred) {
        isStirred = false;
        await promisesSettled();
      }
      if (agenda.happened % EVENTS_BETWEEN_REPORTS === 0) progress(agenda.now / end);
    }
    agenda.run(end);
    return { tally: world.end(), events: agenda.happened };
  } finally {
    restore();
  }
}

/** An immediate comes after all promises, and after what they have settled in their turn. */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
