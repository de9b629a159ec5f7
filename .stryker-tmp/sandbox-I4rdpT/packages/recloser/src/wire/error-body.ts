// @ts-nocheck
import type { RejectionReason, StateName } from "../outcome/outcome.js";
import type { FailureReason } from "../outcome/verdict.js";
import type { WireFormat } from "./formats.js";
import { isRecord } from "./json.js";

/** An error of ours, to be written as the caller's provider would write it. */
export interface ErrorFacts {
  /** One sentence that a person can act on. */
  readonly message: string;
  /** The class of error, e.g. `breaker_open`. */
  readonly type: string;
  /** What programs decide on, e.g. `circuit_open`. */
  readonly code: string;
  /** The HTTP status that the error stands for. Only Gemini's body holds it. Default 503. */
  readonly status?: number;
  /** The circuit that it is about. */
  readonly circuit?: string | undefined;
  readonly state?: StateName | undefined;
  readonly reason?: RejectionReason | FailureReason | undefined;
  /** When it may be worth trying again, in milliseconds from now. */
  readonly retryAfterMs?: number | undefined;
  /** Whether SDKs that retry by themselves are told not to. Default false. */
  readonly final?: boolean;
}

/**
 * The JSON body of an error in a wire format; OpenAI's where the format is unknown. Where a circuit is named, its facts
 * stand beside the provider's fields, as `recloser`: some SDKs keep the body and lose the headers.
 */
export function errorBody(format: WireFormat | undefined, facts: ErrorFacts): string {
  const body = errorOf(format, facts);
  const { error } = body;
  return JSON.stringify(
    isRecord(error)
      ? { ...body, error: { ...error, ...circuitFacts(facts) } }
      : { ...body, ...circuitFacts(facts) },
  );
}

function circuitFacts({ circuit, state, reason, retryAfterMs }: ErrorFacts): object {
  if (circuit === undefined) return {};
  return { recloser: { circuit, state, reason, retryAfterMs: retryAfterMs && Math.ceil(retryAfterMs) } };
}

function errorOf(format: WireFormat | undefined, facts: ErrorFacts): Readonly<Record<string, unknown>> {
  const { message, type, code } = facts;
  switch (format) {
    case "messages":
      return { type: "error", error: { type, message, details: { error_code: code } } };
    case "gemini": {
      const reason = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        reason: code,
        domain: "recloser",
      };
      return { error: { code: facts.status ?? 503, message, status: "UNAVAILABLE", details: [reason] } };
    }
    case "cohere":
      return { message, type, code };
    case "ollama":
      return { error: message, code };
    default:
      return { error: { message, type, param: null, code } };
  }
}

/**
 * The text of an event that ends a stream visibly: every SDK sees an error there, not a clean end. It begins by
 * closing whatever event the stream broke off in, which changes nothing where there is none.
 */
export function errorEvent(format: WireFormat | undefined, facts: ErrorFacts): string {
  const { message, type, code } = facts;
  switch (format) {
    case "messages":
      return `\n\nevent: error\ndata: ${errorBody(format, facts)}\n\n`;
    case "responses": {
      // Flat is the documented form. The nested copy is what makes the OpenAI SDK throw before its version 7.
      const event = {
        type: "error",
        code,
        message,
        param: null,
        sequence_number: 0,
        error: { message, type, param: null, code, ...circuitFacts(facts) },
      };
      return `\n\nevent: error\ndata: ${JSON.stringify(event)}\n\n`;
    }
    case "cohere": {
      const event = {
        type: "message-end",
        delta: { error: message, finish_reason: "ERROR" },
        ...circuitFacts(facts),
      };
      return `\n\nevent: message-end\ndata: ${JSON.stringify(event)}\n\n`;
    }
    case "ollama":
      return `\n${errorBody(format, facts)}\n`;
    default:
      return `\n\ndata: ${errorBody(format, facts)}\n\n`;
  }
}
