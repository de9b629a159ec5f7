import { Hono } from "hono";
import type { Circuits } from "recloser";
import { z } from "zod";
import { bugOf } from "../bug.js";
import type { Config } from "../config/load.js";
import { type Command, processView, type WorkerView } from "../engine/view.js";
import type { Log } from "../log.js";
import type { Fates } from "../notify/courier.js";
import { readJson } from "./body.js";
import { eventStream } from "./event-stream.js";
import type { EventLog } from "./events.js";
import type { Fleet } from "./fleet.js";
import { guard } from "./guard.js";
import { METRICS_TYPE, metricsText } from "./metrics.js";
import { onCallPage } from "./page/page.js";

export interface AdminSources {
  readonly config: Config;
  /** Where there is only one worker, its circuits. */
  readonly circuits?: Circuits | undefined;
  readonly fleet: Fleet;
  readonly events: EventLog;
  readonly notified: Readonly<Fates>;
  readonly log: Log;
}

const LONGEST_HOLD_MS = 24 * 3_600_000;

const circuitName = z
  .string({ error: "give the circuit's name" })
  .min(1, { error: "give the circuit's name" });
const forceSchema = z.strictObject({
  circuit: circuitName,
  to: z.enum(["open", "closed", "observe"], { error: 'give "open", "closed" or "observe"' }),
  forMs: z
    .number({ error: "give milliseconds, at most a day" })
    .min(1, { error: "give milliseconds of at least 1" })
    .max(LONGEST_HOLD_MS, { error: "give milliseconds, at most a day" }),
  reason: z
    .string({ error: "say why, for whoever reads the events" })
    .regex(/^[^\p{Cc}]{1,200}$/u, { error: "say why, in 1 to 200 characters on one line" }),
});
const NO_CIRCUIT = { error: "There is no such circuit; GET /api/circuits lists them." };
const releaseSchema = z.strictObject({ circuit: circuitName });

/** What operators and their tools see. */
export function createApp({ config, circuits, fleet, events, notified, log }: AdminSources): Hono {
  const app = new Hono();
  const now = () => new Date().toISOString();
  const find = async (name: string) => about(name, await fleet.views(), fleet.several);
  const order = async (command: Command) => {
    if ((await find(command.circuit)) === undefined) return undefined;
    await fleet.command(command);
    return await find(command.circuit);
  };

  app.use(onCallPage({ config, circuits, fleet, events }));
  app.use(guard(config.admin.token));
  app.use(async (context, next) => {
    await next();
    context.header("cache-control", "no-store");
    context.header("x-content-type-options", "nosniff");
  });

  app.get("/", (context) =>
    context.json({
      name: "recloser gateway",
      endpoints: [
        "GET / (for browsers: the on-call page)",
        "GET /healthz",
        "GET /metrics",
        "GET /api/circuits",
        "GET /api/circuits/:name",
        "GET /api/events",
        "POST /api/circuits/force",
        "POST /api/circuits/release",
        "GET /api/overview (the page's data)",
        "GET /api/detail/:name",
        "GET /api/live",
        "POST /api/actions",
      ],
    }),
  );
  app.get("/healthz", (context) => {
    const { status, ...rest } = fleet.health();
    return context.json({ status, ...rest }, status === "ok" ? 200 : 503);
  });
  app.get("/metrics", async (context) => {
    const text = await metricsText(await fleet.views(), notified, fleet.several ? processView() : undefined);
    return context.body(text, 200, { "content-type": METRICS_TYPE });
  });

  app.get("/api/circuits", async (context) => {
    const at = now();
    const views = await fleet.views();
    return context.json(
      views.flatMap(({ worker, circuits }) => circuits.map((circuit) => ({ at, worker, ...circuit }))),
    );
  });
  app.get("/api/circuits/:name{.+}", async (context) => {
    const found = await find(context.req.param("name"));
    return found === undefined ? context.json(NO_CIRCUIT, 404) : context.json({ at: now(), ...found });
  });
  app.get("/api/events", (context) =>
    context.body(eventStream(events, context.req.header("last-event-id")), 200, {
      "content-type": "text/event-stream",
    }),
  );

  app.post("/api/circuits/force", async (context) => {
    const read = await readJson(context, forceSchema);
    if (!read.ok) return context.json({ error: read.error }, read.status);
    const held = await order({ kind: "force", ...read.body });
    return held === undefined ? context.json(NO_CIRCUIT, 404) : context.json({ at: now(), ...held });
  });
  app.post("/api/circuits/release", async (context) => {
    const read = await readJson(context, releaseSchema);
    if (!read.ok) return context.json({ error: read.error }, read.status);
    const released = await order({ kind: "release", ...read.body });
    return released === undefined ? context.json(NO_CIRCUIT, 404) : context.json({ at: now(), ...released });
  });

  app.notFound((context) =>
    context.json({ error: "There is no such page; GET / lists what there is." }, 404),
  );
  app.onError((error, context) => {
    log.error(
      { bug: bugOf(error) },
      "An admin request failed because of a bug in the gateway; please report it.",
    );
    return context.json({ error: "A bug in the gateway; see its log." }, 500);
  });
  return app;
}

/** One circuit: as it is, or, where there are several workers, as each of them has it. */
function about(name: string, views: readonly WorkerView[], several: boolean): object | undefined {
  const found = views.flatMap(({ worker, circuits }) =>
    circuits.filter(({ circuit }) => circuit === name).map((circuit) => ({ worker, ...circuit })),
  );
  if (found.length === 0) return undefined;
  return several ? { circuit: name, workers: found } : found[0];
}
