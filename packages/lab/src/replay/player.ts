import { Agenda, type Target } from "../engine/agenda.js";
import { stream } from "../engine/random.js";
import type { LoggedCall } from "../log/logged-call.js";
import type { Guard, GuardPermit, Policy } from "../policy/guard.js";

/** What the calls that a guard refused, or gave up, had met in truth. */
export interface Outcomes {
  successes: number;
  failures: number;
  neutral: number;
  /** How long they had taken, in all: what they held of workers and pools. */
  slotMs: number;
}

/** A stretch in which a guard was not closed. Times as in the log. */
export interface Opening {
  readonly circuit: string;
  readonly worker: string;
  readonly from: number;
  /** `undefined`: it had not closed when the log ended. */
  until: number | undefined;
  readonly why: string | undefined;
  probes: number;
  readonly refused: Outcomes;
}

/** What one policy would have done. */
export interface Replayed {
  readonly policy: { readonly id: string; readonly title: string };
  readonly openings: readonly Opening[];
  /** Refused, because a circuit was open or limited itself. */
  readonly refused: Outcomes;
  /** Refused by a full bulkhead. */
  readonly full: Outcomes;
  /** Given up by the guard after a while, the rest of their time saved. */
  readonly aborted: Outcomes;
  readonly probes: number;
}

/** What became of one call: sent, refused, no place in the bulkhead, or given up with so much of its time left. */
export type Fate = "sent" | "refused" | "full" | "aborted";
type Heard = (call: LoggedCall, fate: Fate, savedMs: number) => void;

const START = 0;
const TOKEN = 1;
const END = 2;
const CODES = 3;

interface Lane {
  readonly guard: Guard;
  held: number;
  opening: Opening | undefined;
}

function none(): Outcomes {
  return { successes: 0, failures: 0, neutral: 0, slotMs: 0 };
}

/**
 * Plays a log to the real policy in virtual time: a call that it admits meets what it met, when it met it. A circuit and a
 * worker make a guard of their own.
 */
export class Player implements Target {
  readonly #agenda = new Agenda();
  readonly #calls: readonly LoggedCall[];
  readonly #origin: number;
  readonly #policy: Policy;
  readonly #bulkhead: number;
  readonly #heard: Heard;
  readonly #rates: ReadonlyMap<string, number>;
  readonly #lanes = new Map<string, Lane>();
  readonly #underWay = new Map<number, { readonly lane: Lane; readonly permit: GuardPermit }>();
  readonly #openings: Opening[] = [];
  readonly #refused = none();
  readonly #full = none();
  readonly #aborted = none();
  #probes = 0;

  /**
   * @param bulkhead the most calls of one guard in flight.
   * @param heard hears what became of each call.
   */
  constructor(calls: readonly LoggedCall[], policy: Policy, bulkhead: number, heard: Heard = () => {}) {
    this.#heard = heard;
    this.#calls = calls;
    this.#origin = calls[0]?.start ?? 0;
    this.#policy = policy;
    this.#bulkhead = bulkhead;
    this.#rates = ratesOf(calls);
  }

  play(): Replayed {
    if (this.#calls.length > 0) this.#agenda.planAt(0, this, START);
    this.#agenda.run(Number.MAX_SAFE_INTEGER);
    const { id, title } = this.#policy;
    return {
      policy: { id, title },
      openings: this.#openings,
      refused: this.#refused,
      full: this.#full,
      aborted: this.#aborted,
      probes: this.#probes,
    };
  }

  wake(code: number): void {
    const index = Math.floor(code / CODES);
    switch (code % CODES) {
      case START:
        this.#start(index);
        return;
      case TOKEN:
        this.#underWay.get(index)?.permit.progress();
        return;
      case END:
        this.#end(index);
    }
  }

  #start(index: number): void {
    const call = this.#calls[index];
    if (call === undefined) return;
    const next = this.#calls[index + 1];
    if (next !== undefined) this.#agenda.planAt(next.start - this.#origin, this, CODES * (index + 1) + START);
    const lane = this.#laneOf(call);
    const guarded = {
      streaming: call.streaming,
      onAbort: () => this.#abort(index),
      granted() {},
      denied() {},
    };
    const decision = lane.guard.admit(guarded, lane.held);
    if (typeof decision === "string") {
      this.#heard(call, decision === "full" ? "full" : "refused", call.durationMs);
      add(decision === "full" ? this.#full : this.#refused, call, call.durationMs);
      if (decision !== "full" && lane.opening !== undefined) add(lane.opening.refused, call, call.durationMs);
      return;
    }
    lane.held++;
    this.#underWay.set(index, { lane, permit: decision });
    if (decision.probe) {
      this.#probes++;
      if (lane.opening !== undefined) lane.opening.probes++;
    }
    if (call.firstTokenMs !== undefined) this.#agenda.plan(call.firstTokenMs, this, CODES * index + TOKEN);
    this.#agenda.plan(call.durationMs, this, CODES * index + END);
  }

  #end(index: number): void {
    const call = this.#calls[index];
    const underWay = this.#underWay.get(index);
    if (call === undefined || underWay === undefined) return;
    this.#underWay.delete(index);
    underWay.lane.held--;
    underWay.permit.settle(call.verdict);
    this.#heard(call, "sent", 0);
  }

  #abort(index: number): void {
    const call = this.#calls[index];
    const underWay = this.#underWay.get(index);
    if (call === undefined || underWay === undefined) return;
    this.#underWay.delete(index);
    underWay.lane.held--;
    const savedMs = call.start + call.durationMs - this.#origin - this.#agenda.now;
    add(this.#aborted, call, savedMs);
    this.#heard(call, "aborted", savedMs);
  }

  #laneOf({ circuit, worker }: LoggedCall): Lane {
    const key = laneKey(circuit, worker);
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const random = stream(1, this.#lanes.size);
    const agenda = this.#agenda;
    const guard = this.#policy.make({
      perSecond: this.#rates.get(key) ?? 0,
      bulkhead: this.#bulkhead,
      clock: { now: () => agenda.now },
      random: () => random.uniform(),
      dead: () => false,
      stir: () => {},
      watch: {
        opened: (at, why) => {
          if (lane.opening !== undefined) return;
          lane.opening = {
            circuit,
            worker,
            from: this.#origin + at,
            until: undefined,
            why,
            probes: 0,
            refused: none(),
          };
          this.#openings.push(lane.opening);
        },
        closed: (at) => {
          if (lane.opening !== undefined) lane.opening.until = this.#origin + at;
          lane.opening = undefined;
        },
        probing() {},
        limited() {},
      },
    });
    const lane: Lane = { guard, held: 0, opening: undefined };
    this.#lanes.set(key, lane);
    return lane;
  }
}

function add(outcomes: Outcomes, { verdict }: LoggedCall, slotMs: number): void {
  outcomes.slotMs += slotMs;
  switch (verdict.verdict) {
    case "success":
      outcomes.successes++;
      return;
    case "failure":
      outcomes.failures++;
      return;
    case "neutral":
      outcomes.neutral++;
  }
}

function laneKey(circuit: string, worker: string): string {
  return `${worker}\n${circuit}`;
}

/** Calls a second of each circuit and worker. */
function ratesOf(calls: readonly LoggedCall[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { circuit, worker } of calls) {
    const key = laneKey(circuit, worker);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const seconds = Math.max(1, ((calls.at(-1)?.start ?? 0) - (calls[0]?.start ?? 0)) / 1_000);
  return new Map([...counts].map(([key, count]) => [key, count / seconds]));
}
