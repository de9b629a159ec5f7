// @ts-nocheck
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CREDIT_HALF_LIFE_MS, FEW_REFILL_MS, FEW_RETRIES, RetryBudget } from "./retry-budget.js";

const taken = (budget: RetryBudget, now: number): number => {
  let count = 0;
  while (budget.take(now)) count++;
  return count;
};

const earn = (budget: RetryBudget, now: number, successes: number): void => {
  for (let i = 0; i < successes; i++) budget.earn(now);
};

describe("the retry budget", () => {
  it("starts with a few, and gives them back one by one", () => {
    const budget = new RetryBudget(0.1, 0);
    expect(taken(budget, 0)).toBe(FEW_RETRIES);
    expect(taken(budget, FEW_REFILL_MS - 1_000)).toBe(0);
    expect(taken(budget, FEW_REFILL_MS)).toBe(1);
    expect(taken(budget, 2 * FEW_REFILL_MS)).toBe(1);
    expect(taken(budget, 1_000 * FEW_REFILL_MS)).toBe(FEW_RETRIES);
  });

  it.each([
    [0.1, 10],
    [0.2, 5],
    [0.3, 10],
    [0.7, 10],
    [1, 1],
  ])("pays for retries with a share of %f of the successes", (share, successes) => {
    const budget = new RetryBudget(share, 0);
    taken(budget, 0);
    earn(budget, 0, successes - 1);
    const before = taken(budget, 0);
    earn(budget, 0, 1);
    expect(before + taken(budget, 0)).toBe(Math.round(share * successes));
  });

  it("earns nothing with a share of 0: the few are all there is", () => {
    const budget = new RetryBudget(0, 0);
    earn(budget, 0, 1_000);
    expect(taken(budget, 0)).toBe(FEW_RETRIES);
  });

  it("C2: yesterday's successes pay for nothing today", () => {
    const budget = new RetryBudget(0.1, 0);
    earn(budget, 0, 10_000);
    expect(taken(budget, 86_400_000)).toBe(FEW_RETRIES);
  });

  it("halves old credit beyond the few", () => {
    const budget = new RetryBudget(1, 0);
    earn(budget, 0, 100);
    expect(taken(budget, CREDIT_HALF_LIFE_MS)).toBe(FEW_RETRIES + 50);
  });

  it("stands still when its clock goes back", () => {
    const budget = new RetryBudget(1, 1_000_000);
    expect(taken(budget, 1_000_000)).toBe(FEW_RETRIES);
    expect(taken(budget, 0)).toBe(0);
    budget.earn(0);
    expect(taken(budget, 1_000_000)).toBe(1);
    expect(taken(budget, 1_000_000 + FEW_REFILL_MS)).toBe(1);
    earn(budget, 2_000_000, 10);
    expect(taken(budget, 0)).toBe(FEW_RETRIES - 1 + 10);
  });

  it("is never overspent, over any history", () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant("earn" as const), count: fc.integer({ min: 1, max: 50 }) }),
      fc.record({ kind: fc.constant("take" as const), count: fc.integer({ min: 1, max: 50 }) }),
      fc.record({ kind: fc.constant("wait" as const), count: fc.integer({ min: 1, max: 600_000 }) }),
    );
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, fc.array(event, { maxLength: 60 }), (each, history) => {
        const budget = new RetryBudget(each, 0);
        let [now, successes, retries] = [0, 0, 0];
        for (const { kind, count } of history) {
          if (kind === "wait") now += count;
          else if (kind === "earn") earn(budget, now, count);
          else for (let i = 0; i < count; i++) if (budget.take(now)) retries++;
          if (kind === "earn") successes += count;
          expect(retries).toBeLessThanOrEqual(FEW_RETRIES + each * successes + now / FEW_REFILL_MS + 1e-6);
        }
      }),
    );
  });
});
