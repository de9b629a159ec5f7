import { figuresOf } from "./figures.js";
import { isMistaken, type Replay } from "./replay.js";

/** Everything, for programs. Times as in the log, in milliseconds. */
export function replayJson({ log, span, rows }: Replay): object {
  return {
    name: "replay",
    calls: log.calls.length,
    unsent: log.unsent,
    torn: log.torn,
    ...span,
    policies: rows.map((row) => ({
      policy: row.policy.id,
      title: row.policy.title,
      figures: figuresOf(row, span),
      openings: row.openings.map((opening) => ({ ...opening, mistaken: isMistaken(opening) })),
    })),
  };
}
