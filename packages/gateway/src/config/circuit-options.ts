import {
  type CircuitsOptions,
  consecutive,
  type DetectorFactory,
  errors,
  meters,
  thresholds,
} from "recloser";
import type { RawConfig } from "./schema.js";

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** The library's options for a configuration. */
export function circuitOptions(config: Pick<RawConfig, "circuit" | "limits">): CircuitsOptions {
  const { policy, coolDown, probes, stallDeadlineMs, ...rest } = config.circuit;
  return {
    ...defined(rest),
    coolDown: defined(coolDown),
    probes: defined(probes),
    stallDeadlineMs: defined(stallDeadlineMs),
    detector: detectorOf(policy),
    maxCircuits: config.limits.maxCircuits,
  };
}

function detectorOf(policy: RawConfig["circuit"]["policy"]): DetectorFactory {
  if (policy === "meters") return meters();
  if (policy === "errors") return errors();
  return "consecutive" in policy ? consecutive(policy.consecutive) : thresholds(defined(policy.thresholds));
}

/** Without its undefined fields, which the library would refuse. */
function defined<T extends object>(options: T): Defined<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<T>;
}
