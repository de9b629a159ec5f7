import type { ServerOptions } from "node:http";
import type { Config } from "./config/load.js";

const LOOK_AT_MOST_EVERY_MS = 5_000;

/** What bounds a request on its way in. Node looks at all connections now and then; often enough for the shortest limit. */
export function arrivalLimits(listen: Config["listen"]): ServerOptions {
  const { requestTimeoutMs, keepAliveTimeoutMs, maxHeaderBytes } = listen;
  const headersTimeoutMs = Math.min(listen.headersTimeoutMs, requestTimeoutMs);
  return {
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    maxHeaderSize: maxHeaderBytes,
    connectionsCheckingInterval: Math.min(LOOK_AT_MOST_EVERY_MS, headersTimeoutMs),
    // Whatever the environment says: a lenient parser is how requests are smuggled.
    insecureHTTPParser: false,
    requireHostHeader: true,
  };
}
