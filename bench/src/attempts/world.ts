import { Circuit, type CircuitOptions, type Permit } from "recloser";
import { Agenda } from "./agenda.js";
import { exponential, lognormal, type Random, random } from "./random.js";

/** What the provider does while its fault lasts. */
export type Fault =
  | { readonly kind: "dead" }
  /** No answer at all; the client gives up after `timeoutS`. */
  | { readonly kind: "hang"; readonly timeoutS: number }
  /** Each attempt fails on its own with this probability. */
  | { readonly kind: "errors"; readonly share: number };

export interface Scenario {
  /** Healthy traffic before the fault, in seconds; 0 is a cold start into the fault. */
  readonly warmS: number;
  readonly faultS: number;
  readonly perSecond: number;
  readonly arrivals: "even" | "poisson";
  readonly streaming: boolean;
  /** Retries that the SDK makes, as the `openai` client does: 0.5 s doubling, less up to a quarter. */
  readonly sdkRetries: number;
  readonly fault: Fault;
}

export interface Policy {
  readonly name: string;
  readonly options: CircuitOptions;
}

/** What happened while the fault lasted. */
export interface Result {
  readonly requests: number;
  readonly attempts: number;
  /** Requests of the fault that got an answer in the end. */
  readonly answered: number;
  /** Seconds from the start of the fault to the first opening; Infinity when it never opened. */
  readonly openedAfterS: number;
  readonly openings: number;
  /** Every change of state, for comparing two policies decision by decision. */
  readonly transitions: readonly string[];
}

const HEALTHY_FAILURES = 0.01;
const FAILS_AFTER_S = 0.3;
const FIRST_TOKEN_S = 0.8;
const FIRST_TOKEN_SIGMA = 0.45;
const ANSWER_S = 3;
const SERVER_ERROR = { verdict: "failure", reason: "server-error", detail: "500" } as const;
const TIMEOUT = { verdict: "failure", reason: "timeout" } as const;

/** One worker, one circuit, one provider, in virtual time. The same seed gives every policy the same traffic and luck. */
export function simulate(scenario: Scenario, policy: Policy, seed: number): Result {
  return new World(scenario, policy, seed).run();
}

class World {
  readonly #scenario: Scenario;
  readonly #seed: number;
  readonly #agenda = new Agenda();
  readonly #circuit: Circuit;
  readonly #faultEndS: number;
  readonly #transitions: string[] = [];
  #requests = 0;
  #attempts = 0;
  #answered = 0;
  #openings = 0;
  #openedAfterS = Number.POSITIVE_INFINITY;

  constructor(scenario: Scenario, policy: Policy, seed: number) {
    this.#scenario = scenario;
    this.#seed = seed;
    this.#faultEndS = scenario.warmS + scenario.faultS;
    const clock = { now: () => this.#agenda.now * 1000 };
    this.#circuit = new Circuit("provider/model", { ...policy.options, clock, random: random(seed, 1) });
    this.#circuit.on("transition", ({ to, at }) => {
      this.#transitions.push(`${at.toFixed(3)} ${to}`);
      if (to === "open" && this.#faulty()) this.#opened();
    });
  }

  run(): Result {
    const arrivals = random(this.#seed, 2);
    const { perSecond } = this.#scenario;
    this.#agenda.plan(arrivals() / perSecond, () => this.#arrive(arrivals, 0));
    this.#agenda.run();
    return {
      requests: this.#requests,
      attempts: this.#attempts,
      answered: this.#answered,
      openedAfterS: this.#openedAfterS,
      openings: this.#openings,
      transitions: this.#transitions,
    };
  }

  #opened(): void {
    this.#openings++;
    this.#openedAfterS = Math.min(this.#openedAfterS, this.#agenda.now - this.#scenario.warmS);
  }

  #faulty(): boolean {
    return this.#agenda.now >= this.#scenario.warmS && this.#agenda.now < this.#faultEndS;
  }

  #arrive(arrivals: Random, request: number): void {
    if (this.#agenda.now >= this.#faultEndS) return;
    const counted = this.#faulty();
    if (counted) this.#requests++;
    this.#attempt(request, 0, counted);
    const { perSecond, arrivals: pattern } = this.#scenario;
    const gap = pattern === "even" ? 1 / perSecond : exponential(arrivals, 1 / perSecond);
    this.#agenda.plan(gap, () => this.#arrive(arrivals, request + 1));
  }

  #attempt(request: number, retry: number, counted: boolean): void {
    const { streaming, fault } = this.#scenario;
    // A rejection tells the SDK not to retry.
    const admission = this.#circuit.admit({ streaming });
    if (!admission.ok) return;
    const faulty = this.#faulty();
    if (faulty) this.#attempts++;
    const { permit } = admission;
    const luck = random(this.#seed, 3, request, retry);
    if (faulty && fault.kind === "hang") {
      this.#agenda.plan(fault.timeoutS, () => permit.settle(TIMEOUT));
      return;
    }
    if (luck() < (faulty ? failureShare(fault) : HEALTHY_FAILURES))
      this.#fail(permit, request, retry, counted, luck);
    else this.#answer(permit, counted, luck);
  }

  #fail(permit: Permit, request: number, retry: number, counted: boolean, luck: Random): void {
    this.#agenda.plan(FAILS_AFTER_S, () => {
      permit.settle(SERVER_ERROR);
      if (retry >= this.#scenario.sdkRetries) return;
      const delayS = Math.min(0.5 * 2 ** retry, 8) * (1 - 0.25 * luck());
      this.#agenda.plan(delayS, () => this.#attempt(request, retry + 1, counted));
    });
  }

  #answer(permit: Permit, counted: boolean, luck: Random): void {
    const firstTokenS = lognormal(luck, FIRST_TOKEN_S, FIRST_TOKEN_SIGMA);
    if (this.#scenario.streaming) this.#agenda.plan(firstTokenS, () => permit.progress());
    this.#agenda.plan(firstTokenS + ANSWER_S, () => {
      permit.settle({ verdict: "success" });
      if (counted) this.#answered++;
    });
  }
}

function failureShare(fault: Fault): number {
  return fault.kind === "errors" ? fault.share : 1;
}
