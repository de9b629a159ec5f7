import type { BoardEvent } from "../contract/contract.js";

/** An event, and how many failed probes before it it stands for. */
export interface Condensed {
  readonly event: BoardEvent;
  /** Failed probes in a row, this one included; 0 when it is none. */
  readonly probes: number;
  /** When the first of them failed. */
  readonly firstAt: number;
}

/**
 * An outage's many probes as one line: of those that failed in a row only the latest is kept, which says what the others
 * said. Oldest first, as given.
 */
export function condensed(events: readonly BoardEvent[]): readonly Condensed[] {
  const kept: Condensed[] = [];
  for (const event of events) {
    const probes = isFailedProbe(event) ? 1 : 0;
    if (probes === 0) {
      kept.push({ event, probes, firstAt: event.at });
      continue;
    }
    // What this one makes superfluous: that it went to probe, and the failed probe before.
    const probing = kept.findLastIndex((one) => one.event.circuit === event.circuit);
    if (probing !== -1 && isProbing(kept[probing]?.event)) kept.splice(probing, 1);
    const before = kept.findLastIndex(
      (one) => one.event.circuit === event.circuit && one.event.kind !== "judged",
    );
    const earlier = kept[before];
    if (earlier !== undefined && earlier.probes > 0) {
      kept.splice(before, 1);
      kept.push({ event, probes: earlier.probes + 1, firstAt: earlier.firstAt });
    } else {
      kept.push({ event, probes, firstAt: event.at });
    }
  }
  return kept;
}

function isFailedProbe(event: BoardEvent): boolean {
  return event.kind === "transition" && event.from === "half-open" && event.to === "open";
}

function isProbing(event: BoardEvent | undefined): boolean {
  return event?.kind === "transition" && event.from === "open" && event.to === "half-open";
}
