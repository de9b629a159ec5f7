import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Handler } from "./handler.js";

/** A `node:http` listener for a handler of fetch's requests. */
export function listenerFor(handler: Handler): RequestListener {
  return (req, res) => {
    answer(handler, req, res).catch(() => {
      // The reader has left, or nothing sensible can be said any more.
      res.destroy();
    });
  };
}

async function answer(handler: Handler, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const request = requestOf(req);
  if (request === undefined) {
    res
      .writeHead(400, { "content-type": "application/json" })
      .end('{"error":"This is no request for here."}');
    return;
  }
  const response =
    (await handler(request)) ??
    Response.json({ error: "There is no such page; GET / is the one." }, { status: 404 });
  res.writeHead(response.status, Object.fromEntries(response.headers));
  // Headers at once: a stream may say nothing for a while.
  res.flushHeaders();
  if (response.body === null) res.end();
  else await pipeline(Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]), res);
}

/** Undefined when it asks another server, or in a way that no browser does. */
function requestOf(req: IncomingMessage): Request | undefined {
  const { method = "GET", url = "/", headers } = req;
  const target = `http://${headers.host ?? ""}${url}`;
  if (!url.startsWith("/") || url.startsWith("//") || !URL.canParse(target)) return undefined;
  const hasBody = method !== "GET" && method !== "HEAD";
  try {
    return new Request(target, {
      method,
      headers: Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string]),
      ...(hasBody ? { body: Readable.toWeb(req) as ReadableStream<Uint8Array>, duplex: "half" } : {}),
    });
  } catch {
    // TRACE and CONNECT, and headers that fetch does not know.
    return undefined;
  }
}
