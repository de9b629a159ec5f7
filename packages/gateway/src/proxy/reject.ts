import type { ServerResponse } from "node:http";
import { type ErrorFacts, errorAnswer, type WireFormat } from "recloser/wire";

/** The gateway's own trouble, or its caller's. Every code is stable. */
export function gatewayFacts(status: number, code: string, message: string): ErrorFacts {
  return { status, type: "gateway_error", code, message };
}

/** Writes an answer of ours in the caller's wire format. */
export function sendAnswer(res: ServerResponse, format: WireFormat | undefined, facts: ErrorFacts): void {
  if (res.headersSent || res.destroyed) return;
  const { status, headers, body } = errorAnswer(format, facts);
  res.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  res.end(body);
}
