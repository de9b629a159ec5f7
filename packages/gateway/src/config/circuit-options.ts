import {
  type CircuitsOptions,
  consecutive,
  type DetectorFactory,
  errors,
  meters,
  thresholds,
  throttling,
} from "recloser";
import { isCredentialCircuit } from "../routes/names.js";
import type { RawConfig } from "./schema.js";

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** Throttling has no stall: nothing that hangs says anything about an account. */
const NEVER_MS = 2_147_483_647;
/** A probe of an account that has not even been answered by then has failed. */
const PROBE_LEASE_MS = 60_000;

/** The library's options for a configuration. */
export function circuitOptions(config: Pick<RawConfig, "circuit" | "limits" | "retries">): CircuitsOptions {
  const { policy, coolDown, probes, stallDeadlineMs, ...rest } = config.circuit;
  const { retries } = config;
  const credential = {
    detector: throttling(),
    stallDeadlineMs: { streaming: NEVER_MS, unary: NEVER_MS },
    maxConcurrent: Infinity,
    probes: { leaseMs: PROBE_LEASE_MS, ...defined(probes) },
  };
  return {
    ...defined(rest),
    coolDown: defined(coolDown),
    probes: defined(probes),
    stallDeadlineMs: defined(stallDeadlineMs),
    detector: detectorOf(policy),
    ...(retries.attempts > 1 ? { retries } : {}),
    maxCircuits: config.limits.maxCircuits,
    each: (name) => (isCredentialCircuit(name) ? credential : undefined),
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
