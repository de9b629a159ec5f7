// @ts-nocheck
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { failureOf, http } from "./testing/calls.js";
import { type FakeClock, fakeClock } from "./testing/fake-clock.js";
import { answers, finish, setUpRetries } from "./testing/retries.js";
import { seeded } from "./testing/verdicts.js";

/** Calls once a second against a dependency that always fails. What was sent for each of the last `lastTasks` tasks. */
async function fullOutage(
  { clock, circuit }: { clock: FakeClock; circuit: Circuit },
  tasks: number,
  lastTasks: number,
): Promise<number> {
  let sent = 0;
  for (let task = 0; task < tasks; task++) {
    if (task === tasks - lastTasks) sent = 0;
    const due = clock.now() + 1_000;
    const fn = (): Promise<never> => {
      sent++;
      return Promise.reject(http(500));
    };
    await finish(clock, circuit.call(fn), 50);
    clock.advance(Math.max(0, due - clock.now()));
  }
  return sent / lastTasks;
}

describe("the budget of a circuit's retries", () => {
  it("is empty after a few when nothing succeeds, and then nobody waits", async () => {
    const { clock, circuit } = setUpRetries();
    const attempts: number[] = [];
    for (let i = 0; i < 5; i++) {
      const outcome = await finish(clock, circuit.call(answers(500).fn));
      attempts.push(failureOf(outcome).attempts);
    }
    expect(attempts).toEqual([2, 2, 2, 1, 1]);
    expect(clock.timers).toBe(0);
  });

  it("each circuit has its own", async () => {
    const clock = fakeClock();
    const [first, second] = ["a", "b"].map((name) => new Circuit(name, { clock, retries: {} }));
    for (let i = 0; i < 3; i++) await finish(clock, first?.call(answers(500, 200).fn) ?? Promise.reject());
    expect((await finish(clock, second?.call(answers(500, 200).fn) ?? Promise.reject())).ok).toBe(true);
  });

  it("grows with successes, of calls and of streams", async () => {
    const { clock, circuit } = setUpRetries({ retries: { budget: 0.5 } });
    for (let i = 0; i < 3; i++) await finish(clock, circuit.call(answers(500).fn));
    const retried = async (): Promise<boolean> =>
      (await finish(clock, circuit.call(answers(500, 200).fn))).ok;
    expect(await retried()).toBe(false);
    await circuit.call(() => 1);
    const outcome = await circuit.stream(async function* () {
      yield { choices: [{ delta: { content: "Hi" }, finish_reason: "stop" }] };
    });
    expect(await retried()).toBe(false);
    if (outcome.ok) for await (const _ of outcome.value);
    expect(await retried()).toBe(true);
  });

  it("G7: a full outage costs at most 1.1 requests a task, though the circuit never opens", async () => {
    const sent = await fullOutage(setUpRetries({ random: seeded(3) }), 900, 600);
    expect(sent).toBeGreaterThanOrEqual(1);
    expect(sent).toBeLessThanOrEqual(1.1);
  });

  it("G7: and far less where it opens, with the defaults", async () => {
    const clock = fakeClock();
    const circuit = new Circuit("openai/gpt-5", { clock, random: seeded(3), retries: {} });
    expect(await fullOutage({ clock, circuit }, 900, 600)).toBeLessThan(0.3);
  });

  it("is never overspent, over any history of calls", async () => {
    const event = fc.oneof(
      { weight: 3, arbitrary: fc.constant("succeed" as const) },
      { weight: 5, arbitrary: fc.constant("fail" as const) },
      { weight: 1, arbitrary: fc.constant("wait" as const) },
    );
    const options = fc.record({
      attempts: fc.integer({ min: 1, max: 4 }),
      budget: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(options, fc.array(event, { maxLength: 40 }), async (retries, history) => {
        const { clock, circuit } = setUpRetries({ retries });
        const start = clock.now();
        let [successes, retried] = [0, 0];
        for (const what of history) {
          if (what === "wait") {
            clock.advance(60_000);
            continue;
          }
          const script = answers(what === "fail" ? 500 : 200);
          const outcome = await finish(clock, circuit.call(script.fn), 250);
          if (outcome.ok) successes++;
          retried += script.sent - 1;
          expect(script.sent).toBeLessThanOrEqual(retries.attempts);
          const elapsed = clock.now() - start;
          expect(retried).toBeLessThanOrEqual(3 + retries.budget * successes + elapsed / 300_000 + 1e-6);
        }
      }),
    );
  });
});
