import type { Entry } from "./entry.js";
import { FAULTS, UNPROTECTED } from "./faults.js";
import { FLEETS } from "./fleets.js";
import { DRIFT, HEALTHY } from "./healthy.js";

/** All that is run, in the order in which it is printed. */
export const CATALOGUE: readonly Entry[] = [...FAULTS, ...UNPROTECTED, ...HEALTHY, DRIFT, ...FLEETS];
