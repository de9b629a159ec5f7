import { connect } from "node:net";
import type { Config } from "../config/load.js";
import type { Provider } from "../config/providers.js";
import { startGateway } from "../gateway.js";
import { createLog, type Log } from "../log.js";
import { stderrSink } from "../log-sink.js";
import { startPrimary } from "../workers/primary.js";
import { reload } from "./reload.js";

const REACH_MS = 3_000;

/**
 * Runs a gateway until a signal stops it. Resolves when it has stopped.
 *
 * @param load reads the configuration.
 * @param source whether it may read something else at a SIGHUP: flags do not change.
 */
export async function runGateway(load: () => Config, source: "file" | "flags"): Promise<void> {
  const config = load();
  const log = createLog(config.log.level);
  // Whoever reads our words may leave: that is no reason to go.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  const gateway = await (config.workers > 1 ? startPrimary(config, log) : startGateway(config, log));
  process.on("SIGHUP", () => reload(gateway, source === "file" ? load : undefined, log));
  const stopped = new Promise<void>((resolve) => {
    let stopping = false;
    const stop = (signal: NodeJS.Signals) => {
      if (stopping) process.exit(1);
      stopping = true;
      log.info({ signal }, "Stopping: calls in flight may end; a second signal stops at once.");
      gateway.close().then(resolve, resolve);
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
  });
  // Signals are heard by now: whoever reads these lines may send one.
  process.stdout.write(
    `recloser gateway: ${gateway.url}\nrecloser admin:   ${gateway.adminUrl}\n${pathsOf(config)}`,
  );
  for (const provider of config.providers) void warnIfUnreachable(provider, log);
  await stopped;
  await stderrSink().idle();
}

/** Which path leads where; nothing for a single provider at `/`. */
function pathsOf({ providers }: Config): string {
  if (providers.length === 1 && providers[0]?.prefix === "") return "";
  return providers
    .map(({ prefix, origin, basePath }) => `  ${prefix === "" ? "/" : prefix} → ${origin}${basePath}\n`)
    .join("");
}

/** A sidecar must not refuse to start because its provider has a bad day, but it says so. */
async function warnIfUnreachable(provider: Provider, log: Log): Promise<void> {
  const why = await unreachable(new URL(provider.origin));
  if (why === undefined) return;
  log.warn(
    { provider: provider.name, code: why },
    `${provider.origin} cannot be reached (${why}); the gateway serves all the same, calls will fail until it can.`,
  );
}

function unreachable(origin: URL): Promise<string | undefined> {
  const port = origin.port === "" ? (origin.protocol === "https:" ? 443 : 80) : Number(origin.port);
  return new Promise((resolve) => {
    const socket = connect({ host: origin.hostname.replace(/^\[|\]$/g, ""), port, timeout: REACH_MS });
    const done = (why: string | undefined) => {
      socket.destroy();
      resolve(why);
    };
    socket.unref();
    socket.once("connect", () => done(undefined));
    socket.once("timeout", () => done("no answer"));
    socket.once("error", (error: NodeJS.ErrnoException) => done(error.code ?? "no connection"));
  });
}
