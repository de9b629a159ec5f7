import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Board, type BoardOptions } from "./board.js";
import { isLoopback } from "./guard.js";
import { createHandler } from "./handler.js";
import { listenerFor } from "./node-http.js";
import type { BoardSource } from "./source.js";

/** Where and how the page is served. */
export interface DashboardOptions extends BoardOptions {
  /** The address to listen on. Off loopback it needs a `token`. Default 127.0.0.1. */
  readonly host?: string;
  /** 0 to 65535; 0, the default, takes a free one. */
  readonly port?: number;
  /** At least 16 characters; the page asks for it, and programs send `authorization: Bearer <token>`. Default: none. */
  readonly token?: string;
}

export interface Dashboard {
  /** Where the page is, e.g. `http://127.0.0.1:8788`. */
  readonly url: string;
  /** Stops serving and forgets the history. Safe to call twice. */
  close(): Promise<void>;
}

const SHORTEST_TOKEN = 16;

/**
 * Serves the on-call page for circuits of this process. It listens to their events, and looks at each every few seconds to
 * keep an hour of history; it changes nothing about calls. It does not keep the process alive.
 *
 * @throws TypeError or RangeError that names the option and the remedy; an Error when the address cannot be had.
 *
 * @example
 * const circuits = new Circuits();
 * const dashboard = await serveDashboard(circuits, { port: 8790 });
 * console.log(dashboard.url);
 */
export async function serveDashboard(
  circuits: BoardSource,
  options: DashboardOptions = {},
): Promise<Dashboard> {
  const { host = "127.0.0.1", port = 0, token, ...rest } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new RangeError(`port is ${port}; give a whole number from 0 to 65535.`);
  if (token !== undefined && (typeof token !== "string" || token.length < SHORTEST_TOKEN))
    throw new TypeError(`token is shorter than ${SHORTEST_TOKEN} characters; give a longer one.`);
  if (token === undefined && !isLoopback(host))
    throw new TypeError(
      `host is "${host}", where others can reach it; give a token too, or listen on 127.0.0.1.`,
    );

  const board = new Board(circuits, rest);
  const server = createServer(listenerFor(createHandler({ board, token })));
  server.headersTimeout = 10_000;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
  } catch (error) {
    board.close();
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    throw new Error(`Cannot listen on ${host}, port ${port} (${code}); give another host or port.`, {
      cause: error,
    });
  }
  server.unref();
  const { address, family, port: taken } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${taken}`,
    close: () =>
      (closing ??= new Promise((resolve) => {
        board.close();
        server.close(() => resolve());
        server.closeAllConnections();
      })),
  };
}
