// @ts-nocheck
import { describe, expect, it } from "vitest";
import { errorOf, failureIn, failureOf, hang, http } from "./testing/calls.js";
import { finish, setUpRetries, until, untilWaiting } from "./testing/retries.js";

const token = { choices: [{ delta: { content: "Hi" }, finish_reason: null }] };
const end = { choices: [{ delta: {}, finish_reason: "stop" }] };

describe("a stream with retries", () => {
  it("asks again when there was no stream", async () => {
    const { clock, circuit, window } = setUpRetries();
    const outcome = await finish(
      clock,
      circuit.stream(async ({ attempt }) => {
        if (attempt === 1) throw http(529);
        return (async function* () {
          yield* [token, end];
        })();
      }),
    );
    if (!outcome.ok) throw new Error(outcome.failure.message);
    const items: unknown[] = [];
    for await (const item of outcome.value) items.push(item);
    expect(items).toEqual([token, end]);
    expect(window()).toMatchObject({ failures: 1, successes: 1 });
  });

  it("gives back the failure when it has asked often enough, and falls back once", async () => {
    const { clock, circuit } = setUpRetries();
    const stream = () => circuit.stream(() => Promise.reject(http(500)));
    expect(failureOf(await finish(clock, stream()))).toMatchObject({ attempts: 2, elapsedMs: 250 });
    const fallback = async function* () {
      yield token;
    };
    const outcome = await finish(
      clock,
      circuit.stream(() => Promise.reject(http(500)), { fallback }),
    );
    expect(outcome).toMatchObject({ ok: true, degraded: true, failure: { attempts: 2 } });
  });

  it("is its reader's once it is there: a broken one is not asked for again", async () => {
    const { clock, circuit } = setUpRetries();
    let asked = 0;
    const outcome = await finish(
      clock,
      circuit.stream(async ({ attempt }) => {
        asked++;
        if (attempt === 1) throw http(500);
        return (async function* () {
          yield* [];
          throw http(503);
        })();
      }),
    );
    if (!outcome.ok) throw new Error(outcome.failure.message);
    const error = await errorOf(outcome.value[Symbol.asyncIterator]().next());
    expect(failureIn(error)).toMatchObject({ reason: "overloaded", attempts: 2, elapsedMs: 250 });
    expect([asked, clock.timers]).toEqual([2, 0]);
  });

  it("is under its limits from the start of the call, waits included", async () => {
    const { clock, circuit } = setUpRetries({ timeoutMs: 30_000 });
    let asked = 0;
    const pending = circuit.stream(() => (++asked === 1 ? Promise.reject(http(500)) : hang()));
    await untilWaiting({ circuit, clock });
    clock.advance(250);
    await until(() => asked === 2);
    clock.advance(29_750);
    expect(failureOf(await pending)).toMatchObject({ reason: "timeout", attempts: 2, elapsedMs: 30_000 });
  });

  it("does not take what is no stream for something to ask for again", async () => {
    const { circuit } = setUpRetries();
    const error = await errorOf(circuit.stream(() => 42 as never));
    expect(error).toBeInstanceOf(TypeError);
  });
});
