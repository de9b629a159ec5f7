import { LabError } from "../lab-error.js";
import { AdaptiveThrottle } from "./adaptive.js";
import { CLASSIC } from "./classic.js";
import type { Policy } from "./guard.js";
import { PARTS, RECLOSER } from "./own.js";
import { PEERS } from "./peers/peers.js";
import { Bulkhead, Oracle } from "./plain.js";
import { assignment, tunable, withOptions } from "./tuning.js";

const NONE: Policy = {
  id: "none",
  title: "none",
  time: "virtual",
  make: () => new Bulkhead(Infinity),
};
const BULKHEAD: Policy = {
  id: "bulkhead",
  title: "bulkhead only",
  time: "virtual",
  make: ({ bulkhead }) => new Bulkhead(bulkhead),
};
const ADAPTIVE = tunable("adaptive", "adaptive throttling, K = 2", {
  knobs: {
    k: { default: 2, least: 1, most: 100, tries: [1.1, 1.25, 1.5, 2, 3] },
    windowMs: { default: 120_000, least: 1_000, most: 3_600_000, tries: [15_000, 30_000, 60_000, 120_000] },
  },
  make: ({ k = 2, windowMs = 120_000 }, needs) => new AdaptiveThrottle({ k, windowMs }, needs),
});
const ORACLE: Policy = {
  id: "oracle",
  title: "oracle",
  time: "virtual",
  make: (needs) => new Oracle(needs),
};

/** All policies, in the order in which tables show them. */
export const POLICIES: readonly Policy[] = [
  NONE,
  BULKHEAD,
  ...CLASSIC,
  ADAPTIVE,
  ...PEERS,
  RECLOSER,
  ...PARTS,
  ORACLE,
];

/** What is compared unless told otherwise. */
const USUAL = ["none", "bulkhead", "consecutive", "resilience4j", "adaptive", "recloser", "oracle"];
/** Names for several policies at once. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  usual: USUAL,
  classic: CLASSIC.map(({ id }) => id),
  peers: PEERS.map(({ id }) => id),
  parts: [RECLOSER, ...PARTS].map(({ id }) => id),
  all: POLICIES.map(({ id }) => id),
};

const POLICY_NAMES: readonly string[] = [...Object.keys(GROUPS), ...POLICIES.map(({ id }) => id)];

/**
 * The policies that a comma-separated list names, each once; groups are `usual`, `classic`, `peers`, `parts`, `all`. Options
 * follow a name: `recloser:errorThreshold=0.2:coolDown.growth=1`.
 *
 * @throws LabError when it names what there is not.
 */
export function choosePolicies(names: string): readonly Policy[] {
  const ids = names.split(",").flatMap((name) => GROUPS[name.trim()] ?? [name.trim()]);
  const policies = [...new Set(ids)].map(policyOf);
  const place = ({ id }: Policy) => POLICIES.findIndex((policy) => policy.id === id.split(":", 1)[0]);
  return policies.sort((a, b) => place(a) - place(b));
}

/** @throws LabError when there is none of that name, or with that option. */
export function policyOf(id: string): Policy {
  const [name, ...options] = id.split(":");
  const policy = POLICIES.find((candidate) => candidate.id === name);
  if (policy === undefined)
    throw new LabError(`There is no policy "${name}"; there are ${POLICY_NAMES.join(", ")}.`);
  return options.length === 0 ? policy : withOptions(policy, Object.fromEntries(options.map(assignment)));
}
