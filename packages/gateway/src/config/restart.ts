import { isDeepStrictEqual } from "node:util";
import type { Config } from "./load.js";

/** What a running gateway is bound to. */
const BOUND = ["listen", "workers", "state", "journal"] as const;

/**
 * A new configuration as a running gateway can take it up, and the options that have changed and wait for a restart.
 */
export function reloadable(running: Config, next: Config): { config: Config; waiting: string[] } {
  const waiting: string[] = BOUND.filter((key) => !isDeepStrictEqual(running[key], next[key]));
  const { host, port } = running.admin;
  if (host !== next.admin.host) waiting.push("admin.host");
  if (port !== next.admin.port) waiting.push("admin.port");
  const { listen, workers, state, journal } = running;
  return {
    config: { ...next, listen, workers, state, journal, admin: { ...next.admin, host, port } },
    waiting,
  };
}
