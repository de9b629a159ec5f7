// @ts-nocheck
import type { Rejected } from "../../outcome/outcome.js";
import { errorAnswer, rejectionFacts } from "../../wire/error-answer.js";
import type { WireFormat } from "../../wire/formats.js";
import { remember } from "./failure-of.js";

/** A rejection as its caller's provider would write it. */
export function rejectionResponse(failure: Rejected, format: WireFormat | undefined): Response {
  const { status, headers, body } = errorAnswer(format, rejectionFacts(failure));
  const response = new Response(body, { status, statusText: "Service Unavailable", headers });
  remember(response.headers, failure);
  return response;
}

/** Whether an answer can be given another body. */
export function hasReadableBody(
  response: Response,
): response is Response & { body: ReadableStream<Uint8Array> } {
  const { body, status } = response;
  return body !== null && typeof body?.getReader === "function" && status >= 200 && status <= 599;
}

/** The same answer with another body: same status, headers, address and type. */
export function withBody(response: Response, body: ReadableStream<Uint8Array>): Response {
  const { status, statusText, headers } = response;
  return asIf(new Response(body, { status, statusText, headers }), response);
}

/** A made Response has no address and no type; these are the answer's, and so is the very object that holds its headers. */
function asIf(copy: Response, original: Response): Response {
  const fixed = (value: unknown): PropertyDescriptor => ({ value, configurable: true });
  return Object.defineProperties(copy, {
    headers: fixed(original.headers),
    url: fixed(original.url),
    redirected: fixed(original.redirected),
    type: fixed(original.type),
    clone: fixed(() => asIf(Response.prototype.clone.call(copy), original)),
  });
}
