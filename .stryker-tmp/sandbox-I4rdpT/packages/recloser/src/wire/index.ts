/**
 * What the bytes of LLM requests and answers say: model, tokens, signs of life, the end, an error, a cut; and the errors
 * that a breaker writes in their place. Pure functions and small state machines: no I/O, no timers, no clock; any
 * runtime with `TextDecoder`.
 */
// @ts-nocheck

export {
  type AnswerEnding,
  type AnswerHead,
  type AnswerReader,
  createAnswerReader,
  type ErrorStatus,
} from "./answer-reader.js";
export { type ClientDeadline, clientDeadline } from "./client-timeout.js";
export {
  circuitHeaders,
  type ErrorAnswer,
  errorAnswer,
  type FailedCall,
  failedFacts,
  rejectionFacts,
} from "./error-answer.js";
export { type ErrorFacts, errorBody, errorEvent } from "./error-body.js";
export { formatOf, type WireFormat } from "./formats.js";
export { Seen, type StreamEnd } from "./ledger.js";
export { circuitName, providerName } from "./names.js";
export {
  type GenerationHead,
  isGeneration,
  type RequestFacts,
  type RequestHead,
  readRequest,
} from "./request.js";
export {
  createEventWatcher,
  createStreamWatcher,
  type EventWatcher,
  type StreamWatcher,
  type WatchOptions,
} from "./stream-watcher.js";
export { type Answer, type AnswerReading, readAnswer } from "./unary.js";
