import { anyOf } from "./any-of.js";
import type { DetectorFactory } from "./detector.js";
import { errors } from "./errors.js";
import { slowness } from "./slowness.js";
import { throttling } from "./throttling.js";

/** The default policy: the three meters together, each with an action of its own. */
export function meters(): DetectorFactory {
  return anyOf(errors(), throttling(), slowness());
}
