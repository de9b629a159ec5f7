// @ts-nocheck
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** Longer values are no model names, and not worth decoding. */
const LONGEST_VALUE = 65_536;

/** What a request's body says about the call. */
export interface BodyFields {
  readonly model?: string;
  readonly stream?: boolean;
}

/** Text as it came: copying megabytes to have one form of it would cost more than reading them. */
type Json = string | Uint8Array;

/**
 * Reads `model` and `stream` from the top level of a JSON body without parsing the rest: prompts may be megabytes, and
 * other calls wait meanwhile. Strings are skipped natively. Never throws; what is not JSON has no fields.
 */
export function topLevelFields(json: Json): BodyFields {
  const fields: { model?: string; stream?: boolean } = {};
  let depth = 0;
  let key: string | undefined;
  for (let i = afterMark(json); i < json.length; i++) {
    const code = codeAt(json, i);
    switch (code) {
      case QUOTE: {
        const end = endOfString(json, i);
        if (end === -1 || depth === 0) return fields;
        if (depth === 1) {
          if (key === undefined) key = short(json, i, end);
          else if (key === "model") {
            const model = short(json, i, end);
            if (model !== undefined) fields.model = model;
          }
        }
        i = end;
        break;
      }
      case OPEN_BRACE:
      case OPEN_BRACKET:
        // A list at the top has no fields.
        if (depth === 0 && code === OPEN_BRACKET) return fields;
        depth++;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth--;
        if (depth <= 0) return fields;
        break;
      case COLON:
        if (depth === 1 && key === "stream") readStream(json, i + 1, fields);
        break;
      case COMMA:
        // The next string at the top level is a key.
        if (depth === 1) key = undefined;
        break;
      default:
        if (depth === 0 && !isSpace(code)) return fields;
    }
    if (fields.model !== undefined && fields.stream !== undefined) return fields;
  }
  return fields;
}

/** NaN past the end. */
function codeAt(json: Json, index: number): number {
  return typeof json === "string" ? json.charCodeAt(index) : (json[index] ?? Number.NaN);
}

function nextQuote(json: Json, from: number): number {
  return typeof json === "string" ? json.indexOf('"', from) : json.indexOf(QUOTE, from);
}

function textOf(json: Json, from: number, to: number): string {
  return typeof json === "string" ? json.slice(from, to) : new TextDecoder().decode(json.subarray(from, to));
}

/** Past a byte order mark. */
function afterMark(json: Json): number {
  if (codeAt(json, 0) === 0xfeff) return 1;
  return codeAt(json, 0) === 0xef && codeAt(json, 1) === 0xbb && codeAt(json, 2) === 0xbf ? 3 : 0;
}

function readStream(json: Json, from: number, fields: { stream?: boolean }): void {
  let at = from;
  while (isSpace(codeAt(json, at))) at++;
  const word = textOf(json, at, at + 5);
  if (word.startsWith("true")) fields.stream = true;
  else if (word === "false") fields.stream = false;
}

/** The index of the quote that closes the string which opens at `open`; -1 where none does. */
function endOfString(json: Json, open: number): number {
  for (let from = open + 1; ; ) {
    const quote = nextQuote(json, from);
    if (quote === -1) return -1;
    let slashes = 0;
    while (codeAt(json, quote - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote;
    from = quote + 1;
  }
}

function short(json: Json, open: number, end: number): string | undefined {
  if (end - open > LONGEST_VALUE) return undefined;
  try {
    return JSON.parse(textOf(json, open, end + 1)) as string;
  } catch {
    return undefined;
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
