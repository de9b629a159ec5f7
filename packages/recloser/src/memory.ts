import type { SavedEvidence } from "./evidence/evidence.js";
import { BUCKETS } from "./evidence/histogram.js";
import type { SavedLimit } from "./limit/limit.js";
import type { ObserveView } from "./recover/enforcement.js";
import type { SavedHindsight } from "./recover/hindsight.js";
import type { SavedMachine } from "./recover/machine.js";

/** What `restore` needs. Its inside belongs to this version of the library: store it as it is. */
export interface CircuitMemory {
  readonly version: 1;
  readonly machine: SavedMachine;
  readonly evidence: SavedEvidence;
  readonly limit: SavedLimit;
  readonly hindsight: SavedHindsight;
  readonly observing?: ObserveView;
}

/** The memory in a stored snapshot, if it has one that a circuit of this version may have written. */
export function readMemory(snapshot: unknown): CircuitMemory | undefined {
  if (typeof snapshot !== "object" || snapshot === null || !("memory" in snapshot)) return undefined;
  return memory(snapshot.memory) ? (snapshot.memory as CircuitMemory) : undefined;
}

type Check = (value: unknown) => boolean;

/** Ages, counts and levels: none is negative, and none is beyond a century of milliseconds. */
const amount: Check = (value) => typeof value === "number" && value >= 0 && value <= 4e12;
const text: Check = (value) => typeof value === "string" && value.length <= 1_000;
const yesOrNo: Check = (value) => typeof value === "boolean";
const anything: Check = () => true;
const absentOr =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const oneOf =
  (...allowed: readonly unknown[]): Check =>
  (value) =>
    allowed.includes(value);
const amounts =
  (most: number): Check =>
  (value) =>
    Array.isArray(value) && value.length <= most && value.every(amount);

/** An object whose fields pass; others may be there, for a later version's sake. */
function fields(checks: Readonly<Record<string, Check>>): Check {
  return (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.entries(checks).every(([key, check]) => check((value as Record<string, unknown>)[key]));
}

const counts = amounts(2 * BUCKETS);
const durations = absentOr(
  fields({
    counts,
    unread: amount,
    halvedAgoMs: amount,
    forMs: amount,
    healthy: absentOr(fields({ samples: amount, p50Ms: amount, p90Ms: amount, p99Ms: amount })),
    changed: absentOr(fields({ forMs: amount, counts, calm: amount })),
  }),
);
const kind = fields({
  wait: durations,
  perToken: durations,
  proven: absentOr(fields({ ms: amount, agoMs: amount })),
});

const memory = fields({
  version: oneOf(1),
  machine: fields({
    state: oneOf("closed", "open", "half-open", "forced-open", "forced-closed"),
    forMs: amount,
    endsInMs: absentOr(amount),
    cause: absentOr(fields({ kind: oneOf("failing", "throttled", "quota", "operator"), message: text })),
    successes: absentOr(amount),
    epoch: amount,
    opened: amount,
    failedProbes: amount,
    askedForMs: absentOr(amount),
    trippedBy: text,
  }),
  evidence: fields({
    rate: fields({ calls: amount, seconds: amount, agoMs: amount }),
    baseline: fields({ streaming: kind, unary: kind }),
    meters: anything,
    calm: yesOrNo,
    stalledSince: fields({ streaming: yesOrNo, unary: yesOrNo }),
    deadlineMs: fields({ streaming: amount, unary: amount }),
    expectedAgoMs: fields({ streaming: amount, unary: amount }),
    witnessAgoMs: fields({ streaming: amount, unary: amount }),
  }),
  limit: fields({
    peak: amount,
    peakAgoMs: amount,
    inFlight: amounts(64),
    suspected: absentOr(
      fields({ waiting: amount, inFlight: (value) => value === null || amount(value), why: text }),
    ),
    probation: absentOr(amount),
  }),
  hindsight: fields({
    confirmed: amount,
    contested: amount,
    latest: oneOf(null, "confirmed", "contested"),
    sparedCalls: amount,
    sparedMs: amount,
    lostCalls: amount,
    heldMs: (value) => value === null || amount(value),
    pending: amount,
    open: oneOf("no", "unjudged", "confirmed", "contested"),
  }),
  observing: absentOr(fields({ cause: text, endsInMs: amount })),
});
