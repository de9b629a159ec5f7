import { type Attempt, classified, isEnding } from "../../attempt.js";
import { read } from "../../outcome/facts.js";
import { remember } from "../fetch/failure-of.js";

/** Judges what a model threw, and keeps what it was for `failureOf`. */
export function judge(attempt: Attempt, error: unknown): void {
  const answer = unreadAnswer(error);
  if (answer !== undefined) {
    const told = classified(attempt.circuit, answer);
    const failure = attempt.end(isEnding(told) ? told : { verdict: "failure", reason: "malformed" }, error);
    if (failure !== undefined) remember(error, failure);
    return;
  }
  try {
    const failure = attempt.fail(error);
    if (failure !== undefined) remember(error, failure);
  } catch {
    // No failure of the dependency. Its caller gets it as it is, like any other.
  }
}

/** Judges the content of an error part: an Error, or what the provider wrote. */
export function judgeErrorPart(attempt: Attempt, error: unknown): void {
  if (error instanceof Error) {
    judge(attempt, error);
    return;
  }
  const told = classified(attempt.circuit, { status: 200, body: { error } });
  const failure = attempt.end(isEnding(told) ? told : { verdict: "failure", reason: "stream-error" }, error);
  if (failure === undefined) return;
  remember(error, failure);
  // `ai` 7 makes an error of its own, and hands on what the provider wrote.
  remember(read(error, "data"), failure);
}

/**
 * The 2xx answer that the SDK could not read. Its body says what it was; the SDK's error says only what its schema had
 * expected, in words that look like a refusal.
 */
function unreadAnswer(error: unknown): object | undefined {
  const status = read(error, "statusCode");
  const body = read(error, "responseBody");
  if (typeof status !== "number" || status < 200 || status > 299 || typeof body !== "string")
    return undefined;
  return { status, headers: read(error, "responseHeaders") ?? {}, body };
}
