import type { Scenario } from "@recloser/lab";

/** The whole hour, some minutes of it, or only enough to show that it runs. */
export type Size = "full" | "part" | "quick";

const MINUTE_MS = 60_000;
const QUICK_WORKERS = 500;

/** The same world, for less virtual time: the healthy stretches are shorter, and so is the fault between them. */
export function sized(fleet: Scenario, size: Size): Scenario {
  if (size === "full") return fleet;
  return {
    ...fleet,
    workers: size === "quick" ? QUICK_WORKERS : fleet.workers,
    warmUpMs: MINUTE_MS,
    watchMs: 4 * MINUTE_MS,
    // A twelfth of the watch, as in the whole hour.
    phases: fleet.phases.map((phase) => ({
      ...phase,
      fromMs: 2 * MINUTE_MS,
      untilMs: 2 * MINUTE_MS + MINUTE_MS / 3,
    })),
  };
}

/** Virtual time that a run takes through, warm-up included. */
export function virtualMs({ warmUpMs, watchMs }: Scenario): number {
  return warmUpMs + watchMs;
}
