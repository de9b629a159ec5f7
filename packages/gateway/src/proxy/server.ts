import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Circuits } from "recloser";
import { formatOf } from "recloser/wire";
import { arrivalLimits } from "../arrival.js";
import { bugOf } from "../bug.js";
import type { Config } from "../config/load.js";
import type { Provider } from "../config/providers.js";
import type { Recorder } from "../journal/recorder.js";
import type { Log } from "../log.js";
import { readBody } from "./body.js";
import { callOf } from "./call.js";
import { closeWithConnection } from "./closing.js";
import { Exchange } from "./exchange.js";
import { gatewayFacts, sendAnswer, sendBug } from "./reject.js";
import { routeOf } from "./routes.js";
import { Serving } from "./serving.js";

/** The data plane. */
export interface DataPlane {
  readonly server: Server;
  /** Requests that have not been answered in full. */
  readonly open: number;
  readonly draining: boolean;
  /** Serves requests from now on with these; those that are open keep theirs. */
  reload(config: Config, circuits: Circuits): void;
  /** Accepts nothing new and waits for what is open, at most `drainMs`; then breaks the rest off visibly. */
  drain(drainMs: number): Promise<void>;
}

export function createProxy(config: Config, circuits: Circuits, log: Log, recorder?: Recorder): DataPlane {
  let serving = new Serving(config, circuits);
  const exchanges = new Set<Exchange>();
  let open = 0;
  let draining = false;
  let whenIdle: (() => void) | undefined;

  const server = createServer(arrivalLimits(config.listen), (req, res) => {
    open++;
    closeWithConnection(res);
    // A write that meets a socket just gone is no news: "close" tells.
    res.on("error", () => {});
    res.once("close", () => {
      open--;
      if (!draining) return;
      server.closeIdleConnections();
      if (open === 0) whenIdle?.();
    });
    if (draining) res.shouldKeepAlive = false;
    take(req, res).catch((error: unknown) => {
      log.error({ bug: bugOf(error) }, "A request failed because of a bug in the gateway; please report it.");
      sendBug(res, undefined);
    });
  });

  async function take(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const now = serving;
    res.once("close", now.use());
    const { config } = now;
    const route = routeOf(config.providers, req.url ?? "/");
    const body = await readBody(req, config.limits.maxBodyBytes);
    if (body === "gone") return;
    const format = formatOf({ path: req.url });
    if (body === "too-large") {
      const message = `The request's body has more than ${config.limits.maxBodyBytes} bytes; send less, or raise limits.maxBodyBytes.`;
      sendAnswer(res, format, gatewayFacts(413, "body_too_large", message));
    } else if (route.kind === "refused") {
      sendAnswer(res, format, gatewayFacts(400, "bad_request", route.message));
    } else if (route.kind === "nowhere") {
      sendAnswer(res, format, gatewayFacts(404, "no_provider", route.message));
    } else {
      call(now, route.provider, route.path, body, req, res);
    }
  }

  function call(
    now: Serving,
    provider: Provider,
    path: string,
    body: Buffer,
    req: IncomingMessage,
    res: ServerResponse,
  ): void {
    const call = callOf(now.config, { provider, path, body, req, log, recorder });
    if (call.kind === "refused") {
      sendAnswer(res, formatOf({ path }), gatewayFacts(400, "bad_request", call.message));
      return;
    }
    const exchange = new Exchange(call, now, res);
    exchanges.add(exchange);
    res.once("close", () => exchanges.delete(exchange));
    exchange.start();
  }

  async function drain(drainMs: number): Promise<void> {
    if (draining) return;
    draining = true;
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    server.closeIdleConnections();
    await idleWithin(drainMs);
    for (const exchange of [...exchanges]) exchange.shutDown();
    // What was just broken off gets a moment to be read.
    await idleWithin(Math.min(drainMs, 1_000));
    server.closeAllConnections();
    await closed;
    await serving.destroy();
  }

  function idleWithin(limitMs: number): Promise<void> {
    if (open === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      whenIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  return {
    server,
    get open() {
      return open;
    },
    get draining() {
      return draining;
    },
    reload(config, circuits) {
      const before = serving;
      serving = new Serving(config, circuits, before);
      before.replacedBy(serving);
    },
    drain,
  };
}
