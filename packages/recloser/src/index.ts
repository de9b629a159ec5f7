/**
 * Recloser: a circuit breaker for LLM calls. Importing this module runs nothing.
 *
 * @module
 */
export { patienceMs } from "./attempt.js";
export type { CallContext, CallOptions } from "./call.js";
export { Circuit } from "./circuit.js";
export { Circuits, type CircuitsOptions } from "./circuits.js";
export type { Clock } from "./clock.js";
export { anyOf } from "./detect/any-of.js";
export { consecutive } from "./detect/consecutive.js";
export type {
  CallFacts,
  Detector,
  DetectorContext,
  DetectorFactory,
  Meter,
  Trip,
} from "./detect/detector.js";
export { errors } from "./detect/errors.js";
export { type ThresholdOptions, thresholds } from "./detect/thresholds.js";
export type { CircuitEvents, Listener, RejectedEvent, SettledEvent, TransitionEvent } from "./events.js";
export type { CircuitOptions, CircuitPolicy, Mode } from "./options.js";
export { CircuitError } from "./outcome/circuit-error.js";
export {
  type ClassificationRow,
  classificationTable,
  classify,
  classifyStreamError,
} from "./outcome/classify.js";
export type {
  Answered,
  Cancelled,
  Failed,
  Failure,
  Outcome,
  Refused,
  Rejected,
  RejectionReason,
  StateName,
  Unanswered,
} from "./outcome/outcome.js";
export type {
  ErrorReason,
  FailureReason,
  FailureVerdict,
  NeutralReason,
  NeutralVerdict,
  SuccessVerdict,
  Verdict,
} from "./outcome/verdict.js";
export type { Admission, AdmitOptions, Permit } from "./permit.js";
export type { CoolDownOptions } from "./recover/cool-down.js";
export type { CircuitSnapshot, Totals } from "./snapshot.js";
