import type { ServerResponse } from "node:http";
import type { Rejected } from "recloser";
import { type ErrorFacts, rejectionFacts } from "recloser/wire";
import type { Pass } from "../routes/scopes.js";
import type { Kept } from "./attempt.js";
import type { Aim, Call } from "./call.js";
import { tellsOf } from "./head.js";

/** One request to one target, as far as its caller is told of it. */
export interface Sent {
  readonly aim: Aim;
  readonly pass: Pass | undefined;
  /** Requests that the target has had for this call. */
  readonly tries: number;
}

/** Headers of an answer to a guarded call: who gave it, after how many requests, and whether it was held to its end. */
export function whoAnswers(
  call: Pick<Call, "guarded" | "delivery">,
  sent: Sent | undefined,
  attempts: number,
  whole: boolean,
): Record<string, string> {
  if (!call.guarded) return {};
  return {
    ...(sent === undefined ? {} : { "x-recloser-provider": sent.aim.provider.name }),
    ...(sent?.aim.model === undefined ? {} : { "x-recloser-model": sent.aim.model }),
    "x-recloser-attempts": `${attempts}`,
    ...(call.delivery === "complete" ? { "x-recloser-delivery": whole ? "complete" : "stream" } : {}),
  };
}

/** A provider's headers, and ours behind them, as a flat list. */
export function headersWith(
  headers: readonly string[],
  sent: Sent | undefined,
  ours: Readonly<Record<string, string>>,
): string[] {
  return [...headers, ...tellsOf(sent?.pass?.circuit), ...Object.entries(ours).flat()];
}

/** Sends an answer that was held to its end. */
export function sendKept(res: ServerResponse, { head, held }: Kept, headers: string[]): void {
  // What is held counts until it has left.
  res.once("close", () => held.drop());
  if (head.message === undefined) res.writeHead(head.status, headers);
  else res.writeHead(head.status, head.message, headers);
  for (const chunk of held.take()) res.write(chunk);
  res.end();
}

/** No target took the call: what the first one said, and when the earliest of them may take it. */
export function rejectedByAll(rejections: readonly Rejected[], status: number): ErrorFacts {
  const [first] = rejections;
  if (first === undefined) throw new Error("a rejection by nobody");
  const waits = rejections.map(({ retryAfterMs }) => retryAfterMs ?? Infinity);
  const earliest = Math.min(...waits);
  return rejectionFacts(earliest === Infinity ? first : { ...first, retryAfterMs: earliest }, status);
}
