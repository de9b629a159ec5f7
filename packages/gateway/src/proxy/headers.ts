/** Headers that belong to one connection, not to the message. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
/** The connection to the provider is ours: its host, the body's length, and no `100 Continue`. */
const OURS_UPSTREAM = new Set(["host", "content-length", "expect"]);
const PREFIX = "x-recloser-";
const CONNECTION = "connection";
/** What it says on nearly every message. */
const USUAL = /^(?:keep-alive|close)$/i;

/** A caller's headers as its provider gets them: flat list of names and values, order and duplicates kept. */
export function headersUpstream(raw: readonly string[]): string[] {
  return filtered(raw, OURS_UPSTREAM);
}

/** A provider's headers as its caller gets them, the same way. */
export function headersDownstream(raw: readonly string[]): string[] {
  return filtered(raw, undefined);
}

/** undici's raw headers as text. */
export function textOf(raw: unknown): string[] {
  if (!Array.isArray(raw)) return [];
  return raw.map((part: Buffer | string) => (typeof part === "string" ? part : part.toString("latin1")));
}

function filtered(raw: readonly string[], more: ReadonlySet<string> | undefined): string[] {
  const kept: string[] = [];
  const named = namedByConnection(raw);
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string;
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || more?.has(lower) || lower.startsWith(PREFIX)) continue;
    if (named?.includes(lower)) continue;
    kept.push(name, raw[i + 1] as string);
  }
  return kept;
}

/** What `connection` headers name belongs to the connection too; undefined: they name no header that would not go anyway. */
function namedByConnection(raw: readonly string[]): string[] | undefined {
  let named: string[] | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string;
    const value = raw[i + 1] as string;
    if (name.length !== CONNECTION.length || name.toLowerCase() !== CONNECTION) continue;
    if (USUAL.test(value)) continue;
    named = [...(named ?? []), ...value.split(",").map((one) => one.trim().toLowerCase())];
  }
  return named;
}

/** One header of a flat list. */
export function headerOf(flat: readonly string[], name: string): string | undefined {
  for (let i = 0; i + 1 < flat.length; i += 2) {
    if (flat[i]?.toLowerCase() === name) return flat[i + 1];
  }
  return undefined;
}

/** A flat list without one header. */
export function without(flat: readonly string[], name: string): string[] {
  return flat.filter((_, i) => flat[i - (i % 2)]?.toLowerCase() !== name);
}
