import { Circuits } from "recloser";
import { EventLog } from "./admin/events.js";
import { createAdmin } from "./admin/server.js";
import { Tallies } from "./admin/tallies.js";
import { circuitOptions } from "./config/circuit-options.js";
import type { Config } from "./config/load.js";
import { listen, urlOf } from "./listen.js";
import { createLog, type Log } from "./log.js";
import { createProxy } from "./proxy/server.js";

/** A circuit's time passes only when it is looked at; an idle one would show yesterday's state. */
const LOOK_EVERY_MS = 500;

export interface Gateway {
  /** Where callers connect, e.g. `http://127.0.0.1:8787`. */
  readonly url: string;
  /** Health, circuits, events and metrics. */
  readonly adminUrl: string;
  readonly circuits: Circuits;
  /** Stops: nothing new is accepted, calls in flight may end within `drainMs`, the rest is broken off. Safe to call twice. */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}

/**
 * Starts a gateway. When it resolves both ports are bound; when it rejects none is.
 *
 * @throws ListenError when an address cannot be had.
 */
export async function startGateway(config: Config, log: Log = createLog(config.log.level)): Promise<Gateway> {
  const circuits = new Circuits(circuitOptions(config));
  const proxy = createProxy(config, circuits, log);
  const events = new EventLog(circuits);
  const tallies = new Tallies(circuits, config.limits.maxCircuits);
  const admin = createAdmin({ config, circuits, proxy, events, tallies, log });
  circuits.on("transition", ({ circuit, from, to, epoch, message }) => {
    log[to === "open" ? "warn" : "info"]({ circuit, from, to, epoch }, `${circuit} is ${to}: ${message}`);
  });

  const address = await listen(proxy.server, config.listen.host, config.listen.port, "--port or listen.port");
  const adminAddress = await listen(
    admin.server,
    config.admin.host,
    config.admin.port,
    "--admin-port or admin.port",
  ).catch(async (error: unknown) => {
    events.close();
    await proxy.drain(0);
    throw error;
  });
  const look = setInterval(() => {
    for (const circuit of circuits) circuit.state;
  }, LOOK_EVERY_MS);
  look.unref();

  let closing: Promise<void> | undefined;
  async function close(drainMs: number): Promise<void> {
    await proxy.drain(drainMs);
    clearInterval(look);
    events.close();
    await admin.close();
  }
  return {
    url: urlOf(address),
    adminUrl: urlOf(adminAddress),
    circuits,
    close: ({ drainMs = config.drainMs } = {}) => (closing ??= close(drainMs)),
  };
}
