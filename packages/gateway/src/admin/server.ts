import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { listen, urlOf } from "../listen.js";
import { type AdminSources, createApp } from "./app.js";

export interface Admin {
  readonly url: string;
  /** Answers from these from now on: another token, other circuits. */
  renew(sources: AdminSources): void;
  close(): Promise<void>;
}

/**
 * The admin plane: a server of its own, so that whoever may call a model may not open its circuit. Resolves when its port
 * is bound.
 *
 * @throws ListenError when the address cannot be had.
 */
export async function startAdmin(sources: AdminSources): Promise<Admin> {
  let app = createApp(sources);
  const server = createAdaptorServer({
    fetch: (request, bindings) => app.fetch(request, bindings),
    overrideGlobalObjects: false,
    serverOptions: { headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16_384 },
  }) as Server;
  const { host, port } = sources.config.admin;
  const address = await listen(server, host, port, "--admin-port or admin.port");
  return {
    url: urlOf(address),
    renew(next) {
      app = createApp(next);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
