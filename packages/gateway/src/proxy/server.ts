import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Circuits } from "recloser";
import {
  circuitName,
  clientDeadline,
  formatOf,
  isGeneration,
  readRequest,
  rejectionFacts,
} from "recloser/wire";
import { bugOf } from "../bug.js";
import type { Config } from "../config/load.js";
import type { Provider } from "../config/providers.js";
import type { Log } from "../log.js";
import { readBody } from "./body.js";
import { closeWithConnection } from "./closing.js";
import { Exchange } from "./exchange.js";
import { headersUpstream } from "./headers.js";
import { gatewayFacts, sendAnswer, sendBug } from "./reject.js";
import { routeOf } from "./routes.js";
import { Upstream } from "./upstream.js";

/** A request must have arrived whole within this; an LLM's is small. */
const ARRIVAL_MS = 60_000;
const HEADERS_MS = 15_000;
/** Longer than clients keep idle connections, so that it is never us who close one under a request. */
const KEEP_ALIVE_MS = 75_000;
const MOST_HEADERS_BYTES = 65_536;

/** The data plane. */
export interface DataPlane {
  readonly server: Server;
  /** Requests that have not been answered in full. */
  readonly open: number;
  readonly draining: boolean;
  /** Accepts nothing new and waits for what is open, at most `drainMs`; then breaks the rest off visibly. */
  drain(drainMs: number): Promise<void>;
}

export function createProxy(config: Config, circuits: Circuits, log: Log): DataPlane {
  const upstreams = new Map(config.providers.map((provider) => [provider.name, new Upstream(provider)]));
  const exchanges = new Set<Exchange>();
  let open = 0;
  let draining = false;
  let whenIdle: (() => void) | undefined;

  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: HEADERS_MS,
      requestTimeout: ARRIVAL_MS,
      maxHeaderSize: MOST_HEADERS_BYTES,
    },
    (req, res) => {
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
        log.error(
          { bug: bugOf(error) },
          "A request failed because of a bug in the gateway; please report it.",
        );
        sendBug(res, undefined);
      });
    },
  );

  async function take(req: IncomingMessage, res: ServerResponse): Promise<void> {
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
      call(route.provider, route.path, body, req, res);
    }
  }

  function call(
    provider: Provider,
    path: string,
    body: Buffer,
    req: IncomingMessage,
    res: ServerResponse,
  ): void {
    const upstream = upstreams.get(provider.name);
    if (upstream === undefined) throw new Error("a provider without an upstream");
    const method = req.method ?? "GET";
    const { limits } = config;
    const { maxModelLength } = limits;
    const { model, streaming, format } = readRequest({
      path,
      body,
      accept: req.headers.accept,
      maxModelLength,
    });
    // The rest (lists of models, files, batches) says little and is never refused.
    const guarded = isGeneration({ method, path, format, model });
    const circuit = guarded ? circuits.get(circuitName(provider.name, model)) : undefined;
    const deadline = clientDeadline(req.headers, limits.clientTimeoutMs ?? Infinity);
    let exchange: Exchange | undefined;
    const admission = circuit?.admit({ streaming, onAbort: (failure) => exchange?.giveUp(failure) });
    if (admission?.ok === false) {
      sendAnswer(res, format, rejectionFacts(admission.failure, config.rejectStatus));
      return;
    }
    const mine = new Exchange({ upstream, circuit, streaming, format, limits, deadline, log }, res);
    exchange = mine;
    exchanges.add(mine);
    res.once("close", () => exchanges.delete(mine));
    mine.start(admission?.permit, { method, path, headers: headersUpstream(req.rawHeaders), body });
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
    await Promise.all([...upstreams.values()].map((upstream) => upstream.destroy()));
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
    drain,
  };
}
