// @ts-nocheck
import type { Circuit } from "../circuit.js";

/** Retries that a circuit may make though nothing has succeeded yet, so that one with few calls can retry at all. */
export const FEW_RETRIES = 3;
/** One of the few comes back each time this has passed, in milliseconds. */
export const FEW_REFILL_MS = 300_000;
/** What successes have earned beyond the few loses half its worth in this time, in milliseconds. */
export const CREDIT_HALF_LIFE_MS = 30_000;
/** Ten tenths are one, whatever their sum says. */
const ROUNDING = 1e-9;

/**
 * Which retries a circuit can afford: a bucket of tokens, one a retry. It starts with a few; each success adds `share` of
 * a token. Whatever happens, retries ≤ 3 + share × successes + elapsed / 5 min. While nothing succeeds, that is one
 * retry each five minutes.
 */
export class RetryBudget {
  readonly #share: number;
  #tokens = FEW_RETRIES;
  #asOf: number;

  /**
   * @param share retries for each success, 0–1.
   * @param now clock milliseconds.
   */
  constructor(share: number, now: number) {
    this.#share = share;
    this.#asOf = now;
  }

  /** A call succeeded. */
  earn(now: number): void {
    this.#age(now);
    this.#tokens += this.#share;
  }

  /** Takes a token for one retry. False, and nothing is taken, when there is none. */
  take(now: number): boolean {
    this.#age(now);
    if (this.#tokens < 1 - ROUNDING) return false;
    this.#tokens = Math.max(0, this.#tokens - 1);
    return true;
  }

  /** Old credit must not pay for a burst: it decays to the few. What is missing of the few comes back. */
  #age(now: number): void {
    const passedMs = now - this.#asOf;
    if (!(passedMs > 0)) return;
    this.#asOf = now;
    const beyond = this.#tokens - FEW_RETRIES;
    this.#tokens =
      beyond > 0
        ? FEW_RETRIES + beyond * 2 ** (-passedMs / CREDIT_HALF_LIFE_MS)
        : Math.min(FEW_RETRIES, this.#tokens + passedMs / FEW_REFILL_MS);
  }
}

const budgets = new WeakMap<Circuit, RetryBudget>();

/** The circuit's budget; `undefined` where it does not retry. Kept beside it: a circuit without retries carries nothing. */
export function retryBudgetOf(circuit: Circuit): RetryBudget | undefined {
  const { retries, clock } = circuit.policy;
  if (retries === undefined) return undefined;
  let budget = budgets.get(circuit);
  if (budget === undefined) {
    budget = new RetryBudget(retries.budget, clock.now());
    budgets.set(circuit, budget);
  }
  return budget;
}
