/**
 * A BullMQ processor behind a circuit: jobs that meet an open circuit go back to the queue, and the rest flows.
 *
 * @module
 */
export { type GivenUp, readFailedReason } from "./failed-reason.js";
export { type ChooseJobCircuit, type GuardedProcessor, guard } from "./guard.js";
export type { DeferrableJob } from "./job.js";
export type { Deferral, GuardOptions } from "./options.js";
