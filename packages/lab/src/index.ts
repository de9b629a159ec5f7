/**
 * The lab: simulates fleets of workers in virtual time, and compares what breaker policies do for them.
 *
 * @module
 */
export { FIGURES, type Figure } from "./figures/figures.js";
export type { Estimate } from "./figures/stats.js";
export type { Tally } from "./figures/tally.js";
export { LabError } from "./lab-error.js";
export { choosePolicies, POLICIES } from "./policy/catalogue.js";
export type {
  Decision,
  Guard,
  GuardedCall,
  GuardNeeds,
  GuardPermit,
  GuardWatch,
  Policy,
} from "./policy/guard.js";
export { htmlReport } from "./report/html.js";
export { toJson } from "./report/json.js";
export { scenarioTable } from "./report/text.js";
export { type Cell, type Comparison, compare, type ScenarioResult } from "./run/compare.js";
export { loadScenario, ownScenarios, parseScenario } from "./scenario/load.js";
export type { Scenario } from "./scenario/scenario.js";
