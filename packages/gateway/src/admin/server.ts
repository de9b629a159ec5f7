import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { type AdminSources, createApp } from "./app.js";

/** The admin plane: a server of its own, so that whoever may call a model may not open its circuit. */
export function createAdmin(sources: AdminSources): { readonly server: Server; close(): Promise<void> } {
  const app = createApp(sources);
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  return {
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
