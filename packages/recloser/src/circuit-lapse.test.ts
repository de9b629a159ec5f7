import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { consecutive } from "./detect/consecutive.js";
import type { CircuitOptions } from "./options.js";
import { failureOf, hang } from "./testing/calls.js";
import { fakeClock } from "./testing/fake-clock.js";
import { fail, OK, permitOf } from "./testing/verdicts.js";

const LEASE_MS = 900_000;

function setUp(options: CircuitOptions = {}) {
  const clock = fakeClock();
  return { clock, circuit: new Circuit("openai/gpt-5", { clock, random: () => 0.5, ...options }) };
}

/** A clock that stands where it is put. */
function at(start: number) {
  let now = start;
  return {
    clock: { now: () => now },
    moveTo(ms: number): void {
      now = ms;
    },
  };
}

describe("a permit that was dropped", () => {
  it("lapses at fractional clock readings, too, and no entry goes round for ever", () => {
    const reading = fc
      .tuple(fc.nat(1_000_000_000), fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }))
      .map(([whole, fraction]) => whole + fraction);
    const streaming = fc.boolean();
    const token = fc.option(fc.double({ min: 0.001, max: 9_999, noNaN: true }));
    fc.assert(
      fc.property(reading, streaming, token, (start, isStreaming, tokenAfterMs) => {
        const time = at(start);
        const circuit = new Circuit("openai/gpt-5", { clock: time.clock });
        const permit = permitOf(circuit, { streaming: isStreaming });
        let signAt = start;
        if (tokenAfterMs !== null) {
          signAt = start + tokenAfterMs;
          time.moveTo(signAt);
          permit.progress();
        }
        // At the moment itself a sum that is rounded otherwise would differ.
        time.moveTo(signAt + LEASE_MS);
        expect(circuit.snapshot()).toMatchObject({ inFlight: { total: 0 }, totals: { expired: 1 } });
        expect(permit.settle(OK)).toBe(false);
        expect(circuit.admit().ok).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it("lapses at 123456.789 ms, as a process's own clock gives it", () => {
    for (const start of [123_456.789, 98_765.4321, 0.1, 7.3, 1e9 + 0.7]) {
      const time = at(start);
      const circuit = new Circuit("openai/gpt-5", { clock: time.clock });
      permitOf(circuit);
      time.moveTo(start + LEASE_MS - 1);
      expect(circuit.snapshot().totals.expired).toBe(0);
      time.moveTo(start + LEASE_MS);
      expect(circuit.snapshot().totals.expired).toBe(1);
    }
  });
});

describe("a call that hangs for ever, where nothing else happens", () => {
  it.each([true, false])(
    "ends after a quarter of an hour, at the next look (streaming: %s)",
    async (streaming) => {
      const { clock, circuit } = setUp();
      let signal: AbortSignal | undefined;
      const pending = circuit.call(
        (context) => {
          signal = context.signal;
          return hang();
        },
        { streaming },
      );
      clock.advance(LEASE_MS - 1);
      expect(circuit.snapshot()).toMatchObject({ state: "closed", inFlight: { total: 1, stalled: 1 } });
      clock.advance(1);
      expect(circuit.state).toBe("closed");
      const failure = failureOf(await pending);
      expect(failure).toMatchObject({ kind: "failed", reason: "stalled", elapsedMs: LEASE_MS });
      expect(signal?.aborted).toBe(true);
      expect(circuit.snapshot()).toMatchObject({
        inFlight: { total: 0 },
        totals: { expired: 1, aborted: 0 },
      });
    },
  );

  it("ends a stream that goes silent after a token, a quarter of an hour after that", async () => {
    const { clock, circuit } = setUp();
    let progress = (): void => {};
    const pending = circuit.call(
      (context) => {
        progress = context.progress;
        return hang();
      },
      { streaming: true },
    );
    clock.advance(10_000);
    progress();
    clock.advance(LEASE_MS);
    expect(circuit.state).toBe("closed");
    expect(failureOf(await pending)).toMatchObject({ kind: "failed", reason: "stalled" });
    expect(circuit.snapshot().totals.expired).toBe(1);
  });

  it("tells its holder once, and one that throws at it frees the place all the same", () => {
    const { clock, circuit } = setUp();
    let told = 0;
    const onAbort = (): void => {
      told++;
      throw new Error("in onAbort");
    };
    circuit.admit({ onAbort });
    circuit.admit({ onAbort });
    clock.advance(LEASE_MS);
    void circuit.state;
    expect(told).toBe(2);
    clock.advance(LEASE_MS);
    void circuit.state;
    expect(told).toBe(2);
    expect(circuit.snapshot()).toMatchObject({ inFlight: { total: 0 }, totals: { expired: 2 } });
  });
});

const FIVE_HOURS_MS = 5 * 3_600_000;

function wallClocked(start = 1_760_000_000_000) {
  let now = start;
  const circuit = new Circuit("openai/gpt-5", {
    clock: { now: () => now },
    random: () => 0.5,
    detector: consecutive(1),
  });
  return {
    circuit,
    move(ms: number): void {
      now += ms;
    },
  };
}

describe("C7: a clock that is set back by five hours", () => {
  it("keeps an open circuit open for the rest of its cool-down, and no longer", () => {
    const { circuit, move } = wallClocked();
    fail(circuit);
    move(1_000);
    expect(circuit.state).toBe("open");
    move(-FIVE_HOURS_MS);
    expect(circuit.snapshot()).toMatchObject({ state: "open", endsInMs: 4_000 });
    move(3_999);
    expect(circuit.state).toBe("open");
    move(1);
    expect(circuit.state).toBe("half-open");
    permitOf(circuit).settle(OK);
    expect(circuit.state).toBe("closed");
  });

  it("ends no call and no hold early or never, also when it is set back again", () => {
    const { circuit, move } = wallClocked();
    circuit.force("closed", { forMs: 60_000, reason: "test" });
    permitOf(circuit);
    for (let n = 0; n < 3; n++) {
      move(20_000 - 1);
      expect(circuit.state).toBe("forced-closed");
      move(-FIVE_HOURS_MS);
      expect(circuit.state).toBe("forced-closed");
    }
    move(3);
    expect(circuit.snapshot()).toMatchObject({ state: "closed", inFlight: { longestWaitMs: 60_000 } });
  });

  it("starts well at a time before its origin", () => {
    const { circuit, move } = wallClocked(-FIVE_HOURS_MS);
    fail(circuit);
    move(5_000);
    expect(circuit.state).toBe("half-open");
  });
});
