/**
 * A `fetch` behind a circuit, for any SDK that takes one.
 *
 * @module
 */
// @ts-nocheck

export { type ChooseCircuit, type CircuitFetchOptions, circuitFetch } from "./circuit-fetch.js";
export { failureOf } from "./failure-of.js";
export type { FetchRequest } from "./request.js";
