import { Circuit } from "../circuit.js";
import { consecutive } from "../detect/consecutive.js";
import type { StateName } from "../outcome/outcome.js";
import type { Permit } from "../permit.js";
import type { Model, ModelSettings } from "./model.js";
import { isConserved } from "./subject.js";
import { FAILED, NEUTRAL, OK } from "./verdicts.js";

export const ACTIONS = [
  "admit",
  "token",
  "succeed",
  "fail",
  "neutral",
  "moment",
  "cool-down",
  "lease",
] as const;
export type Action = (typeof ACTIONS)[number];
export type Wait = "moment" | "cool-down" | "lease";
export const VERDICTS = { succeed: OK, fail: FAILED, neutral: NEUTRAL } as const;

export const START = 1_000_000;
/** The first cool-down, with jitter taken to be 1×. Later ones are longer. */
const COOL_DOWN_MS = 5_000;

export interface Exploration {
  /** Events in a sequence. */
  readonly length: number;
  /** Which of the calls that have not been settled an event is about. */
  readonly order: "oldest" | "newest";
  readonly waits: Readonly<Record<Wait, number>>;
  readonly settings: ModelSettings;
  readonly streaming: boolean;
  /** Whether somebody reads the state after each event. Else nobody does before the end. */
  readonly watched: boolean;
}

/** One event, and what the model says of it. */
export interface Step {
  readonly action: Action;
  /** The call that it is about; -1 when there is none. */
  readonly n: number;
  /** What `admit` or `settle` answers. */
  readonly answer: string | boolean | undefined;
  readonly state: StateName;
  readonly until: number;
  /** How many transitions there have been. */
  readonly transitions: number;
}

export function isWait(action: Action): action is Wait {
  return action === "moment" || action === "cool-down" || action === "lease";
}

/**
 * Takes a circuit that opens after two failures in a row through one sequence. Throws at the first difference from what the
 * model has said, and where an invariant is broken:
 *
 * - each permit ends once: settled, expired or aborted, and never twice;
 * - at most one probe waits for its verdict;
 * - a result of an older epoch changes nothing;
 * - an opening never ends before its cool-down, and nothing is admitted meanwhile.
 *
 * There is no `expect` here: it would take longer than the circuit.
 */
export function replay(
  steps: readonly Step[],
  model: Model,
  exploration: Exploration,
  withSnapshot: boolean,
): void {
  const { settings, waits, watched, streaming } = exploration;
  let now = START;
  let i = 0;
  const differs = (what: string, seen: unknown, expected: unknown): void => {
    if (seen === expected) return;
    const events = steps.map(({ action }, at) => (at === i ? `>${action}<` : action)).join(", ");
    throw new Error(`${events}: ${what} is ${String(seen)}, not ${String(expected)}.`);
  };
  const circuit = new Circuit("m", {
    clock: { now: () => now },
    random: () => 0.5,
    detector: consecutive(2),
    stallDeadlineMs: settings.stall,
    probes: { leaseMs: settings.leaseMs, successes: settings.successes },
  });
  const transitions: string[] = [];
  let openUntil = -Infinity;
  let openings = 0;
  let tooSoon = 0;
  let probing = -1;
  circuit.on("transition", ({ from, to, at }) => {
    transitions.push(`${from} > ${to} at ${at}`);
    if (at < openUntil) tooSoon++;
    openUntil = to === "open" ? at + COOL_DOWN_MS : -Infinity;
    if (to === "open") openings++;
    probing = -1;
  });
  const permits: Permit[] = [];
  const admittedIn: number[] = [];
  const ends: number[] = [];

  for (; i < steps.length; i++) {
    const step = steps[i];
    if (step === undefined) break;
    const { action, n } = step;
    const before = transitions.length;
    if (action === "admit") {
      const index = permits.length;
      const onAbort = (): void => {
        ends[index] = (ends[index] ?? 0) + 1;
      };
      const admission = circuit.admit({ streaming, onAbort });
      differs("the answer", admission.ok ? "admitted" : admission.failure.reason, step.answer);
      if (admission.ok) {
        differs("being a probe", admission.permit.probe, step.state === "half-open");
        if (admission.permit.probe) {
          differs("the probe that is out already", probing, -1);
          probing = index;
        }
        differs("an admission while open", now < openUntil, false);
        permits.push(admission.permit);
        admittedIn.push(transitions.length);
        ends.push(0);
      } else if (step.state === "open") {
        differs("retryAfterMs", admission.failure.retryAfterMs, step.until - now);
      }
    } else if (action === "token") {
      permits[n]?.progress();
    } else if (isWait(action)) {
      now += waits[action];
    } else {
      const settled = permits[n]?.settle(VERDICTS[action]) === true;
      differs("settle()", settled, step.answer);
      if (settled) ends[n] = (ends[n] ?? 0) + 1;
    }
    if (n === probing) probing = -1;
    if (watched || i === steps.length - 1) {
      differs("the state", circuit.state, step.state);
      differs("the number of transitions", transitions.length, step.transitions);
      const stale = n >= 0 && (admittedIn[n] ?? 0) < before;
      if (stale && watched) differs("the transitions after a stale result", transitions.length, before);
    } else if (action === "admit") {
      differs("the number of transitions", transitions.length, step.transitions);
    }
  }

  i = steps.length;
  for (let t = 0; t < transitions.length; t++) differs("a transition", transitions[t], model.transitions[t]);
  differs("the number of openings that ended early", tooSoon, 0);
  if (withSnapshot) compare(circuit, model, now, openings, differs);
  // Each permit has ended once, or does so now: none is lost, and none is there twice.
  for (const { n, end } of model.calls) {
    differs(`the last settle() of call ${n}`, permits[n]?.settle(NEUTRAL), end === undefined);
    differs(`one more settle() of call ${n}`, permits[n]?.settle(OK), false);
    differs(`the ends of call ${n}`, ends[n], end === undefined ? 0 : 1);
  }
}

function compare(
  circuit: Circuit,
  model: Model,
  now: number,
  openings: number,
  differs: (what: string, seen: unknown, expected: unknown) => void,
): void {
  const snapshot = circuit.snapshot();
  const { totals, inFlight, epoch, endsInMs, limit } = snapshot;
  differs("conservation", isConserved(snapshot), true);
  differs("admitted", totals.admitted, model.calls.length);
  for (const end of ["settled", "expired", "aborted"] as const) differs(end, totals[end], model.count(end));
  differs("in flight", inFlight.total, model.count(undefined));
  differs("the epoch", epoch, model.epoch);
  differs("opened", totals.opened, openings);
  differs("the end of the state", endsInMs ?? Infinity, model.until - now);
  differs("the limit of probation", limit.waiting ?? Infinity, model.room);
}
