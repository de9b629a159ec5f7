import { question } from "./gateway.js";

/** What the fault wall has to know of a wire format: how a call is made in it, and what a whole answer looks like. */
export interface WallFormat {
  /** As people call it. */
  readonly name: string;
  path(model: string, stream: boolean): string;
  body(model: string, stream: boolean): object;
  /** Ends a whole stream, and stands nowhere else. */
  readonly terminal: RegExp;
  /** One for each token of a stream. */
  readonly token: RegExp;
  /** Whether an answer in one piece says that it is finished. */
  finished(answer: Answer): boolean;
  /** The code of an error body, ours or the provider's. */
  codeOf(answer: Answer): string | undefined;
}

/** As much of the answers' shapes as is looked at. */
export interface Answer {
  readonly choices?: readonly { readonly finish_reason?: string }[];
  readonly status?: string;
  readonly stop_reason?: string;
  readonly candidates?: readonly { readonly finishReason?: string }[];
  readonly promptFeedback?: { readonly blockReason?: string };
  readonly error?: {
    readonly code?: string | number | null;
    readonly type?: string;
    readonly details?: { readonly error_code?: string } | readonly { readonly reason?: string }[];
  } | null;
}

function openaiCode({ error }: Answer): string | undefined {
  return String(error?.code ?? error?.type);
}

const chat: WallFormat = {
  name: "Chat Completions",
  path: () => "/v1/chat/completions",
  body: (model, stream) => ({ model, stream, messages: question }),
  terminal: /data: \[DONE\]\n\n/g,
  token: /"content":"[^"]/g,
  finished: ({ choices }) => choices?.[0]?.finish_reason !== undefined,
  codeOf: openaiCode,
};

const responses: WallFormat = {
  name: "Responses",
  path: () => "/v1/responses",
  body: (model, stream) => ({ model, stream, input: "Is the line up?" }),
  terminal: /event: response\.completed\ndata: .*\n\n/g,
  token: /event: response\.output_text\.delta\n/g,
  finished: ({ status }) => status === "completed",
  codeOf: openaiCode,
};

const messages: WallFormat = {
  name: "Messages",
  path: () => "/v1/messages",
  body: (model, stream) => ({ model, stream, max_tokens: 64, messages: question }),
  terminal: /event: message_stop\ndata: .*\n\n/g,
  token: /event: content_block_delta\n/g,
  finished: ({ stop_reason }) => typeof stop_reason === "string",
  codeOf: ({ error }) => {
    const details = error?.details;
    return details !== undefined && "error_code" in details ? details.error_code : error?.type;
  },
};

const gemini: WallFormat = {
  name: "Gemini",
  path: (model, stream) =>
    `/v1beta/models/${model}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
  body: () => ({ contents: [{ role: "user", parts: [{ text: "Is the line up?" }] }] }),
  terminal: /"finishReason":"STOP".*\n\n/g,
  token: /"parts":\[\{"text":"[^"]/g,
  finished: ({ candidates }) => candidates?.[0]?.finishReason !== undefined,
  codeOf: ({ error }) => {
    const details = error?.details;
    return Array.isArray(details) ? details[0]?.reason : undefined;
  },
};

export const WALL_FORMATS: readonly WallFormat[] = [chat, responses, messages, gemini];
