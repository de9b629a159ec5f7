import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";
import type { Board } from "../server/board.js";
import { createHandler } from "../server/handler.js";
import { listenerFor } from "../server/node-http.js";

const running: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of running.splice(0)) await close();
});

/** Serves a board of a test's own, e.g. one in virtual time. */
export async function serving(
  board: Board,
  options: { token?: string; port?: number } = {},
): Promise<Served> {
  const server = createServer(listenerFor(createHandler({ board, token: options.token })));
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  running.push(close);
  return { url: `http://127.0.0.1:${port}`, port, close };
}

export interface Served {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}
