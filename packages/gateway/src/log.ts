import { type Logger, pino } from "pino";
import type { Config } from "./config/load.js";

export type Log = Pick<Logger, "debug" | "info" | "warn" | "error">;

/**
 * JSON lines on stderr. Nothing that a caller or a provider wrote is ever given to it: no bodies, no headers, no query
 * strings; only names of circuits, codes, and sentences of our own.
 */
export function createLog(level: Config["log"]["level"]): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
