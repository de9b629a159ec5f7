import { Board, type BoardSource, createHandler } from "@recloser/dashboard";
import type { MiddlewareHandler } from "hono";
import type { Circuits } from "recloser";
import type { Config } from "../../config/load.js";
import type { EventLog } from "../events.js";
import type { Fleet } from "../fleet.js";
import { FleetSource } from "./fleet-source.js";

export interface PageSources {
  readonly config: Config;
  /** Where there is only one worker, its circuits. */
  readonly circuits?: Circuits | undefined;
  readonly fleet: Fleet;
  readonly events: EventLog;
}

/** What was seen outlives a reload of the configuration, as the events do. */
const boards = new WeakMap<EventLog, Board>();

/**
 * The on-call page and its data, before the guard: the page itself is for everybody who gets here, and asks for the token;
 * its data has a guard of its own, as strict.
 */
export function onCallPage({ config, circuits, fleet, events }: PageSources): MiddlewareHandler {
  const board = boardOf(events, () => circuits ?? new FleetSource(fleet, events));
  if (circuits !== undefined) board.follow(circuits);
  const handler = createHandler({ board, token: config.admin.token });
  return async (context, next) => {
    // Programs get a list of what there is.
    if (context.req.path === "/" && !/\btext\/html\b/.test(context.req.header("accept") ?? "")) return next();
    return (await handler(context.req.raw)) ?? next();
  };
}

function boardOf(events: EventLog, source: () => BoardSource): Board {
  const known = boards.get(events);
  if (known !== undefined) return known;
  const followed = source();
  const board = new Board(followed);
  boards.set(events, board);
  const untilClosed = () => {
    if (!events.closed) {
      events.onNews(untilClosed);
      return;
    }
    board.close();
    if (followed instanceof FleetSource) followed.close();
  };
  untilClosed();
  return board;
}
