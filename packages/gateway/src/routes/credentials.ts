import { createHmac, randomBytes } from "node:crypto";
import type { WireFormat } from "recloser/wire";
import type { Provider } from "../config/providers.js";
import { headerOf } from "../proxy/headers.js";
import type { UpstreamRequest } from "../proxy/upstream.js";

/** What says whose call it is. */
const KEYS = ["authorization", "x-api-key", "api-key", "x-goog-api-key"];
/** What belongs to an account besides, and is no business of another provider's. */
const ACCOUNT = new Set([
  ...KEYS,
  "cookie",
  "openai-organization",
  "openai-project",
  "x-goog-user-project",
  "x-amz-date",
  "x-amz-security-token",
]);
/** Query parameters that hold a key: Gemini's, and its habit of OAuth. */
const IN_QUERY = new Set(["key", "access_token"]);
/** Long enough that two of a fleet's accounts hardly ever share one. */
const HASH_DIGITS = 8;
const ownKey = randomBytes(32);

/** Whose call it is: text that only `hashOf` may see. Undefined where the request does not say. */
export function credentialOf({
  headers,
  path,
}: Pick<UpstreamRequest, "headers" | "path">): string | undefined {
  const parts = KEYS.map((name) => headerOf(headers, name)).map((value) => value && lasting(value));
  const query = queryOf(path).filter((part) => IN_QUERY.has(nameOf(part)));
  const said = [...parts, ...query].filter((part) => part !== undefined && part !== "");
  if (said.length === 0) return undefined;
  // One key may have several projects, each with limits of its own.
  const account = ["openai-organization", "openai-project"].map((name) => headerOf(headers, name) ?? "");
  return [...said, ...account].join("\n");
}

/** Amazon's header has a signature, which is another one for each request; the key's name stays. */
function lasting(authorization: string): string {
  return /^AWS4-\S+\s+Credential=([^/,\s]+)/.exec(authorization)?.[1] ?? authorization;
}

/** A name for a credential that tells nothing about it: a keyed hash. `key`: the operator's, or one of this process. */
export function hashOf(credential: string, key: string | undefined): string {
  return createHmac("sha256", key ?? ownKey)
    .update(credential)
    .digest("hex")
    .slice(0, HASH_DIGITS);
}

/** A request with its provider's own credential in the place of the caller's, if the provider has one. */
export function withCredential(
  request: UpstreamRequest,
  provider: Provider,
  format: WireFormat | undefined,
): UpstreamRequest {
  const { apiKey, auth } = provider;
  if (apiKey === undefined && auth !== "none") return request;
  const headers = request.headers.filter((_, i) => {
    const name = request.headers[i - (i % 2)];
    return name !== undefined && !ACCOUNT.has(name.toLowerCase());
  });
  if (apiKey !== undefined) headers.push(...headerFor(provider, apiKey, format));
  return { ...request, headers, path: withoutKey(request.path) };
}

function headerFor(provider: Provider, apiKey: string, format: WireFormat | undefined): [string, string] {
  const way = provider.auth === "auto" ? usualWay(new URL(provider.origin).hostname, format) : provider.auth;
  return way === "bearer" ? ["authorization", `Bearer ${apiKey}`] : [way, apiKey];
}

/** How a provider wants its key: its host tells, or the format of what it answers. */
function usualWay(host: string, format: WireFormat | undefined): Exclude<Provider["auth"], "auto" | "none"> {
  if (/(?:^|\.)azure\.com$/.test(host)) return "api-key";
  if (/(?:^|\.)anthropic\.com$/.test(host)) return "x-api-key";
  if (host === "generativelanguage.googleapis.com") return "x-goog-api-key";
  // Vertex, whosever models it serves.
  if (/(?:^|\.)googleapis\.com$/.test(host)) return "bearer";
  if (format === "messages") return "x-api-key";
  return format === "gemini" ? "x-goog-api-key" : "bearer";
}

function withoutKey(path: string): string {
  const parts = queryOf(path);
  const kept = parts.filter((part) => !IN_QUERY.has(nameOf(part)));
  if (kept.length === parts.length) return path;
  const bare = path.slice(0, path.indexOf("?"));
  return kept.length === 0 ? bare : `${bare}?${kept.join("&")}`;
}

function queryOf(path: string): string[] {
  const at = path.indexOf("?");
  return at === -1 ? [] : path.slice(at + 1).split("&");
}

function nameOf(part: string): string {
  const name = part.split("=", 1)[0] ?? "";
  try {
    return decodeURIComponent(name).toLowerCase();
  } catch {
    return name.toLowerCase();
  }
}
