// @ts-nocheck
import { describe, expect, it } from "vitest";
import { failureOf, hang, http, setUp } from "./testing/calls.js";
import { answers, finish, setUpRetries, until, untilWaiting } from "./testing/retries.js";
import { fail, permitOf } from "./testing/verdicts.js";

describe("retries and the circuit", () => {
  it("a failure that opens it is not retried, and says so", async () => {
    const { clock, circuit } = setUp({ retries: {} });
    fail(circuit, 4);
    const script = answers(500, 200);
    const failure = failureOf(await circuit.call(script.fn));
    expect(failure).toMatchObject({ kind: "failed", reason: "server-error", state: "open", attempts: 1 });
    expect([script.sent, clock.timers]).toEqual([1, 0]);
  });

  it("a failed probe is not retried", async () => {
    const { clock, circuit } = setUp({ retries: {} });
    fail(circuit, 5);
    clock.advance(10_000);
    const script = answers(500, 200);
    expect(failureOf(await circuit.call(script.fn))).toMatchObject({ state: "open", attempts: 1 });
    expect(script.sent).toBe(1);
  });

  it("a rejection is not retried", async () => {
    const { clock, circuit } = setUp({ retries: {} });
    fail(circuit, 5);
    expect(failureOf(await circuit.call(() => 1))).toMatchObject({ kind: "rejected", attempts: 0 });
    expect(clock.timers).toBe(0);
  });

  it("one that opens during the wait gives back the failure, and when to come again", async () => {
    const { clock, circuit } = setUp({ retries: {} });
    const script = answers(500, 200);
    const pending = circuit.call(script.fn);
    await untilWaiting({ circuit, clock });
    fail(circuit, 4);
    clock.advance(250);
    const failure = failureOf(await pending);
    expect(failure).toMatchObject({ kind: "failed", state: "open", attempts: 1, elapsedMs: 250 });
    expect(failure.retryAfterMs).toBe(4_750);
    expect(failure.cause).toBeInstanceOf(Error);
    expect(script.sent).toBe(1);
  });

  it("a full one gives back the failure", async () => {
    const { clock, circuit } = setUpRetries({ maxConcurrent: 1 });
    const script = answers(500, 200);
    const pending = circuit.call(script.fn);
    await untilWaiting({ circuit, clock });
    permitOf(circuit);
    clock.advance(250);
    expect(failureOf(await pending)).toMatchObject({ kind: "failed", reason: "server-error", attempts: 1 });
    expect(script.sent).toBe(1);
  });

  it("one that an operator keeps closed retries within its budget", async () => {
    const { clock, circuit } = setUpRetries();
    circuit.force("closed", { forMs: 60_000, reason: "a test" });
    expect((await finish(clock, circuit.call(answers(500, 200).fn))).ok).toBe(true);
  });

  it("a retry that the circuit gives up tells the attempts and the time of the whole call", async () => {
    const { clock, circuit } = setUp({ retries: {}, stallDeadlineMs: { unary: 5_000 } });
    const pending = circuit.call(({ attempt }) => (attempt === 1 ? Promise.reject(http(500)) : hang()));
    await untilWaiting({ circuit, clock });
    clock.advance(250);
    await until(() => circuit.snapshot().inFlight.total === 1);
    clock.advance(6_000);
    fail(circuit, 3);
    expect(failureOf(await pending)).toMatchObject({ reason: "stalled", attempts: 2, elapsedMs: 6_250 });
  });
});
