import { createHash, timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { isLoopback } from "../config/load.js";

/**
 * Who may ask. With a token: who knows it. Without one the port is on loopback, where the danger is a web page in a
 * browser on this machine: its requests carry its own host or origin, and are refused.
 */
export function guard(token: string | undefined): MiddlewareHandler {
  return async (context, next) => {
    if (context.req.path === "/healthz") return next();
    const refusal = token === undefined ? foreign(context) : unknown(context, token);
    return refusal === undefined ? next() : refusal;
  };
}

function foreign(context: Context): Response | undefined {
  const host = hostOf(`http://${context.req.header("host") ?? ""}`);
  if (host === undefined || !isLoopback(host)) {
    return context.json({ error: "The Host header is not a loopback address; use http://127.0.0.1." }, 403);
  }
  const origin = context.req.header("origin");
  if (origin !== undefined && !isLoopback(hostOf(origin) ?? "")) {
    return context.json({ error: "Pages from elsewhere may not ask." }, 403);
  }
  return undefined;
}

function unknown(context: Context, token: string): Response | undefined {
  const given = context.req.header("authorization") ?? "";
  if (timingSafeEqual(digest(given), digest(`Bearer ${token}`))) return undefined;
  context.header("www-authenticate", "Bearer");
  return context.json({ error: "Send the admin token: authorization: Bearer <token>." }, 401);
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}
