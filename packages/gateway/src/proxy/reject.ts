import { type ServerResponse, STATUS_CODES } from "node:http";
import { type ErrorFacts, errorAnswer, type WireFormat } from "recloser/wire";

/** The gateway's own trouble, or its caller's. Every code is stable. */
export function gatewayFacts(status: number, code: string, message: string): ErrorFacts {
  return { status, type: "gateway_error", code, message };
}

/** Writes an answer of ours in the caller's wire format. */
export function sendAnswer(
  res: ServerResponse,
  format: WireFormat | undefined,
  facts: ErrorFacts,
  more: Readonly<Record<string, string>> = {},
): void {
  if (res.headersSent || res.destroyed) return;
  const { status, headers, body } = errorAnswer(format, facts);
  // With a phrase of its own, because one that Node refused may be left over from an answer that could not be passed on.
  res.writeHead(status, STATUS_CODES[status] ?? "", {
    ...headers,
    ...more,
    "content-length": Buffer.byteLength(body),
  });
  res.end(body);
}

/** A bug of ours, where even saying so may fail: then the connection closes. Never throws. */
export function sendBug(res: ServerResponse, format: WireFormat | undefined): void {
  try {
    sendAnswer(res, format, gatewayFacts(500, "gateway_bug", "A bug in the gateway; see its log."));
  } catch {
    res.destroy();
  }
}
