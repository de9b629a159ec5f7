import { LabError } from "../lab-error.js";
import { AdaptiveThrottle } from "./adaptive.js";
import { CLASSIC } from "./classic.js";
import type { Policy } from "./guard.js";
import { PARTS, RECLOSER } from "./own.js";
import { PEERS } from "./peers/peers.js";
import { Bulkhead, Oracle } from "./plain.js";

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
const ADAPTIVE: Policy = {
  id: "adaptive",
  title: "adaptive throttling, K = 2",
  time: "virtual",
  make: (needs) => new AdaptiveThrottle(needs),
};
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
 * The policies that a comma-separated list names, each once; groups are `usual`, `classic`, `peers`, `parts`, `all`.
 *
 * @throws LabError when it names what there is not.
 */
export function choosePolicies(names: string): readonly Policy[] {
  const ids = names.split(",").flatMap((name) => GROUPS[name.trim()] ?? [name.trim()]);
  const unknown = ids.find((id) => POLICIES.every((policy) => policy.id !== id));
  if (unknown !== undefined)
    throw new LabError(`There is no policy "${unknown}"; there are ${POLICY_NAMES.join(", ")}.`);
  return POLICIES.filter(({ id }) => ids.includes(id));
}

/** @throws LabError when there is none of that name. */
export function policyOf(id: string): Policy {
  const policy = POLICIES.find((candidate) => candidate.id === id);
  if (policy === undefined) throw new LabError(`There is no policy "${id}".`);
  return policy;
}
