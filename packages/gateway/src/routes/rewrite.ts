import type { UpstreamRequest } from "../proxy/upstream.js";

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);
/** Longer strings are no key. */
const LONGEST_KEY = 64;

/** Where a path names the model: Gemini and Vertex, Azure's deployments, Bedrock. */
const IN_PATH = [
  /(\/models\/)[^/?]+(:\w+(?:$|\?))/,
  /(\/deployments\/)[^/?]+(\/)/,
  /(\/model\/)[^/?]+(\/(?:invoke|converse))/,
];

/** A request that asks for another model; all else stays byte for byte. Undefined where it names none to replace. */
export function askingFor(request: UpstreamRequest, model: string): UpstreamRequest | undefined {
  const path = IN_PATH.reduce(
    (text, pattern) =>
      text.replace(pattern, (_, before: string, after: string) => before + encodeURIComponent(model) + after),
    request.path,
  );
  const places = modelsIn(request.body);
  if (path === request.path && places.length === 0) return undefined;
  return { ...request, path, body: spliced(request.body, places, Buffer.from(JSON.stringify(model))) };
}

type Place = readonly [from: number, to: number];

function spliced(body: Buffer, places: readonly Place[], text: Buffer): Buffer {
  if (places.length === 0) return body;
  const parts: Buffer[] = [];
  let at = 0;
  for (const [from, to] of places) {
    parts.push(body.subarray(at, from), text);
    at = to;
  }
  return Buffer.concat([...parts, body.subarray(at)]);
}

/** Where the strings stand that are the body's own `model`, quotes included; all of them, as servers differ in which counts. */
function modelsIn(body: Buffer): Place[] {
  const places: Place[] = [];
  let depth = 0;
  let key: string | undefined;
  let isValue = false;
  for (let i = 0; i < body.length; i++) {
    const code = body[i] ?? 0;
    if (code === QUOTE) {
      const end = endOfString(body, i);
      if (end === -1) return [];
      if (depth === 1 && isValue && key === "model") places.push([i, end + 1]);
      else if (depth === 1 && !isValue) key = keyOf(body, i, end);
      i = end;
    } else if (code === COLON) {
      if (depth === 1) isValue = true;
    } else if (code === COMMA) {
      if (depth === 1) isValue = false;
    } else if (OPEN.has(code)) {
      depth++;
    } else if (CLOSE.has(code)) {
      depth--;
      if (depth <= 0) break;
    }
  }
  return places;
}

function keyOf(body: Buffer, open: number, end: number): string | undefined {
  if (end - open > LONGEST_KEY) return undefined;
  try {
    return JSON.parse(body.toString("utf8", open, end + 1)) as string;
  } catch {
    return undefined;
  }
}

/** The index of the quote that closes the string which opens at `open`; -1 where none does. */
function endOfString(body: Buffer, open: number): number {
  for (let from = open + 1; ; ) {
    const quote = body.indexOf(QUOTE, from);
    if (quote === -1) return -1;
    let slashes = 0;
    while (body[quote - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote;
    from = quote + 1;
  }
}
