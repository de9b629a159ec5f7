import { ALONE, type Entry, RATES, warmCalls } from "./entry.js";
import type { Fault } from "./fault.js";
import { BULKHEADED, SHARED } from "./policies.js";
import { type Traffic, USUAL } from "./traffic.js";

/** Time to fail or to slow down before anything was learned. */
const COLD_S = 20;
const COLD_CALLS = 4;

interface FaultEntry {
  readonly id: string;
  readonly title: string;
  readonly fault: Fault;
  readonly traffic?: Traffic;
  readonly rates?: readonly number[];
  readonly watchS?: number;
  readonly cold?: boolean;
  readonly quick?: boolean;
}

function faulty(entry: FaultEntry): Entry {
  const { id, title, fault, traffic = USUAL, rates = RATES, watchS, cold = false, quick = false } = entry;
  return {
    id,
    title,
    table: "fault",
    rates,
    policies: BULKHEADED,
    quick,
    at: (perSecond) => ({
      ...ALONE,
      name: id,
      perSecond,
      traffic,
      fault,
      warmCalls: cold ? Math.max(COLD_CALLS, COLD_S * perSecond) : warmCalls(perSecond),
      watchS: watchS ?? (perSecond < 1 ? 600 : 300),
      otherWork: true,
    }),
    repeats: (perSecond) => (perSecond > 1 ? 2 : 10),
  };
}

const UNARY: Traffic = { ...USUAL, streaming: false };
/** The default of the providers' SDKs. */
const PATIENT: Traffic = { ...USUAL, timeoutS: 600 };
const PATIENT_UNARY: Traffic = { ...PATIENT, streaming: false };
const DEAD: Fault = { kind: "errors", share: 1 };
const HANG: Fault = { kind: "hang" };
/** Long enough for the SDK's limit to pass and be counted. */
const LONG_S = 1200;

function slow(firstToken: number, token: number): Fault {
  return { kind: "slow", firstToken, token };
}

function errors(share: number): Fault {
  return { kind: "errors", share };
}

function flapping(periodS: number): Fault {
  return { kind: "flapping", periodS, upShare: 0.4 };
}

export const FAULTS: readonly Entry[] = [
  faulty({ id: "dead", title: "fast 5xx", fault: DEAD, quick: true }),
  faulty({ id: "dead-unary", title: "fast 5xx, unary", fault: DEAD, traffic: UNARY, quick: true }),
  faulty({ id: "dead-cold", title: "fast 5xx, cold start", fault: DEAD, cold: true }),
  faulty({ id: "hang-60", title: "hang, client limit 60 s", fault: HANG }),
  faulty({
    id: "hang-600",
    title: "hang, client limit 600 s",
    fault: HANG,
    traffic: PATIENT,
    watchS: LONG_S,
    quick: true,
  }),
  faulty({
    id: "hang-600-unary",
    title: "hang, client limit 600 s, unary",
    fault: HANG,
    traffic: PATIENT_UNARY,
    watchS: LONG_S,
    quick: true,
  }),
  faulty({
    id: "hang-600-cold",
    title: "hang, client limit 600 s, cold start",
    fault: HANG,
    traffic: PATIENT,
    watchS: LONG_S,
    cold: true,
  }),
  faulty({ id: "errors-30", title: "30 % errors", fault: errors(0.3), quick: true }),
  faulty({
    id: "errors-30-unary",
    title: "30 % errors, unary",
    fault: errors(0.3),
    traffic: UNARY,
    quick: true,
  }),
  faulty({ id: "errors-60", title: "60 % errors", fault: errors(0.6), quick: true }),
  faulty({ id: "slow-2", title: "slow × 2", fault: slow(2, 2), quick: true }),
  faulty({ id: "slow-5", title: "slow × 5", fault: slow(5, 5), quick: true }),
  faulty({ id: "slow-first-token", title: "first token × 5", fault: slow(5, 1) }),
  faulty({ id: "slow-tokens", title: "tokens × 5", fault: slow(1, 5) }),
  faulty({ id: "flap-20", title: "flapping, 20 s, up 40 %", fault: flapping(20), quick: true }),
  faulty({ id: "flap-60", title: "flapping, 60 s, up 40 %", fault: flapping(60) }),
];

/** The faults that fill a pool, on one that nothing protects. */
export const UNPROTECTED: readonly Entry[] = [
  "slow-2",
  "slow-5",
  "slow-tokens",
  "hang-60",
  "hang-600",
].flatMap((id) =>
  FAULTS.filter((entry) => entry.id === id).map((entry) => ({
    ...entry,
    id: `shared-${id}`,
    table: "shared",
    rates: [1],
    policies: SHARED,
    quick: id === "slow-5",
  })),
);
