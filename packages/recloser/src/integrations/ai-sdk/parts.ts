import { classifyStreamError } from "../../outcome/classify.js";
import { read } from "../../outcome/facts.js";
import type { FailureVerdict, SuccessVerdict } from "../../outcome/verdict.js";

/** How an answer ended. `cut`: whoever sent it did not say that it was done. */
export interface Ending {
  readonly verdict: SuccessVerdict | FailureVerdict;
  readonly cut: boolean;
}

/** What one part of a stream says. */
export type PartSays =
  | { readonly kind: "token" | "alive" }
  | { readonly kind: "error"; readonly error: unknown }
  | { readonly kind: "finish"; readonly ending: Ending };

const TOKEN: PartSays = { kind: "token" };
const ALIVE: PartSays = { kind: "alive" };
const CUT: Ending = { verdict: { verdict: "failure", reason: "truncated" }, cut: true };
/** Frames around content, and news about the connection. Any other part is content, also one that is new to us. */
const FRAMES: ReadonlySet<unknown> = new Set([
  "stream-start",
  "response-metadata",
  "text-start",
  "text-end",
  "reasoning-start",
  "reasoning-end",
  "tool-input-start",
  "tool-input-end",
  "raw",
]);

/** What a part of a language model's stream says, of specification V2, V3 or V4. */
export function readPart(part: unknown): PartSays {
  const type = read(part, "type");
  if (type === "error") return { kind: "error", error: read(part, "error") };
  if (type === "finish") return { kind: "finish", ending: readFinish(part) };
  return FRAMES.has(type) || read(part, "delta") === "" ? ALIVE : TOKEN;
}

/** What an answer in one piece says. */
export function readResult(result: unknown): Ending {
  const { reason, raw } = finishOf(result);
  if (reason === "error" && !isMisstep(raw))
    return { verdict: { verdict: "failure", reason: "server-error" }, cut: false };
  return { verdict: success(result), cut: false };
}

function readFinish(part: unknown): Ending {
  const { reason, raw } = finishOf(part);
  // V4 says `interrupted`. Before it, a provider that never gave a reason is all there is to see: `unknown` in V2,
  // `other` without the provider's own word in V3.
  if (reason === "interrupted" || reason === "unknown" || (reason === "other" && raw === undefined))
    return CUT;
  if (reason !== "error" || isMisstep(raw)) return { verdict: success(part), cut: false };
  const told = classifyStreamError({ error: { code: raw } });
  const verdict =
    told.verdict === "failure" ? told : ({ verdict: "failure", reason: "stream-error" } as const);
  return { verdict, cut: false };
}

/** V2 writes the reason as text; V3 and V4 give the provider's own word with it. */
function finishOf(value: unknown): { readonly reason: unknown; readonly raw: unknown } {
  const finishReason = read(value, "finishReason");
  return typeof finishReason === "string"
    ? { reason: finishReason, raw: finishReason }
    : { reason: read(finishReason, "unified"), raw: read(finishReason, "raw") };
}

/** The model wrote a tool call that cannot be read. The provider is well. */
function isMisstep(raw: unknown): boolean {
  return typeof raw === "string" && /malformed_function_call|unexpected_tool_call/i.test(raw);
}

function success(value: unknown): SuccessVerdict {
  const told = read(read(value, "usage"), "outputTokens");
  const outputTokens = typeof told === "number" ? told : read(told, "total");
  return typeof outputTokens === "number" && outputTokens >= 0
    ? { verdict: "success", outputTokens }
    : { verdict: "success" };
}
