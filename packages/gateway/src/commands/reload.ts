import { ConfigError } from "../config/config-error.js";
import type { Config } from "../config/load.js";
import type { Running } from "../gateway.js";
import type { Log } from "../log.js";

/**
 * Takes up the configuration as it is now. A bad one is refused whole: one line says why, and the old one goes on.
 *
 * @param load undefined: there is no file.
 */
export function reload(running: Running, load: (() => Config) | undefined, log: Log): void {
  if (load === undefined) {
    log.warn("There is nothing to reload: the gateway was started without --config.");
    return;
  }
  try {
    const waiting = running.reload(load());
    log.info(
      { waiting },
      waiting.length === 0 ? "Reloaded." : `Reloaded; ${waiting.join(", ")} will change at the next start.`,
    );
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    log.error({ problems: error.problems }, "The new configuration is refused, the old one goes on.");
  }
}
