// @ts-nocheck
import { describe, expect, it, vi } from "vitest";
import { failureIn, failureOf, http, setUp } from "./testing/calls.js";
import { answers, finish, setUpRetries, untilWaiting } from "./testing/retries.js";
import { permitOf } from "./testing/verdicts.js";

describe("a call with retries", () => {
  it("is off unless asked for", async () => {
    const { clock, circuit } = setUp();
    const script = answers(500, 200);
    expect(failureOf(await circuit.call(script.fn))).toMatchObject({ attempts: 1 });
    expect([script.sent, clock.timers, circuit.policy.retries]).toEqual([1, 0, undefined]);
  });

  it("sends the request again; each attempt is evidence of its own", async () => {
    const { clock, circuit, window } = setUpRetries({ retries: { attempts: 3 } });
    const seen: number[] = [];
    const pending = circuit.call(async ({ attempt }) => {
      seen.push(attempt);
      if (attempt < 3) throw http(503);
      return `answer ${attempt}`;
    });
    expect(await finish(clock, pending)).toEqual({ ok: true, degraded: false, value: "answer 3" });
    expect(seen).toEqual([1, 2, 3]);
    expect(window()).toMatchObject({ failures: 2, successes: 1 });
    expect(circuit.snapshot().totals).toMatchObject({ admitted: 3, settled: 3 });
  });

  it("gives each attempt a signal of its own", async () => {
    const { clock, circuit } = setUpRetries();
    const signals: AbortSignal[] = [];
    await finish(
      clock,
      circuit.call(({ signal }) => {
        signals.push(signal);
        return Promise.reject(http(500));
      }),
    );
    expect(new Set(signals).size).toBe(2);
  });

  it("holds no permit while it waits", async () => {
    const { clock, circuit } = setUpRetries({ maxConcurrent: 1 });
    const pending = circuit.call(answers(500, 200).fn);
    await untilWaiting({ circuit, clock });
    expect(circuit.snapshot().inFlight.total).toBe(0);
    permitOf(circuit).settle({ verdict: "success" });
    expect((await finish(clock, pending)).ok).toBe(true);
  });

  it("gives back what the last attempt said, with the attempts and the time of the whole call", async () => {
    const { clock, circuit } = setUpRetries();
    const last = http(400);
    const failure = failureOf(await finish(clock, circuit.call(answers(500, last).fn)));
    expect(failure).toMatchObject({
      kind: "refused",
      reason: "invalid-request",
      attempts: 2,
      elapsedMs: 250,
    });
    expect(failure.cause).toBe(last);
  });

  it("callOrThrow throws the failure of the last attempt", async () => {
    const { clock, circuit } = setUpRetries();
    const error = await finish(clock, circuit.callOrThrow(answers(500).fn)).catch((thrown) => thrown);
    expect(failureIn(error)).toMatchObject({ reason: "server-error", attempts: 2 });
  });

  it("falls back once, after the retries", async () => {
    const { clock, circuit } = setUpRetries();
    const script = answers(500);
    const fallback = vi.fn(() => "the fallback");
    const outcome = await finish(clock, circuit.call(script.fn, { fallback }));
    expect(outcome).toMatchObject({ ok: true, degraded: true, failure: { attempts: 2 } });
    expect([script.sent, fallback.mock.calls.length]).toEqual([2, 1]);
  });
});

describe("priority", () => {
  it("is told to the circuit, and so is a fallback", async () => {
    const { circuit } = setUp();
    const admit = vi.spyOn(circuit, "admit");
    await circuit.call(() => 1);
    await circuit.call(() => 1, { priority: "background", fallback: () => 2 });
    expect(admit.mock.calls.map(([options]) => options)).toMatchObject([
      { priority: "interactive", fallback: false },
      { priority: "background", fallback: true },
    ]);
  });

  it("is one of two", () => {
    const { circuit } = setUp();
    expect(() => circuit.call(() => 1, { priority: "urgent" as "background" })).toThrow(
      'priority is "urgent"; give one of "interactive", "background".',
    );
  });
});

describe("the option", () => {
  it("has defaults, and is off when absent", () => {
    expect(setUp({ retries: {} }).circuit.policy.retries).toEqual({ attempts: 2, budget: 0.1 });
    expect(setUp().circuit.policy.retries).toBeUndefined();
  });

  it.each([
    [{ attempts: 0 }, "retries.attempts is 0; give a whole number of at least 1."],
    [{ attempts: 1.5 }, "retries.attempts is 1.5; give a whole number of at least 1."],
    [{ attempts: Infinity }, "retries.attempts is Infinity; give a whole number of at least 1."],
    [{ budget: 1.1 }, "retries.budget is 1.1; give a number from 0 to 1."],
    [{ budget: "all" }, 'retries.budget is "all"; give a number from 0 to 1.'],
    [{ times: 3 }, 'retries has no option "times"; it has attempts, budget.'],
    [3, "retries is 3; give an object."],
    [null, "retries is null; give an object."],
  ])("says what is wrong with %j", (retries, message) => {
    expect(() => setUp({ retries: retries as object })).toThrow(message);
  });

  it("one attempt is one attempt", async () => {
    const { circuit } = setUpRetries({ retries: { attempts: 1 } });
    const script = answers(500, 200);
    expect(failureOf(await circuit.call(script.fn))).toMatchObject({ attempts: 1 });
    expect(script.sent).toBe(1);
  });
});
