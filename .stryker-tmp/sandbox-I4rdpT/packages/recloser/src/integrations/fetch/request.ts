// @ts-nocheck
import { providerName } from "../../wire/names.js";
import { type RequestFacts, readRequest } from "../../wire/request.js";

/** What is known of a request before it is sent. */
export interface FetchRequest extends RequestFacts {
  readonly url: string;
  /** In upper case. */
  readonly method: string;
  readonly headers: Headers;
  /** From the host: `openai` for api.openai.com, `127.0.0.1-8000`; or the option `provider`. */
  readonly provider: string;
}

/**
 * Facts of a request. Its JSON body is looked at for `model` and `stream`, where it is text or bytes; that of a
 * `Request` is read from a clone.
 */
export async function requestOf(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  provider: string | undefined,
): Promise<FetchRequest> {
  const request = isRequest(input) ? input : undefined;
  const url = new URL(request?.url ?? String(input), globalThis.location?.href);
  const headers = new Headers(init?.headers ?? request?.headers);
  const body = await bodyOf(request, init, headers);
  return {
    url: url.href,
    method: methodOf(input, init),
    headers,
    provider: provider ?? providerName(url),
    ...readRequest({ path: url.pathname, body, accept: headers.get("accept") }),
  };
}

export function methodOf(input: RequestInfo | URL, init: RequestInit | undefined): string {
  return (init?.method ?? (isRequest(input) ? input.method : "GET")).toUpperCase();
}

/** The caller's signal. As for fetch itself, `init` decides where it says anything. */
export function signalOf(input: RequestInfo | URL, init: RequestInit | undefined): AbortSignal | undefined {
  if (init?.signal !== undefined) return init.signal ?? undefined;
  return isRequest(input) ? input.signal : undefined;
}

function isRequest(input: RequestInfo | URL): input is Request {
  return typeof input === "object" && "method" in input && "headers" in input;
}

async function bodyOf(
  request: Request | undefined,
  init: RequestInit | undefined,
  headers: Headers,
): Promise<string | Uint8Array | undefined> {
  const body = init?.body;
  if (typeof body === "string") return body;
  if (!isJson(headers)) return undefined;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  if (body != null || request === undefined || request.body === null || request.bodyUsed) return undefined;
  return new Uint8Array(await request.clone().arrayBuffer());
}

function isJson(headers: Headers): boolean {
  return /[/+]json\b/i.test(headers.get("content-type") ?? "");
}
