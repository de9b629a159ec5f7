import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import type { CircuitOptions } from "./options.js";
import { type FakeClock, fakeClock } from "./testing/fake-clock.js";
import { healthyWaitMs, normal, poisson, send, teach } from "./testing/traffic.js";
import { FAILED, OK, permitOf, seeded } from "./testing/verdicts.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function setUp(options: CircuitOptions = {}) {
  const clock = fakeClock();
  const circuit = new Circuit("openai/gpt-5", { clock, random: seeded(7), ...options });
  return { clock, circuit };
}

const STREAM = { streaming: true } as const;
const baselineOf = (circuit: Circuit) => circuit.snapshot().baseline;
const p50Of = (circuit: Circuit): number => baselineOf(circuit).streaming.wait?.p50Ms ?? Number.NaN;
const levelOf = (circuit: Circuit, name: string): number =>
  circuit.snapshot().meters.find((meter) => meter.name === name)?.level ?? Number.NaN;

/** Streaming calls at one a second, `factor` times as slow as healthy. */
function stream(circuit: Circuit, clock: FakeClock, random: () => number, forMs: number, factor = 1): void {
  poisson(clock, random, 1, forMs, () => {
    send(circuit, clock, { waitMs: factor * healthyWaitMs(random) }, STREAM);
  });
}

describe("what a circuit learns of a healthy dependency", () => {
  it("is nothing until the hundredth answer of a kind", () => {
    const { clock, circuit } = setUp();
    teach(circuit, clock, 99, { waitMs: 1_000 }, STREAM);
    expect(baselineOf(circuit)).toEqual({
      streaming: { wait: null, perToken: null, stallDeadlineMs: 60_000 },
      unary: { wait: null, perToken: null, stallDeadlineMs: 180_000 },
    });
    teach(circuit, clock, 1, { waitMs: 1_000 }, STREAM);
    expect(baselineOf(circuit)).toMatchObject({
      streaming: { wait: { samples: 100 }, perToken: null, stallDeadlineMs: 15_000 },
      unary: { wait: null, stallDeadlineMs: 180_000 },
    });
  });

  it("is learned from calls that ended well, and of unary ones from their whole answer", () => {
    const { clock, circuit } = setUp();
    teach(circuit, clock, 300, (n) =>
      n % 3 === 0 ? { waitMs: 300, verdict: FAILED } : { waitMs: 1_000, tokens: 150, perTokenMs: 20 },
    );
    const { wait, perToken } = baselineOf(circuit).unary;
    expect(Math.abs((wait?.p50Ms ?? 0) - 4_000)).toBeLessThan(130);
    expect(Math.abs((perToken?.p50Ms ?? 0) - 20)).toBeLessThan(1);
  });

  it("is, of streams, the first token and the pace after it", () => {
    const { clock, circuit } = setUp();
    teach(circuit, clock, 100, { waitMs: 1_000, tokens: 50, perTokenMs: 20 }, STREAM);
    const { wait, perToken } = baselineOf(circuit).streaming;
    expect(Math.abs((wait?.p50Ms ?? 0) - 1_000)).toBeLessThan(40);
    expect(Math.abs((perToken?.p50Ms ?? 0) - 20)).toBeLessThan(1);
  });

  it("is, of unary calls that report progress, nothing: their answers had begun before they ended", () => {
    const { clock, circuit } = setUp();
    for (let n = 0; n < 200; n++) {
      const permit = permitOf(circuit);
      clock.advance(1_000);
      permit.progress();
      clock.advance(9_000);
      permit.settle(OK);
    }
    expect(baselineOf(circuit).unary.wait).toBeNull();
  });

  it("leaves a stall deadline that was given as it is", () => {
    const { clock, circuit } = setUp({ stallDeadlineMs: { streaming: 5_000 } });
    for (const options of [STREAM, {}]) teach(circuit, clock, 200, { waitMs: 30 }, options);
    expect(baselineOf(circuit).streaming).toMatchObject({ stallDeadlineMs: 5_000 });
    expect(baselineOf(circuit).unary).toMatchObject({ stallDeadlineMs: 15_000 });
    clock.advance(60_000);
    const admission = circuit.admit(STREAM);
    clock.advance(4_999);
    expect(circuit.snapshot().inFlight).toMatchObject({ waiting: 1, stalled: 0 });
    clock.advance(1);
    expect(circuit.snapshot().inFlight).toMatchObject({ waiting: 0, stalled: 1 });
    // Nor does an answer that comes after it lengthen it.
    clock.advance(20_000);
    if (admission.ok) admission.permit.progress();
    expect(baselineOf(circuit).streaming).toMatchObject({ stallDeadlineMs: 5_000 });
  });

  it("does not grow more patient when calls answer within it", () => {
    const { clock, circuit } = setUp();
    teach(circuit, clock, 100, { waitMs: 1_000 }, STREAM);
    teach(circuit, clock, 3, { waitMs: 14_900 }, STREAM);
    expect(baselineOf(circuit).streaming.stallDeadlineMs).toBe(15_000);
  });

  it("grows more patient when a call answers after its deadline", () => {
    for (const [options, kind] of [
      [STREAM, "streaming"],
      [{}, "unary"],
    ] as const) {
      const { clock, circuit } = setUp();
      teach(circuit, clock, 100, { waitMs: 1_000 }, options);
      expect(baselineOf(circuit)[kind].stallDeadlineMs).toBe(15_000);
      send(circuit, clock, { waitMs: 25_000 }, options);
      clock.advance(24_999);
      expect(circuit.snapshot().inFlight.stalled).toBe(1);
      clock.advance(1);
      expect(baselineOf(circuit)[kind].stallDeadlineMs).toBe(50_000);
    }
  });
});

