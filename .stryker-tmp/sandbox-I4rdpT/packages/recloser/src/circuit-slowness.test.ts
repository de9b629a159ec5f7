// @ts-nocheck
import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import type { CircuitOptions } from "./options.js";
import { fakeClock } from "./testing/fake-clock.js";
import { type Answer, healthyWaitMs, normal, poisson, send, teach } from "./testing/traffic.js";
import { FAILED, OK, permitOf, seeded } from "./testing/verdicts.js";

const STREAM = { streaming: true } as const;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function setUp(options: CircuitOptions = {}) {
  const clock = fakeClock();
  const circuit = new Circuit("openai/gpt-5", { clock, random: seeded(7), ...options });
  const heard = { limits: 0, opened: 0 };
  circuit.on("limited", ({ limited }) => {
    if (limited) heard.limits++;
  });
  circuit.on("transition", ({ to }) => {
    if (to === "open") heard.opened++;
  });
  return { clock, circuit, heard };
}

const slownessOf = (circuit: Circuit): number =>
  circuit.snapshot().meters.find(({ name }) => name === "slowness")?.level ?? Number.NaN;
const isLimited = (circuit: Circuit): boolean => circuit.snapshot().limit.cause !== null;

describe("slowness", () => {
  it("says nothing until a hundred healthy calls were seen, however slow the next ones are", () => {
    for (const [calls, silent] of [
      [99, true],
      [100, false],
    ] as const) {
      const { clock, circuit } = setUp();
      teach(circuit, clock, calls, { waitMs: 1_000 }, STREAM);
      // Pending for 10 s and more, within any stall deadline.
      for (let n = 0; n < 5; n++) {
        permitOf(circuit, STREAM);
        clock.advance(1_000);
      }
      clock.advance(9_000);
      expect(slownessOf(circuit) === 0).toBe(silent);
    }
  });

  it("is seen in calls that are still pending: a hang is limited long before its deadline", () => {
    const { clock, circuit } = setUp();
    const random = seeded(2);
    poisson(clock, random, 1, 10 * MINUTE_MS, () =>
      send(circuit, clock, { waitMs: healthyWaitMs(random) }, STREAM),
    );
    expect(isLimited(circuit)).toBe(false);
    let hungFor = 0;
    while (!isLimited(circuit) && hungFor < 60) {
      circuit.admit(STREAM);
      clock.advance(1_000);
      hungFor++;
    }
    expect(hungFor).toBeLessThanOrEqual(10);
    expect(circuit.snapshot().inFlight.stalled).toBe(0);
  });

  it.each([
    [2, true],
    [5, true],
    [2, false],
    [5, false],
  ])("limits and never opens, at %s times the healthy wait (streaming: %s)", (factor, streaming) => {
    const { clock, circuit, heard } = setUp();
    const random = seeded(3);
    let [sent, asked] = [0, 0];
    const traffic = (forMs: number, times: number) =>
      poisson(clock, random, 1, forMs, () => {
        asked++;
        if (send(circuit, clock, { waitMs: times * healthyWaitMs(random) }, { streaming })) sent++;
      });
    traffic(20 * MINUTE_MS, 1);
    expect(heard).toEqual({ limits: 0, opened: 0 });
    [sent, asked] = [0, 0];
    traffic(20 * MINUTE_MS, factor);
    expect(heard.limits).toBeGreaterThan(0);
    expect(heard.opened).toBe(0);
    // Slow is not down: most calls are sent all the same, as many at once as in health.
    expect(sent / asked).toBeGreaterThan(0.6);
    traffic(3 * MINUTE_MS, 1);
    expect(isLimited(circuit)).toBe(false);
  });

  it("is seen in the pace of streams whose first tokens are as quick as ever", () => {
    const { clock, circuit, heard } = setUp();
    const random = seeded(4);
    const traffic = (forMs: number, perTokenMs: number) =>
      poisson(clock, random, 0.5, forMs, () => {
        const answer = {
          waitMs: healthyWaitMs(random),
          tokens: 20,
          perTokenMs: perTokenMs * Math.exp(0.3 * normal(random)),
        };
        send(circuit, clock, answer, STREAM);
      });
    traffic(20 * MINUTE_MS, 20);
    expect(heard).toEqual({ limits: 0, opened: 0 });
    traffic(2 * MINUTE_MS, 100);
    expect(heard).toEqual({ limits: 1, opened: 0 });
    expect(circuit.snapshot().limit.cause).toMatch(/calls took longer for each token than nine in ten do/);
  });

  it("is not what a long answer is, where its length is known", () => {
    const lengths = { short: { tokens: 100, perTokenMs: 20 }, long: { tokens: 4_000, perTokenMs: 20 } };
    const { clock, circuit, heard } = setUp({ stallDeadlineMs: { unary: 180_000 } });
    teach(circuit, clock, 300, { waitMs: 800, ...lengths.short });
    teach(circuit, clock, 300, { waitMs: 800, ...lengths.long });
    expect(heard).toEqual({ limits: 0, opened: 0 });
    // A short answer that took as long is.
    teach(circuit, clock, 20, { waitMs: 80_000, ...lengths.short });
    expect(heard.limits).toBe(1);
  });

  it("is not what a few ms more are, for a dependency whose calls are all alike", () => {
    const answers: readonly (readonly [Answer, Answer])[] = [
      [{ waitMs: 1_000 }, { waitMs: 1_080 }],
      [{ waitMs: 1_000 }, { waitMs: 1_150 }],
      [
        { waitMs: 1_000, tokens: 20, perTokenMs: 10 },
        { waitMs: 1_010, tokens: 20, perTokenMs: 11 },
      ],
    ];
    for (const options of [STREAM, {}]) {
      for (const [before, after] of answers) {
        const { clock, circuit, heard } = setUp();
        teach(circuit, clock, 200, before, options);
        teach(circuit, clock, 2_000, after, options);
        expect(heard).toEqual({ limits: 0, opened: 0 });
      }
    }
  });

  it("is not what failures are", () => {
    const { clock, circuit } = setUp({ errorThreshold: 1 });
    teach(circuit, clock, 200, { waitMs: 500 }, STREAM);
    teach(circuit, clock, 200, { waitMs: 400, verdict: FAILED }, STREAM);
    expect(slownessOf(circuit)).toBe(0);
  });

  it("comes in a heavy tail too: a healthy day brings no more than a limit or two", () => {
    for (const perSecond of [0.1, 1]) {
      let limits = 0;
      for (let seed = 1; seed <= 6; seed++) {
        const { clock, circuit, heard } = setUp();
        const random = seeded(seed);
        poisson(clock, random, perSecond, 8 * HOUR_MS, () =>
          send(circuit, clock, { waitMs: healthyWaitMs(random) }, STREAM),
        );
        limits += heard.limits;
        expect(heard.opened).toBe(0);
      }
      // Two days in all, at one a day.
      expect(limits).toBeLessThanOrEqual(4);
    }
  });
});

