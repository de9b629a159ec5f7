import { createHmac } from "node:crypto";
import type { Notification } from "./notification.js";

const SECRET_PREFIX = "whsec_";

/** The request's body. */
export function bodyOf(
  { kind, at, circuit, state, sentence, since }: Notification,
  format: "standard" | "slack",
  link: string | undefined,
): string {
  switch (format) {
    case "slack":
      return JSON.stringify({ text: [escaped(sentence), ...(link === undefined ? [] : [link])].join("\n") });
    case "standard":
      return JSON.stringify({
        type: `circuit.${kind}`,
        timestamp: new Date(at).toISOString(),
        data: { circuit, state, sentence, since: new Date(since).toISOString(), link },
      });
  }
}

/** Slack reads these three as markup; a model's name must not mention a whole channel. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/**
 * The headers of the Standard Webhooks specification: an id that stays the same when it is sent again, the time of this
 * attempt, and the HMAC-SHA256 of both and the body.
 */
export function signedHeaders(
  { id, at, body }: { readonly id: string; readonly at: number; readonly body: string },
  secret: string | undefined,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at / 1_000));
  const headers = { "webhook-id": id, "webhook-timestamp": timestamp };
  if (secret === undefined) return headers;
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { ...headers, "webhook-signature": `v1,${signature}` };
}
