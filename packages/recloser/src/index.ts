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
export { meters } from "./detect/meters.js";
export { slowness } from "./detect/slowness.js";
export { type ThresholdOptions, thresholds } from "./detect/thresholds.js";
export { throttling } from "./detect/throttling.js";
export type {
  CircuitEvents,
  JudgedEvent,
  LimitedEvent,
  Listener,
  RejectedEvent,
  SettledEvent,
  TransitionEvent,
} from "./events.js";
export type { HealthyCalls } from "./evidence/baseline.js";
export type { Healthy } from "./evidence/healthy.js";
export type { Quantiles } from "./evidence/histogram.js";
export type { StallDeadlines } from "./evidence/in-flight.js";
export type { WindowView } from "./evidence/window.js";
export type { Priority } from "./limit/limit.js";
export { type RetryBudget, retryBudgetOf } from "./limit/retry-budget.js";
export type { CircuitMemory } from "./memory.js";
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
export type { ProviderView } from "./providers.js";
export type { CoolDownOptions } from "./recover/cool-down.js";
export type { ObserveView } from "./recover/enforcement.js";
export type { HindsightView, Judgement } from "./recover/hindsight.js";
export { retryWaitMs } from "./retry.js";
export type { BaselineView, CircuitSnapshot, Totals } from "./snapshot.js";