describe("bursts of healthy calls", () => {
  // Of calls that start together the quick ones end first and the slow ones last, in a row.
  it.each([
    [5, true],
    [20, true],
    [30, true],
    [50, true],
    [200, true],
    [20, false],
    [50, false],
  ])("of %s at once are no slowness, in whatever order they end (streaming: %s)", (size, streaming) => {
    for (let seed = 1; seed <= 3; seed++) {
      const { clock, circuit, heard } = setUp();
      const random = seeded(seed);
      let rejected = 0;
      for (let minute = 0; minute < 120; minute++) {
        for (let n = 0; n < size; n++) {
          if (!send(circuit, clock, { waitMs: healthyWaitMs(random) }, { streaming })) rejected++;
        }
        clock.advance(MINUTE_MS);
      }
      expect(rejected).toBe(0);
      expect(heard).toEqual({ limits: 0, opened: 0 });
    }
  });

  it("have one witness in a quarter of a second for each kind of calls, and none that was only let through", () => {
    const witnesses: boolean[] = [];
    const { clock, circuit } = setUp({
      mode: "observe",
      maxConcurrent: 1,
      detector: () => ({
        succeeded: ({ witness }) => witnesses.push(witness),
        failed: () => {},
        trip: () => undefined,
        meters: () => [],
        reset: () => {},
      }),
    });
    const call = (streaming: boolean) => permitOf(circuit, { streaming }).settle(OK);
    for (const streaming of [true, true, false, false]) call(streaming);
    clock.advance(249);
    call(true);
    clock.advance(1);
    call(true);
    expect(witnesses.splice(0)).toEqual([true, false, true, false, false, true]);
    clock.advance(1_000);
    const held = permitOf(circuit);
    clock.advance(1_000);
    // One call too many: it neither testifies nor takes the next one's turn.
    permitOf(circuit).settle(OK);
    held.settle(OK);
    call(false);
    expect(witnesses).toEqual([true, true]);
  });

  it("do not teach it that only their quick half is healthy", () => {
    const { clock, circuit } = setUp();
    const random = seeded(1);
    const p99Of = () => circuit.snapshot().baseline.streaming.wait?.p99Ms ?? Number.NaN;
    teach(circuit, clock, 2_000, () => ({ waitMs: healthyWaitMs(random) }), STREAM);
    const before = p99Of();
    for (let minute = 0; minute < 240; minute++) {
      for (let n = 0; n < 50; n++) send(circuit, clock, { waitMs: healthyWaitMs(random) }, STREAM);
      clock.advance(MINUTE_MS);
    }
    expect(p99Of() / before).toBeGreaterThan(0.7);
  });
});
