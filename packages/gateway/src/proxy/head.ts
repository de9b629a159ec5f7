import { type AnswerReader, circuitHeaders, createAnswerReader } from "recloser/wire";
import type { Call } from "./call.js";
import { decoded, isEncoded } from "./decode.js";
import { headerOf, headersDownstream, textOf, without } from "./headers.js";

/** A provider's answer as it begins. */
export interface Head {
  /** Reads along while the answer passes. */
  readonly answer: AnswerReader;
  /** What its caller gets, as a flat list. */
  readonly headers: string[];
  /** Words of ours fit into the body: it is plain, and promises no length. */
  readonly open: boolean;
}

export function headOf(
  { format, streaming, circuit, upstream }: Call,
  status: number,
  rawHeaders: unknown,
): Head {
  const raw = textOf(rawHeaders);
  const encoding = headerOf(raw, "content-encoding");
  const encoded = isEncoded(encoding);
  const answer = createAnswerReader({
    status,
    headers: { get: (name: string) => headerOf(raw, name) },
    format,
    streaming,
    finishIsEnd: upstream.provider.finishIsEnd,
    decode: encoded ? (body) => decoded(body, encoding) : undefined,
  });
  const headers = headersDownstream(raw);
  // Once a promised length is there, nothing can be added and no cut can be seen: a stream promises none.
  const kept = answer.kind === "stream" && !encoded ? without(headers, "content-length") : headers;
  const open = !encoded && headerOf(kept, "content-length") === undefined;
  const ours = circuitHeaders({ circuit: circuit?.name, state: circuit?.state });
  return { answer, headers: [...kept, ...Object.entries(ours).flat()], open };
}
