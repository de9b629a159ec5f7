import type { IncomingMessage, ServerResponse } from "node:http";
import { parseObject, readBody, sendJson } from "./body.js";
import { check, MockConfigError } from "./check.js";
import type { Ledger } from "./ledger.js";
import { behaviourSchema } from "./schema.js";
import type { Behaviour, MockServer } from "./types.js";

const largestBody = 1 << 20;

export interface Controlled {
  readonly server: Pick<MockServer, "url" | "phase" | "startScript" | "setBehaviour" | "clear">;
  readonly ledger: Ledger;
  override(): Behaviour | undefined;
  load(): { serving: number; queued: number; open: number };
}

/** `/mock/…`: see and steer the mock while it runs. Only for the same machine. */
export async function control(
  mock: Controlled,
  req: IncomingMessage,
  res: ServerResponse,
  url: URL,
): Promise<void> {
  if (!isLocal(req)) {
    sendError(
      res,
      403,
      "The /mock endpoints answer only requests made to a loopback host name; use 127.0.0.1.",
    );
    return;
  }
  const action = `${req.method ?? "GET"} ${url.pathname}`;
  switch (action) {
    case "GET /mock/state":
      sendJson(res, 200, state(mock));
      return;
    case "PUT /mock/behaviour":
      await putBehaviour(mock, req, res);
      return;
    case "DELETE /mock/behaviour":
      mock.server.setBehaviour(undefined);
      sendJson(res, 200, state(mock));
      return;
    case "POST /mock/script/start":
      mock.server.startScript();
      sendJson(res, 200, state(mock));
      return;
    case "GET /mock/attempts": {
      const text = url.searchParams.get("since") ?? "0";
      if (!/^\d{1,15}$/.test(text)) {
        sendError(
          res,
          400,
          `since is "${text.slice(0, 80)}"; give the "next" of the answer before, a whole number.`,
        );
        return;
      }
      sendJson(res, 200, { attempts: mock.ledger.list(Number(text)), next: mock.ledger.total });
      return;
    }
    case "DELETE /mock/attempts":
      mock.server.clear();
      sendJson(res, 200, state(mock));
      return;
    default:
      sendError(
        res,
        404,
        `There is no ${action.slice(0, 200)}; use GET /mock/state, PUT or DELETE /mock/behaviour, POST /mock/script/start, GET or DELETE /mock/attempts.`,
      );
  }
}

async function putBehaviour(mock: Controlled, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const bytes = await readBody(req, largestBody);
  const value =
    bytes === "too-large" ? "The behaviour is larger than 1 MB; send a smaller one." : parseObject(bytes);
  if (typeof value === "string") {
    sendError(res, 400, value);
    return;
  }
  try {
    mock.server.setBehaviour(check(behaviourSchema, value, "behaviour"));
  } catch (error) {
    if (!(error instanceof MockConfigError)) throw error;
    sendError(res, 400, error.message);
    return;
  }
  sendJson(res, 200, state(mock));
}

function state(mock: Controlled) {
  const ends: Record<string, number> = {};
  const faults: Record<string, number> = {};
  for (const { end, fault } of mock.ledger.list()) {
    ends[end] = (ends[end] ?? 0) + 1;
    faults[fault] = (faults[fault] ?? 0) + 1;
  }
  return {
    url: mock.server.url,
    phase: mock.server.phase() ?? null,
    override: mock.override() ?? null,
    ...mock.load(),
    attempts: { total: mock.ledger.total, ends, faults },
  };
}

function sendError(res: ServerResponse, status: number, message: string): void {
  sendJson(res, status, { error: { message } });
}

/** A web page could reach us through a name that it makes resolve to loopback; its Host or Origin gives it away. */
function isLocal(req: IncomingMessage): boolean {
  const { host, origin } = req.headers;
  return isLoopback(`http://${host ?? ""}`) && (origin === undefined || isLoopback(origin));
}

function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
