import type { Circuits } from "recloser";
import { fleetOfOne } from "./admin/fleet.js";
import { startAdmin } from "./admin/server.js";
import { ConfigError } from "./config/config-error.js";
import type { Config } from "./config/load.js";
import { reloadable } from "./config/restart.js";
import { startEngine } from "./engine/engine.js";
import { createLog, type Log } from "./log.js";
import { startNotifier } from "./notify/notifier.js";
import { every } from "./state/every.js";
import { StateStore } from "./state/store.js";

/** A gateway that runs, in this process or in several. */
export interface Running {
  /** Where callers connect, e.g. `http://127.0.0.1:8787`. */
  readonly url: string;
  /** Health, circuits, events and metrics. */
  readonly adminUrl: string;
  /**
   * Takes up another configuration. Open requests end as they began; what was learned is kept.
   *
   * @returns the options that wait for a restart.
   */
  reload(config: Config): readonly string[];
  /** Stops: nothing new is accepted, calls in flight may end within `drainMs`, the rest is broken off. Safe to call twice. */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}

export interface Gateway extends Running {
  readonly circuits: Circuits;
}

/**
 * Starts a gateway in this process. When it resolves both ports are bound; when it rejects none is.
 *
 * @throws ListenError when an address cannot be had, ConfigError when `workers` is more than 1.
 */
export async function startGateway(config: Config, log: Log = createLog(config.log.level)): Promise<Gateway> {
  if (config.workers > 1) {
    throw new ConfigError([
      `workers is ${config.workers}, but this process can be only one; run the command recloser gateway.`,
    ]);
  }
  const { file, everyMs } = config.state;
  const store = await StateStore.open(config, log);
  const engine = await startEngine({ config, log, memories: store.of(1) });
  const fleet = fleetOfOne(engine);
  const notifier = startNotifier({ config, events: engine.events, fleet, log });
  const sources = (current: Config) => ({
    config: current,
    circuits: engine.circuits,
    fleet,
    events: engine.events,
    notified: notifier.fates,
    log,
  });
  const admin = await startAdmin(sources(config)).catch(async (error: unknown) => {
    await notifier.close();
    await engine.close(0);
    throw error;
  });
  const save = async () => {
    if (file === undefined) return;
    await engine.collect((batch) => store.put(1, batch));
    await store.save();
  };
  const stopSaving = every(everyMs, save);

  let running = config;
  let closing: Promise<void> | undefined;
  async function close(drainMs: number): Promise<void> {
    await engine.close(drainMs);
    await notifier.close();
    await stopSaving();
    await save();
    await admin.close();
  }
  return {
    url: engine.url,
    adminUrl: admin.url,
    get circuits() {
      return engine.circuits;
    },
    reload(next) {
      const { config: possible, waiting } = reloadable(running, next);
      running = possible;
      engine.reload(possible);
      notifier.renew(possible);
      admin.renew(sources(possible));
      return waiting;
    },
    close: ({ drainMs = running.drainMs } = {}) => (closing ??= close(drainMs)),
  };
}
