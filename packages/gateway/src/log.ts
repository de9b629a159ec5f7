import { type Logger, pino } from "pino";
import type { Config } from "./config/load.js";
import { stderrSink } from "./log-sink.js";
import { redacted, redactedText } from "./redact.js";

export type Log = Pick<Logger, "debug" | "info" | "warn" | "error" | "level">;

/**
 * JSON lines on stderr. Nothing that a caller or a provider wrote is ever given to it: no bodies, no headers, no query
 * strings; only names of circuits, codes, and sentences of our own. What looks like a secret all the same is taken out.
 */
export function createLog(
  level: Config["log"]["level"],
  sink: { write(line: string): void } = stderrSink(),
  worker?: number,
): Log {
  return pino(
    {
      level,
      base: worker === undefined ? null : { worker },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redacted(fields) as Record<string, unknown>,
      },
      hooks: {
        logMethod(given, method) {
          const clean = given.map((part: unknown) => (typeof part === "string" ? redactedText(part) : part));
          method.apply(this, clean as Parameters<typeof method>);
        },
      },
    },
    sink,
  );
}
