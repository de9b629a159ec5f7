/**
 * A language-model middleware of the AI SDK whose calls pass a circuit.
 *
 * @module
 */
export { failureOf } from "../fetch/failure-of.js";
export {
  type ChooseCircuit,
  type CircuitMiddleware,
  type CircuitMiddlewareOptions,
  circuitMiddleware,
} from "./circuit-middleware.js";
export type { CallParams, GuardedModel, ModelCall } from "./model.js";
