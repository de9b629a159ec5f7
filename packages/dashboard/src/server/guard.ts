import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";

/** Why a request is refused, as an answer. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly error: string;
}

/**
 * Who may ask. With a token: who knows it. Without one the server is on loopback, where the danger is a web page in a
 * browser on this machine: its requests carry its own host or origin, and are refused. `isPublic` is for the page itself,
 * which holds nothing, and asks for the token.
 */
export function refusalOf(
  request: Request,
  token: string | undefined,
  isPublic: boolean,
): Refusal | undefined {
  if (token === undefined) return foreign(request);
  if (isPublic || knows(request, token)) return undefined;
  return { status: 401, error: "Send the admin token: authorization: Bearer <token>." };
}

function foreign({ url, headers }: Request): Refusal | undefined {
  const { hostname, host } = new URL(url);
  if (!isLoopback(hostname))
    return { status: 403, error: "The Host header is not a loopback address; use http://127.0.0.1." };
  const origin = headers.get("origin");
  // Another port of this machine may be anybody's page.
  if (origin !== null && hostOf(origin) !== host)
    return { status: 403, error: "Pages from elsewhere may not ask." };
  const site = headers.get("sec-fetch-site");
  // A link from elsewhere may lead here; a script from elsewhere may not read.
  if (
    site !== null &&
    site !== "same-origin" &&
    site !== "none" &&
    headers.get("sec-fetch-mode") !== "navigate"
  )
    return { status: 403, error: "Pages from elsewhere may not ask." };
  return undefined;
}

function knows({ headers }: Request, token: string): boolean {
  return timingSafeEqual(digest(headers.get("authorization") ?? ""), digest(`Bearer ${token}`));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}

export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
  if (bare === "localhost" || bare === "::1") return true;
  return isIP(bare) === 4 && bare.startsWith("127.");
}