describe("patience with a probe", () => {
  it.each([
    [true, [22_500, 33_750, 50_625, 60_000, 60_000, 60_000, 60_000, 60_000, 90_000, 135_000]],
    [false, [22_500, 33_750, 50_625, 75_938, 113_906, 170_859, 180_000, 180_000, 270_000, 405_000]],
  ])(
    "grows by half with each that failed, up to the prior and after many beyond it; deadlines do not (streaming: %s)",
    (streaming, patience) => {
      const { clock, circuit } = setUp({ random: () => 0.5 });
      teach(circuit, clock, 100, { waitMs: 1_000 }, { streaming });
      const kind = streaming ? "streaming" : "unary";
      while (circuit.state === "closed") permitOf(circuit).settle(FAILED);
      const failedAfter = (probes: number): number => {
        const ages: number[] = [];
        for (let n = 0; n <= probes; n++) {
          clock.advance(60_000);
          if (n < probes) permitOf(circuit).settle(FAILED);
        }
        const sentAt = clock.now();
        circuit.admit({ streaming, onAbort: () => ages.push(clock.now() - sentAt) });
        expect(baselineOf(circuit)[kind].stallDeadlineMs).toBe(15_000);
        for (let ms = 0; ms < 450_000 && ages.length === 0; ms += 500) {
          clock.advance(500);
          void circuit.state;
        }
        permitOf(circuit).settle(OK);
        expect(circuit.state).toBe("closed");
        while (circuit.state === "closed") permitOf(circuit).settle(FAILED);
        return ages[0] ?? Number.NaN;
      };
      for (const [probes, ms] of patience.entries()) {
        // It is looked at each half second.
        expect(failedAfter(probes)).toBe(500 * Math.ceil(ms / 500));
      }
    },
  );
});

describe("an outage", () => {
  it.each([1, 2, 3])("of twenty minutes is not learned as healthy (seed %s)", (seed) => {
    const { clock, circuit } = setUp();
    const random = seeded(seed);
    stream(circuit, clock, random, 10 * MINUTE_MS);
    const before = p50Of(circuit);
    stream(circuit, clock, random, 20 * MINUTE_MS, 5);
    expect(levelOf(circuit, "slowness")).toBe(1);
    // What slipped in before it was noticed is a call or two.
    expect(p50Of(circuit) / before).toBeLessThan(1.07);
    expect(circuit.snapshot().limit.cause).toMatch(/ calls wait(ed)? longer /);
    stream(circuit, clock, random, 2 * MINUTE_MS);
    expect(levelOf(circuit, "slowness")).toBeLessThan(0.5);
    expect(circuit.snapshot().limit.cause).toBeNull();
  });

  it("of failures, however long, teaches nothing of what healthy is", () => {
    const { clock, circuit } = setUp();
    const random = seeded(4);
    stream(circuit, clock, random, 10 * MINUTE_MS);
    const before = baselineOf(circuit).streaming.wait;
    poisson(clock, random, 1, HOUR_MS, () => {
      send(circuit, clock, { waitMs: 9_000, verdict: FAILED }, STREAM);
    });
    expect(baselineOf(circuit).streaming.wait).toEqual(before);
  });
});

describe("a lasting change", () => {
  it.each([
    [1, 2],
    [2, 2],
    [3, 2],
    [1, 5],
    [2, 5],
  ])("of the first token is what healthy looks like within an hour (seed %s, ×%s)", (seed, factor) => {
    const { clock, circuit } = setUp();
    const random = seeded(seed);
    stream(circuit, clock, random, 20 * MINUTE_MS);
    const before = p50Of(circuit);
    const limited: boolean[] = [];
    circuit.on("limited", (event) => limited.push(event.limited));
    stream(circuit, clock, random, 5 * MINUTE_MS, factor);
    expect(limited[0]).toBe(true);
    stream(circuit, clock, random, 55 * MINUTE_MS, factor);
    expect(Math.abs(p50Of(circuit) / (factor * before) - 1)).toBeLessThan(0.2);
    expect(circuit.snapshot().limit).toEqual({ waiting: null, inFlight: null, cause: null });
    expect(levelOf(circuit, "slowness")).toBeLessThan(0.5);
    // And for good.
    limited.length = 0;
    stream(circuit, clock, random, HOUR_MS, factor);
    expect(limited).toEqual([]);
  });

  it.each([
    [true, 40_000],
    [true, 55_000],
    [false, 40_000],
    [false, 100_000],
    [false, 160_000],
  ])(
    "to answers slower than the learned stall deadline does not open it over and over (streaming: %s, %s ms)",
    (streaming, waitMs) => {
      const { clock, circuit } = setUp();
      const random = seeded(5);
      teach(circuit, clock, 200, { waitMs: 1_000 }, { streaming });
      expect(baselineOf(circuit)[streaming ? "streaming" : "unary"].stallDeadlineMs).toBe(15_000);
      let opened = 0;
      circuit.on("transition", ({ to }) => {
        if (to === "open") opened++;
      });
      const hour = (): number => {
        let sent = 0;
        poisson(clock, random, 0.2, HOUR_MS, () => {
          const jittered = waitMs * Math.exp(0.03 * normal(random));
          if (send(circuit, clock, { waitMs: jittered }, { streaming })) sent++;
        });
        return sent;
      };
      hour();
      expect(opened).toBeGreaterThan(0);
      hour();
      opened = 0;
      const sent = hour();
      expect(opened).toBe(0);
      expect(sent).toBeGreaterThan(600);
      expect(circuit.state).toBe("closed");
    },
  );
});
