import { Hono } from "hono";
import type { CircuitSnapshot, Circuits } from "recloser";
import { z } from "zod";
import { bugOf } from "../bug.js";
import type { Config } from "../config/load.js";
import type { Log } from "../log.js";
import type { DataPlane } from "../proxy/server.js";
import { readJson } from "./body.js";
import { eventStream } from "./event-stream.js";
import type { EventLog } from "./events.js";
import { guard } from "./guard.js";
import { createMetrics } from "./metrics.js";
import type { Tallies } from "./tallies.js";

export interface AdminSources {
  readonly config: Config;
  readonly circuits: Circuits;
  readonly proxy: Pick<DataPlane, "open" | "draining">;
  readonly events: EventLog;
  readonly tallies: Tallies;
  readonly log: Log;
}

const LONGEST_HOLD_MS = 24 * 3_600_000;

const circuitName = z
  .string({ error: "give the circuit's name" })
  .min(1, { error: "give the circuit's name" });
const forceSchema = z.strictObject({
  circuit: circuitName,
  to: z.enum(["open", "closed"], { error: 'give "open" or "closed"' }),
  forMs: z
    .number({ error: "give milliseconds, at most a day" })
    .min(1, { error: "give milliseconds of at least 1" })
    .max(LONGEST_HOLD_MS, { error: "give milliseconds, at most a day" }),
  reason: z
    .string({ error: "say why, for whoever reads the events" })
    .regex(/^[^\p{Cc}]{1,200}$/u, { error: "say why, in 1 to 200 characters on one line" }),
});
const releaseSchema = z.strictObject({ circuit: circuitName });

/** What operators and their tools see. */
export function createApp({ config, circuits, proxy, events, tallies, log }: AdminSources): Hono {
  const app = new Hono();
  const metrics = createMetrics({ circuits, tallies, proxy });
  const now = () => new Date().toISOString();
  const find = (name: string) => [...circuits].find((circuit) => circuit.name === name);

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
        "GET /healthz",
        "GET /metrics",
        "GET /api/circuits",
        "GET /api/circuits/:name",
        "GET /api/events",
        "POST /api/circuits/force",
        "POST /api/circuits/release",
      ],
    }),
  );
  app.get("/healthz", (context) =>
    proxy.draining
      ? context.json({ status: "draining", openRequests: proxy.open }, 503)
      : context.json({ status: "ok", openRequests: proxy.open, circuits: circuits.size }),
  );
  app.get("/metrics", async (context) =>
    context.body(await metrics.text(), 200, { "content-type": metrics.contentType }),
  );

  app.get("/api/circuits", (context) => {
    const at = now();
    return context.json(circuits.snapshot().map((snapshot) => ({ at, ...forPeople(snapshot) })));
  });
  app.get("/api/circuits/:name{.+}", (context) => {
    const circuit = find(context.req.param("name"));
    return circuit === undefined
      ? context.json({ error: "There is no such circuit; GET /api/circuits lists them." }, 404)
      : context.json({ at: now(), ...forPeople(circuit.snapshot()) });
  });
  app.get("/api/events", (context) =>
    context.body(eventStream(events, context.req.header("last-event-id")), 200, {
      "content-type": "text/event-stream",
    }),
  );

  app.post("/api/circuits/force", async (context) => {
    const read = await readJson(context, forceSchema);
    if (!read.ok) return context.json({ error: read.error }, read.status);
    const { circuit: name, to, forMs, reason } = read.body;
    const circuit = find(name);
    if (circuit === undefined)
      return context.json({ error: "There is no such circuit; GET /api/circuits lists them." }, 404);
    circuit.force(to, { forMs, reason });
    return context.json({ at: now(), ...forPeople(circuit.snapshot()) });
  });
  app.post("/api/circuits/release", async (context) => {
    const read = await readJson(context, releaseSchema);
    if (!read.ok) return context.json({ error: read.error }, read.status);
    const circuit = find(read.body.circuit);
    if (circuit === undefined)
      return context.json({ error: "There is no such circuit; GET /api/circuits lists them." }, 404);
    circuit.release();
    return context.json({ at: now(), ...forPeople(circuit.snapshot()) });
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

/** Without what only a restart needs. */
function forPeople({ memory: _, ...snapshot }: CircuitSnapshot): Omit<CircuitSnapshot, "memory"> {
  return snapshot;
}
