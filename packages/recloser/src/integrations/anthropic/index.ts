/**
 * A middleware of `@anthropic-ai/sdk` whose requests pass a circuit.
 *
 * @module
 */
export type { ChooseCircuit } from "../fetch/circuit-fetch.js";
export { failureOf } from "../fetch/failure-of.js";
export type { FetchRequest } from "../fetch/request.js";
export {
  type CircuitMiddleware,
  type CircuitMiddlewareOptions,
  circuitMiddleware,
  type MiddlewareRequest,
} from "./circuit-middleware.js";
