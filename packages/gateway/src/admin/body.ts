import type { Context } from "hono";
import type { z } from "zod";

const MOST_BYTES = 16_384;

export type Read<Body> =
  | { readonly ok: true; readonly body: Body }
  | { readonly ok: false; readonly status: 400 | 413; readonly error: string };

/** A request's JSON body, checked; or one sentence that says what is wrong with it. */
export async function readJson<Body>(context: Context, schema: z.ZodType<Body>): Promise<Read<Body>> {
  const text = await textOf(context.req.raw.body);
  if (text === undefined) {
    return { ok: false, status: 413, error: `The body has more than ${MOST_BYTES} bytes; send less.` };
  }
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return { ok: true, body: parsed.data };
  return { ok: false, status: 400, error: sentence(parsed.error) };
}

/** Undefined: it is too large. It is read to its end all the same: a client that still writes reads no answer. */
async function textOf(body: ReadableStream<Uint8Array> | null): Promise<string | undefined> {
  const reader = body?.getReader();
  if (reader === undefined) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length;
    if (size <= MOST_BYTES) chunks.push(next.value);
  }
  return size > MOST_BYTES ? undefined : Buffer.concat(chunks).toString();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sentence(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return "The request is invalid.";
  if (issue.code === "unrecognized_keys")
    return `There is no option "${issue.keys[0] ?? ""}"; check its spelling.`;
  const field = issue.path.map(String).join(".");
  return field === ""
    ? "The body is not a JSON object; send one."
    : `${field} is missing or wrong; ${issue.message}.`;
}
