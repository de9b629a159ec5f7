// @ts-nocheck
import { classify, classifyStreamError } from "../outcome/classify.js";
import { type HeadersLike, header } from "../outcome/facts.js";
import type { Verdict } from "../outcome/verdict.js";
import { KeptBody } from "./bytes.js";
import { type BodyKind, bodyKind, type WireFormat } from "./formats.js";
import { Seen } from "./ledger.js";
import { createStreamWatcher } from "./stream-watcher.js";
import { toldByHeaders } from "./told.js";
import { readAnswer } from "./unary.js";

/** An answer as it begins, and what is known of its request. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: HeadersLike;
  /** From `readRequest` or `formatOf`. */
  readonly format?: WireFormat | undefined;
  /** The answer was asked for in tokens. Default false. */
  readonly streaming?: boolean;
  /** As for `createStreamWatcher`. */
  readonly finishIsEnd?: boolean;
  /** Judges an answer whose status is an error, with the beginning of its body as text. Default: `classify`. */
  readonly classify?: (answer: ErrorStatus) => Verdict;
  /**
   * Given where the bytes are still encoded, as by gzip: decodes a body, or says undefined where it cannot. An encoded
   * stream is opaque. Default: the bytes are plain.
   */
  readonly decode?: ((body: Uint8Array) => Uint8Array | undefined) | undefined;
}

/** An answer that began with an error status, whole or as much as was read of it. */
export interface ErrorStatus {
  readonly status: number;
  readonly headers: HeadersLike;
  readonly body: string;
}

/** How an answer ended, and whether whoever gets it may take it for whole. */
export interface AnswerEnding {
  readonly verdict: Verdict;
  readonly whole: boolean;
}

/** Reads along while an answer passes, up to its verdict. Changes nothing, throws nothing, keeps at most about 1 MiB. */
export interface AnswerReader {
  /** What it is read as: a stream of tokens, an answer in one piece, or the body of an error status. */
  readonly kind: "stream" | "whole" | "error";
  /**
   * Its body is read as events, so another may be written into it: `errorEvent`. May become true while bytes come, where
   * the head did not tell.
   */
  readonly events: boolean;
  /** Reads a chunk and tells what it showed, as bits of `Seen`. */
  push(chunk: Uint8Array): number;
  /** What the call says about its dependency, as soon as the bytes have shown that; often before the body ends. */
  readonly verdict: Verdict | undefined;
  /** The body has ended properly. For an error status also where it broke off: the status has said enough. */
  finish(): AnswerEnding;
  /** The format, given or found. */
  readonly format: WireFormat | undefined;
}

/** The longest answer in one piece that is read. Of a longer one it has to do that it ended properly. */
export const LONGEST_ANSWER = 1_048_576;
export const LONGEST_ERROR = 65_536;
/** Compressed events, read as what they are: bytes that say nothing. */
const ENCODED = "application/gzip";

/** A reader for one answer, streamed or in one piece, good or bad. */
export function createAnswerReader(head: AnswerHead): AnswerReader {
  const contentType = header(head.headers, "content-type");
  if (head.status < 200 || head.status > 299) return readError(head);
  return isStream(head, contentType) ? readStream(head, contentType) : readWhole(head, contentType);
}

/** Whether an answer is watched as a stream. A web page never is, nor is plain JSON, nor what has no body. */
function isStream({ status, streaming }: AnswerHead, contentType: string | undefined): boolean {
  const kind = bodyKind(contentType);
  if (status === 204 || status === 205) return false;
  if (kind === "events" || kind === "lines") return true;
  return streaming === true && kind !== "json" && !/html/i.test(contentType ?? "");
}

function readStream(
  { format, finishIsEnd, decode }: AnswerHead,
  contentType: string | undefined,
): AnswerReader {
  const watcher = createStreamWatcher(
    decode === undefined
      ? { format, contentType, finishIsEnd: finishIsEnd ?? false }
      : { contentType: ENCODED },
  );
  const type = decode === undefined ? bodyKind(contentType) : "other";
  let verdict: Verdict | undefined;
  const ended = (): Verdict => success(watcher.outputTokens);
  return {
    kind: "stream",
    get events() {
      return carriesEvents(type, watcher.format);
    },
    push(chunk) {
      const seen = watcher.push(chunk);
      if (verdict === undefined && seen & (Seen.end | Seen.error))
        verdict = seen & Seen.error ? classifyStreamError(watcher.payload) : ended();
      return seen;
    },
    get verdict() {
      return verdict;
    },
    finish() {
      if (verdict !== undefined) return { verdict, whole: true };
      const end = watcher.finish();
      switch (end.kind) {
        case "complete":
        case "opaque":
          return { verdict: ended(), whole: true };
        case "error":
          return { verdict: classifyStreamError(end.payload), whole: true };
        case "truncated":
          return { verdict: { verdict: "failure", reason: "truncated" }, whole: false };
        case "empty":
          return { verdict: { verdict: "failure", reason: "truncated", detail: "no events" }, whole: false };
      }
    },
    get format() {
      return watcher.format ?? format;
    },
  };
}

/** What has no type that says otherwise is read as events where its format is known. */
function carriesEvents(type: BodyKind | undefined, format: WireFormat | undefined): boolean {
  return type === "events" || type === "lines" || (type === undefined && format !== undefined);
}

/** An answer in one piece. Where tokens were asked for, each piece of it is a sign of life. */
function readWhole(head: AnswerHead, contentType: string | undefined): AnswerReader {
  const { status, format } = head;
  const kept = new KeptBody(LONGEST_ANSWER);
  const seen = head.streaming ? Seen.alive | Seen.token : Seen.alive;
  const judge = (): Verdict => {
    const body = kept.whole ? plain(head, kept) : undefined;
    if (body === undefined) return success(undefined);
    const answer = readAnswer({ status, contentType, body, format });
    switch (answer.kind) {
      case "complete":
        return success(answer.outputTokens);
      case "error":
        return classifyStreamError(answer.payload);
      case "malformed":
        return { verdict: "failure", reason: "malformed", detail: answer.detail };
    }
  };
  return {
    kind: "whole",
    events: false,
    push(chunk) {
      kept.push(chunk);
      return seen;
    },
    verdict: undefined,
    finish: () => ({ verdict: judge(), whole: true }),
    format,
  };
}

/** An error's status decides, with the beginning of its body. */
function readError(head: AnswerHead): AnswerReader {
  const { status, headers, format } = head;
  const kept = new KeptBody(LONGEST_ERROR);
  let verdict: Verdict | undefined;
  const judge = (): Verdict => {
    // A breaker further on rejected the call: no news about the provider.
    if (toldByHeaders(headers)?.kind === "rejected") return { verdict: "neutral", reason: "cancelled" };
    const body = new TextDecoder().decode(plain(head, kept));
    return (head.classify ?? classify)({ status, headers, body });
  };
  return {
    kind: "error",
    events: false,
    push(chunk) {
      kept.push(chunk);
      if (verdict === undefined && !kept.whole) verdict = judge();
      return Seen.alive;
    },
    get verdict() {
      return verdict;
    },
    finish() {
      verdict ??= judge();
      return { verdict, whole: true };
    },
    format,
  };
}

function plain({ decode }: AnswerHead, kept: KeptBody): Uint8Array | undefined {
  const bytes = kept.bytes();
  return decode === undefined ? bytes : decode(bytes);
}

function success(outputTokens: number | undefined): Verdict {
  return outputTokens === undefined ? { verdict: "success" } : { verdict: "success", outputTokens };
}
