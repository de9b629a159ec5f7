import cluster from "node:cluster";
import { randomBytes } from "node:crypto";
import { EventLog } from "../admin/events.js";
import type { Fleet } from "../admin/fleet.js";
import { startAdmin } from "../admin/server.js";
import type { Config } from "../config/load.js";
import { reloadable } from "../config/restart.js";
import type { Running } from "../gateway.js";
import { ListenError } from "../listen.js";
import type { Log } from "../log.js";
import { startNotifier } from "../notify/notifier.js";
import { every } from "../state/every.js";
import { StateStore } from "../state/store.js";
import type { FromWorker } from "./messages.js";
import { Notes } from "./notes.js";
import { Slot } from "./slot.js";

/** What a worker gets beyond `drainMs` before it is ended by force. */
const GRACE_MS = 3_000;

/**
 * Starts several workers, which share the port for callers and nothing else, and an admin plane over all of them. Resolves
 * when every worker serves.
 *
 * @throws ListenError when an address cannot be had; then nothing is left running.
 */
export async function startPrimary(config: Config, log: Log): Promise<Running> {
  cluster.setupPrimary({ serialization: "advanced" });
  cluster.schedulingPolicy = cluster.SCHED_RR;
  let running = withHashKey(config);
  const store = await StateStore.open(config, log);
  const events = new EventLog();
  const notes = new Notes();
  const slots: Slot[] = [];
  let draining = false;
  const fleet: Fleet = {
    several: true,
    notes,
    health() {
      const openRequests = slots.reduce((sum, slot) => sum + slot.open, 0);
      const ready = slots.filter((slot) => slot.ready).length;
      if (draining) return { status: "draining", openRequests };
      return {
        status: ready === 0 ? "starting" : "ok",
        openRequests,
        circuits: Math.max(0, ...slots.map((slot) => slot.circuits)),
        workers: { ready, wanted: config.workers },
      };
    },
    async views() {
      const views = await Promise.all(slots.map((slot) => slot.view()));
      return views.filter((view) => view !== undefined);
    },
    async command(command) {
      await Promise.all(slots.map((slot) => slot.command(command)));
    },
  };
  const notifier = startNotifier({ config, events, fleet, log });
  const sources = (current: Config) => ({ config: current, fleet, events, notified: notifier.fates, log });
  const admin = await startAdmin(sources(running));

  function startSlot(number: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const heard = (message: FromWorker) => {
        if (message.kind === "ready") resolve(message.url);
        else if (message.kind === "failed") reject(new ListenError(message.message));
        else if (message.kind === "event") events.add({ ...message.event, worker: number });
        else if (message.kind === "note") notes.tell(message.note, number);
        else if (message.kind === "memories") store.put(number, message.batch);
      };
      const start = (withMemory: boolean) => ({
        kind: "start" as const,
        config: running,
        worker: number,
        memories: withMemory ? store.of(number) : [],
      });
      slots.push(new Slot({ number, log, start, heard, silenceMs: () => running.workerSilenceMs }));
    });
  }

  const numbers = Array.from({ length: config.workers }, (_, index) => index + 1);
  const urls = await Promise.all(numbers.map(startSlot)).catch(async (error: unknown) => {
    for (const slot of slots) slot.kill();
    await notifier.close();
    events.close();
    await admin.close();
    throw error;
  });
  const stopSaving = every(config.state.everyMs, () => store.save());

  let closing: Promise<void> | undefined;
  async function close(drainMs: number): Promise<void> {
    draining = true;
    await Promise.all(slots.map((slot) => slot.stop(drainMs, drainMs + GRACE_MS)));
    await notifier.close();
    await stopSaving();
    await store.save();
    events.close();
    await admin.close();
  }
  return {
    url: urls[0] ?? "",
    adminUrl: admin.url,
    reload(next) {
      const { config: possible, waiting } = reloadable(running, next);
      running = withHashKey({
        ...possible,
        credentials: { ...running.credentials, ...possible.credentials },
      });
      log.level = running.log.level;
      for (const slot of slots) slot.tell({ kind: "reload", config: running });
      notifier.renew(running);
      admin.renew(sources(running));
      return waiting;
    },
    close: ({ drainMs = running.drainMs } = {}) => (closing ??= close(drainMs)),
  };
}

/** Credentials' circuits have the same names in all workers, also where the operator gave no key. */
function withHashKey(config: Config): Config {
  const { credentials } = config;
  const hashKey = credentials.hashKey ?? randomBytes(32).toString("hex");
  return { ...config, credentials: { ...credentials, hashKey } };
}
