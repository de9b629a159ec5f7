import type { IncomingMessage } from "node:http";
import { faultKinds } from "./types.js";
import { anthropic } from "./wire/anthropic.js";
import type { Dialect } from "./wire/dialect.js";
import { gemini, isGeminiPath } from "./wire/gemini.js";
import { openaiChat } from "./wire/openai-chat.js";
import { openaiResponses } from "./wire/openai-responses.js";

const fixed = new Map<string, Dialect>([
  ["/v1/chat/completions", openaiChat],
  ["/v1/responses", openaiResponses],
  ["/v1/messages", anthropic],
]);

export function dialectFor(path: string): Dialect | undefined {
  return fixed.get(path) ?? (isGeminiPath(path) ? gemini : undefined);
}

const names = ["mock-llm", ...faultKinds.map((kind) => `mock-fault:${kind}`)];

/** `GET /v1/models`, in the caller's format. Any other name works too. */
export function modelList(req: IncomingMessage): object {
  if (req.headers["anthropic-version"] === undefined) {
    const data = names.map((id) => ({ id, object: "model", created: 1_700_000_000, owned_by: "recloser" }));
    return { object: "list", data };
  }
  const data = names.map((id) => ({
    type: "model",
    id,
    display_name: id,
    created_at: "2026-01-01T00:00:00Z",
  }));
  return { data, has_more: false, first_id: names[0], last_id: names.at(-1) };
}
