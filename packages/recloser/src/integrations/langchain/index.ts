/**
 * For LangChain: `onFailedAttempt` makes chat models behind a `circuitFetch` fail fast; `circuitCallbacks` guards models
 * that take no `fetch`.
 *
 * @module
 */
export { failureOf } from "../fetch/failure-of.js";
export {
  type ChooseCircuit,
  type CircuitCallbacks,
  circuitCallbacks,
  type ModelRun,
} from "./circuit-callbacks.js";
export { onFailedAttempt } from "./on-failed-attempt.js";
