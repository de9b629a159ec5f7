import { parseScenario } from "../scenario/load.js";
import type { Scenario } from "../scenario/scenario.js";

/** A scenario from a few lines of a file. */
export function scenarioOf(lines: object): Scenario {
  // JSON is YAML, too.
  return parseScenario("test", JSON.stringify({ title: "test", ...lines }));
}
