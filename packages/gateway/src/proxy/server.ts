import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Circuits } from "recloser";
import { formatOf } from "recloser/wire";
import { arrivalLimits } from "../arrival.js";
import { bugOf } from "../bug.js";
import type { Config } from "../config/load.js";
import type { Recorder } from "../journal/recorder.js";
import type { Log } from "../log.js";
import { type Body, readBody } from "./body.js";
import { callOf } from "./call.js";
import { closed, closeWithConnection } from "./closing.js";
import { Crowd, type Placed } from "./crowd.js";
import { Exchange } from "./exchange.js";
import { gatewayFacts, sendAnswer, sendBug } from "./reject.js";
import { type Route, routeOf } from "./routes.js";
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

/** One request's stay: from its head to the end of its answer, or of its connection. */
interface Visit extends Placed {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly serving: Serving;
  /** Once it is known to be a call for a provider. */
  exchange: Exchange | undefined;
}

export function createProxy(config: Config, circuits: Circuits, log: Log, recorder?: Recorder): DataPlane {
  let serving = new Serving(config, circuits);
  const visits = new Crowd<Visit>();
  let draining = false;
  let whenIdle: (() => void) | undefined;

  const server = createServer(arrivalLimits(config.listen), (req, res) => {
    const visit: Visit = { req, res, serving, exchange: undefined, place: -1 };
    visits.enter(visit);
    serving.enter();
    closeWithConnection(res);
    // A write that meets a socket just gone is no news: "close" tells.
    res.on("error", ignore);
    res.on("close", () => left(visit));
    if (draining) res.shouldKeepAlive = false;
    guarded(visit, () => {
      const { providers, limits } = visit.serving.config;
      const route = routeOf(providers, req.url ?? "/");
      readBody(req, limits.maxBodyBytes, (body) => guarded(visit, () => take(visit, route, body)));
    });
  });

  /** Comes once or twice for a response; only the first counts. */
  function left(visit: Visit): void {
    if (visit.place === -1) return;
    visits.leave(visit);
    closed(visit.res);
    visit.exchange?.clientLeft();
    visit.serving.leave();
    if (!draining) return;
    server.closeIdleConnections();
    if (visits.size === 0) whenIdle?.();
  }

  function guarded({ res }: Visit, work: () => void): void {
    try {
      work();
    } catch (error) {
      log.error({ bug: bugOf(error) }, "A request failed because of a bug in the gateway; please report it.");
      sendBug(res, undefined);
    }
  }

  function take(visit: Visit, route: Route, body: Body): void {
    const { req, res, serving } = visit;
    if (visit.place === -1) return;
    const refuse = (status: number, code: string, message: string): void =>
      sendAnswer(res, formatOf({ path: req.url }), gatewayFacts(status, code, message));
    if (body === "too-large") {
      const { maxBodyBytes } = serving.config.limits;
      const message = `The request's body has more than ${maxBodyBytes} bytes; send less, or raise limits.maxBodyBytes.`;
      refuse(413, "body_too_large", message);
      return;
    }
    switch (route.kind) {
      case "refused":
        refuse(400, "bad_request", route.message);
        return;
      case "nowhere":
        refuse(404, "no_provider", route.message);
        return;
      case "provider": {
        const { provider, path } = route;
        const call = callOf(serving.config, { provider, path, body, req, log, recorder });
        if (call.kind === "refused") {
          sendAnswer(res, formatOf({ path }), gatewayFacts(400, "bad_request", call.message));
          return;
        }
        visit.exchange = new Exchange(call, serving, res);
        visit.exchange.start();
      }
    }
  }

  async function drain(drainMs: number): Promise<void> {
    if (draining) return;
    draining = true;
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    server.closeIdleConnections();
    await idleWithin(drainMs);
    for (const { exchange } of visits.all()) exchange?.shutDown();
    // What was just broken off gets a moment to be read.
    await idleWithin(Math.min(drainMs, 1_000));
    server.closeAllConnections();
    await closed;
    await serving.destroy();
  }

  function idleWithin(limitMs: number): Promise<void> {
    if (visits.size === 0) return Promise.resolve();
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
      return visits.size;
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

function ignore(): void {}
