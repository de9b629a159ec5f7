import { readAction } from "./actions.js";
import type { Board } from "./board.js";
import { CONTENT_SECURITY_POLICY, fileResponse, readFiles, type StaticFiles } from "./files.js";
import { refusalOf } from "./guard.js";
import { liveStream } from "./live.js";

export interface HandlerOptions {
  readonly board: Board;
  /** Who knows it may ask; without one, who is on loopback. */
  readonly token?: string | undefined;
  /** The page's files. Default: those that were built. */
  readonly files?: StaticFiles;
}

/** Answers a request for the page or its data; `undefined` when it is for something else. */
export type Handler = (request: Request) => Promise<Response | undefined>;

const MOST_BODY_BYTES = 16_384;
const DETAIL = /^\/api\/detail\/(.+)$/;

export function createHandler({ board, token, files = readFiles() }: HandlerOptions): Handler {
  return async (request) => {
    const path = new URL(request.url).pathname;
    const file = files.get(path);
    const route = file !== undefined || path === "/" ? undefined : routeOf(path, board);
    if (route === undefined && file === undefined && path !== "/") return undefined;
    const refusal = refusalOf(request, token, route === undefined);
    if (refusal !== undefined) {
      const headers: HeadersInit = refusal.status === 401 ? { "www-authenticate": "Bearer" } : {};
      return secured(Response.json({ error: refusal.error }, { status: refusal.status, headers }));
    }
    if (route !== undefined) {
      if (request.method !== route.method)
        return secured(problem(405, `Use ${route.method} here.`, { allow: route.method }));
      const response = await route.answer(request);
      response.headers.set("cache-control", "no-store");
      return secured(response);
    }
    if (request.method !== "GET" && request.method !== "HEAD")
      return secured(problem(405, "Use GET here.", { allow: "GET, HEAD" }));
    if (file === undefined)
      return secured(problem(503, "The page is not built; run: node packages/dashboard/build.mjs"));
    return secured(fileResponse(file, request));
  };
}

interface Route {
  readonly method: "GET" | "POST";
  answer(request: Request): Promise<Response> | Response;
}

function routeOf(path: string, board: Board): Route | undefined {
  if (path === "/api/overview") return { method: "GET", answer: () => Response.json(board.overview()) };
  if (path === "/api/live") return { method: "GET", answer: (request) => live(request, board) };
  if (path === "/api/actions") return { method: "POST", answer: (request) => act(request, board) };
  const name = DETAIL.exec(path)?.[1];
  return name === undefined ? undefined : { method: "GET", answer: () => detail(name, board) };
}

function live(request: Request, board: Board): Response {
  const circuit = new URL(request.url).searchParams.get("circuit") ?? undefined;
  return new Response(liveStream(board, circuit), { headers: { "content-type": "text/event-stream" } });
}

function detail(encoded: string, board: Board): Response {
  const found = board.detail(decoded(encoded));
  return found === undefined ? absent() : Response.json(found);
}

async function act(request: Request, board: Board): Promise<Response> {
  // A form of another site can send text, but not this type.
  if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? ""))
    return problem(415, "Send the action as content-type: application/json.");
  const text = await textOf(request.body);
  if (text === undefined) return problem(413, `The body has more than ${MOST_BODY_BYTES} bytes; send less.`);
  const read = readAction(jsonOf(text));
  if (!read.ok) return problem(400, read.error);
  const row = board.act(read.value);
  return row === undefined ? absent() : Response.json({ at: board.now, row });
}

/** Undefined: it is too large. It is read to its end all the same: a client that still writes reads no answer. */
async function textOf(body: ReadableStream<Uint8Array> | null): Promise<string | undefined> {
  const reader = body?.getReader();
  if (reader === undefined) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length;
    if (size <= MOST_BODY_BYTES) chunks.push(next.value);
  }
  return size > MOST_BODY_BYTES ? undefined : Buffer.concat(chunks).toString();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function absent(): Response {
  return problem(404, "There is no such circuit; GET /api/overview lists them.");
}

function problem(status: number, error: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error }, { status, headers });
}

function secured(response: Response): Response {
  response.headers.set("content-security-policy", CONTENT_SECURITY_POLICY);
  response.headers.set("x-content-type-options", "nosniff");
  response.headers.set("x-frame-options", "DENY");
  response.headers.set("referrer-policy", "no-referrer");
  response.headers.set("cross-origin-opener-policy", "same-origin");
  response.headers.set("cross-origin-resource-policy", "same-origin");
  return response;
}
