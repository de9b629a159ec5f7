import type { Phase, Quota, Scenario } from "./scenario.js";

/** What one model is like for a while. */
export interface Condition {
  /** It differs from healthy in a way that a policy should act on. */
  readonly faulty: boolean;
  readonly errors: number;
  readonly hangs: number;
  readonly stalls: number;
  readonly cuts: number;
  readonly throttled: number;
  readonly retryAfterMs: number | undefined;
  readonly quota: Quota | undefined;
  readonly firstToken: number;
  readonly token: number;
  readonly capacity: number;
}

/** A condition that holds from one moment, counted from the onset, to the next one's. */
export interface Stretch {
  readonly fromMs: number;
  readonly condition: Condition;
}

export const WELL: Condition = {
  faulty: false,
  errors: 0,
  hangs: 0,
  stalls: 0,
  cuts: 0,
  throttled: 0,
  retryAfterMs: undefined,
  quota: undefined,
  firstToken: 1,
  token: 1,
  capacity: 1,
};

/** What a model goes through, from minus infinity to the end: always begins well. */
export function stretchesOf(
  scenario: Pick<Scenario, "phases" | "watchMs">,
  model: string,
): readonly Stretch[] {
  const phases = scenario.phases.filter(({ models }) => models.length === 0 || models.includes(model));
  const moments = new Set<number>();
  for (const phase of phases) for (const moment of momentsOf(phase)) moments.add(moment);
  const stretches: Stretch[] = [{ fromMs: -Infinity, condition: WELL }];
  for (const fromMs of [...moments].sort((a, b) => a - b)) {
    if (fromMs >= scenario.watchMs) break;
    const active = phases.filter((phase) => isActive(phase, fromMs));
    stretches.push({ fromMs, condition: active.length === 0 ? WELL : together(active) });
  }
  return stretches;
}

function momentsOf({ fromMs, untilMs, every }: Phase): readonly number[] {
  if (every === undefined) return [fromMs, untilMs];
  const moments: number[] = [];
  for (let round = 0; fromMs + round * every.periodMs < untilMs; round++) {
    const start = fromMs + round * every.periodMs;
    moments.push(start, Math.min(untilMs, start + every.forMs));
  }
  return moments;
}

function isActive({ fromMs, untilMs, every }: Phase, at: number): boolean {
  if (at < fromMs || at >= untilMs) return false;
  if (every === undefined) return true;
  const round = Math.floor((at - fromMs) / every.periodMs);
  return at < fromMs + round * every.periodMs + every.forMs;
}

/** Shares of calls that fail: the largest. Factors: their product. */
function together(phases: readonly Phase[]): Condition {
  const most = (of: (phase: Phase) => number): number => Math.max(...phases.map(of));
  const product = (of: (phase: Phase) => number): number => phases.reduce((all, phase) => all * of(phase), 1);
  return {
    faulty: phases.some(({ fault }) => fault),
    errors: most(({ errors }) => errors),
    hangs: most(({ hangs }) => hangs),
    stalls: most(({ stalls }) => stalls),
    cuts: most(({ cuts }) => cuts),
    throttled: most(({ throttled }) => throttled),
    retryAfterMs: phases.find(({ retryAfterMs }) => retryAfterMs !== undefined)?.retryAfterMs,
    quota: phases.find(({ quota }) => quota !== undefined)?.quota,
    firstToken: product(({ firstToken }) => firstToken),
    token: product(({ token }) => token),
    capacity: product(({ capacity }) => capacity),
  };
}

/** Follows the stretches of one model as time goes on: asked for a moment, it never looks back. */
export class Conditions {
  readonly #stretches: readonly Stretch[];
  #at = 0;

  constructor(stretches: readonly Stretch[]) {
    this.#stretches = stretches;
  }

  /** Whether it is not faulty now, and has not been for so long. */
  wellForMs(sinceOnsetMs: number, lengthMs: number): boolean {
    if (this.now(sinceOnsetMs).faulty) return false;
    for (let at = this.#at; at > 0; at--) {
      if ((this.#stretches[at]?.fromMs ?? 0) <= sinceOnsetMs - lengthMs) return true;
      if (this.#stretches[at - 1]?.condition.faulty ?? false) return false;
    }
    return true;
  }

  /** The condition at a moment counted from the onset; no earlier than the last one asked for. */
  now(sinceOnsetMs: number): Condition {
    while ((this.#stretches[this.#at + 1]?.fromMs ?? Infinity) <= sinceOnsetMs) this.#at++;
    return this.#stretches[this.#at]?.condition ?? WELL;
  }
}

/** Counted from the onset; Infinity where there is none. */
export interface FaultSpan {
  /** When the first fault of any model begins. */
  readonly fromMs: number;
  /** When the last one ends, if it ends within the watch. */
  readonly untilMs: number;
}

export function faultSpan(scenario: Pick<Scenario, "phases" | "watchMs" | "models">): FaultSpan {
  const starts: number[] = [];
  const ends: number[] = [];
  for (const { name } of scenario.models) {
    const stretches = stretchesOf(scenario, name);
    const first = stretches.find(({ condition }) => condition.faulty);
    if (first === undefined) continue;
    starts.push(first.fromMs);
    const last = stretches.findLastIndex(({ condition }) => condition.faulty);
    ends.push(stretches[last + 1]?.fromMs ?? Infinity);
  }
  return { fromMs: Math.min(...starts), untilMs: ends.length === 0 ? Infinity : Math.max(...ends) };
}
