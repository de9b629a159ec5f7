import type { Circuit } from "recloser";
import { type AnswerReader, circuitHeaders, createAnswerReader } from "recloser/wire";
import type { Call, Named } from "./call.js";
import { decoded, isEncoded } from "./decode.js";
import { headerOf, headersDownstream, textOf, without } from "./headers.js";

/** A provider's answer as it begins. */
export interface Head {
  readonly status: number;
  /** Reads along while the answer passes. */
  readonly answer: AnswerReader;
  /** What its caller gets, as a flat list, without what the gateway adds. */
  readonly headers: readonly string[];
  /** Words of ours fit into the body: it is plain, and promises no length. */
  readonly open: boolean;
  /** Its reason phrase; undefined where it has none, or one that Node would not write. */
  readonly message: string | undefined;
}

/** What a status line may hold. A provider's may hold more, and arrives all the same. */
const PHRASE = /^[\t\x20-\x7e\x80-\xff]+$/;

export function headOf(
  { format, streaming }: Pick<Call, "format" | "streaming">,
  { provider }: Named,
  status: number,
  rawHeaders: unknown,
  message: string | undefined,
): Head {
  const raw = textOf(rawHeaders);
  const encoding = headerOf(raw, "content-encoding");
  const encoded = isEncoded(encoding);
  const answer = createAnswerReader({
    status,
    headers: { get: (name: string) => headerOf(raw, name) },
    format,
    streaming,
    finishIsEnd: provider.finishIsEnd,
    decode: encoded ? (body) => decoded(body, encoding) : undefined,
  });
  const headers = headersDownstream(raw);
  // Once a promised length is there, nothing can be added and no cut can be seen: a stream promises none.
  const kept = answer.kind === "stream" && !encoded ? without(headers, "content-length") : headers;
  const open = !encoded && headerOf(kept, "content-length") === undefined;
  return { status, answer, headers: kept, open, message: phraseOf(message) };
}

/** What the gateway tells about a circuit, as a flat list. */
export function tellsOf(circuit: Circuit | undefined): string[] {
  return Object.entries(circuitHeaders({ circuit: circuit?.name, state: circuit?.state })).flat();
}

function phraseOf(message: string | undefined): string | undefined {
  return message !== undefined && PHRASE.test(message) ? message : undefined;
}
