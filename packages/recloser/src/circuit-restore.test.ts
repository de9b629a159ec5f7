import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { consecutive } from "./detect/consecutive.js";
import { meters } from "./detect/meters.js";
import { thresholds } from "./detect/thresholds.js";
import type { CircuitOptions } from "./options.js";
import type { CircuitSnapshot } from "./snapshot.js";
import { type FakeClock, fakeClock } from "./testing/fake-clock.js";
import type { ModelSettings } from "./testing/model.js";
import { Subject } from "./testing/subject.js";
import { FAILED, fail, OK, permitOf, succeed } from "./testing/verdicts.js";

const stored = (circuit: Circuit): CircuitSnapshot => JSON.parse(JSON.stringify(circuit.snapshot()));

const PLAIN: ModelSettings = {
  stall: { streaming: 20_000, unary: 50_000 },
  leaseMs: Infinity,
  successes: 2,
  maxConcurrent: Infinity,
  retryAfterMaxMs: 60_000,
};

function setUp(
  options: CircuitOptions = {},
  start = 1_000_000,
): { readonly clock: FakeClock; readonly circuit: Circuit } {
  const clock = fakeClock(start);
  return { clock, circuit: new Circuit("openai/gpt-5", { clock, random: () => 0.5, ...options }) };
}

const opened = (options: CircuitOptions = {}) => {
  const made = setUp({ detector: consecutive(3), ...options });
  fail(made.circuit, 3);
  expect(made.circuit.state).toBe("open");
  return made;
};

describe("restore", () => {
  it("C6: carries over what is left of a cool-down, whenever the snapshot was taken and however old it is", () => {
    const within = fc.double({ min: 0, max: 4_990, noNaN: true });
    const start = fc.double({ min: -1e9, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(within, within, start, (passed, age, there) => {
        const { clock, circuit } = opened();
        clock.advance(Math.min(passed, 4_990 - age));
        const snapshot = stored(circuit);
        clock.advance(age);
        const other = setUp({ detector: consecutive(3) }, there);
        expect(other.circuit.restore(snapshot, age)).toBe(true);
        const left = (one: Circuit): number => {
          const admission = one.admit();
          return admission.ok ? Number.NaN : (admission.failure.retryAfterMs ?? Number.NaN);
        };
        expect(Math.abs(left(other.circuit) - left(circuit))).toBeLessThan(1);
        other.clock.advance(left(other.circuit) + 1e-3);
        expect(other.circuit.state).toBe("half-open");
      }),
    );
  });

  it("is half-open when the cool-down has passed meanwhile, and the next call is a probe", () => {
    const snapshot = stored(opened().circuit);
    const { circuit } = setUp({ detector: consecutive(3) });
    expect(circuit.restore(snapshot, 5_000)).toBe(true);
    expect(circuit.state).toBe("half-open");
    expect(permitOf(circuit).probe).toBe(true);
  });

  it("frees the place of a probe that was out: whoever made it is gone", () => {
    const { clock, circuit } = opened();
    clock.advance(5_000);
    expect(permitOf(circuit).probe).toBe(true);
    const other = setUp({ detector: consecutive(3) });
    other.circuit.restore(stored(circuit));
    expect(permitOf(other.circuit).probe).toBe(true);
  });

  it("keeps counting the probes that failed and those that succeeded", () => {
    const two = { detector: consecutive(3), probes: { successes: 2 } };
    const { clock, circuit } = opened(two);
    clock.advance(5_000);
    permitOf(circuit).settle(FAILED);
    clock.advance(7_500);
    const failing = setUp(two);
    failing.circuit.restore(stored(circuit));
    permitOf(failing.circuit).settle(FAILED);
    expect(failing.circuit.snapshot().endsInMs).toBe(11_250);
    succeed(circuit, 1);
    const healed = setUp(two);
    healed.circuit.restore(stored(circuit));
    succeed(healed.circuit, 1);
    expect(healed.circuit.state).toBe("closed");
  });

  it("keeps what it was asked to wait, if it should open", () => {
    const made = setUp({ detector: consecutive(3) });
    permitOf(made.circuit).settle({ ...FAILED, retryAfterMs: 60_000 });
    const other = setUp({ detector: consecutive(3), random: () => 0 });
    other.circuit.restore(stored(made.circuit), 15_000);
    fail(other.circuit, 2);
    expect(other.circuit.snapshot().endsInMs).toBe(45_000);
  });

  it("keeps what it has learned to put up with", () => {
    const { clock, circuit } = setUp();
    for (let i = 0; i < 300; i++) {
      if (i % 2 === 0) fail(circuit, 1);
      else succeed(circuit, 1);
      clock.advance(1_000);
    }
    const toOpen = (one: Circuit): number => {
      let failures = 0;
      while (one.state === "closed" && failures < 100) {
        fail(one, 1);
        failures++;
      }
      return failures;
    };
    const restored = setUp();
    restored.circuit.restore(stored(circuit));
    expect(restored.circuit.state).toBe("closed");
    const snapshot = stored(circuit);
    const unlearned = setUp();
    const meters = (snapshot.memory.evidence.meters as { share?: number }[]).map((one) =>
      one?.share === undefined ? one : { ...one, share: 0 },
    );
    const { memory } = snapshot;
    unlearned.circuit.restore({ memory: { ...memory, evidence: { ...memory.evidence, meters } } });
    const [kept, here, forgotten] = [restored.circuit, circuit, unlearned.circuit].map(toOpen);
    expect(kept).toBe(here);
    expect(kept).toBeGreaterThan(forgotten ?? 0);
  });

  it("keeps an operator's hold for the time that is left of it", () => {
    const { circuit } = setUp();
    circuit.force("open", { forMs: 60_000, reason: "maintenance" });
    const other = setUp();
    expect(other.circuit.restore(stored(circuit), 20_000)).toBe(true);
    expect(other.circuit.snapshot()).toMatchObject({
      state: "forced-open",
      endsInMs: 40_000,
      cause: "an operator forced it open for 60 s: maintenance",
    });
    other.clock.advance(40_000);
    expect(other.circuit.state).toBe("half-open");
  });

  it("keeps probation, and what was learned", () => {
    const subject = new Subject(meters(), PLAIN, { stallDeadlineMs: {} });
    subject.do({ do: "warm" });
    for (let i = 0; i < 100 && subject.circuit.state === "closed"; i++) fail(subject.circuit, 1);
    subject.clock.advance(5_000);
    succeed(subject.circuit, 2);
    const { circuit } = setUp();
    expect(circuit.restore(stored(subject.circuit))).toBe(true);
    const { baseline, limit } = circuit.snapshot();
    expect(baseline).toEqual(subject.circuit.snapshot().baseline);
    expect(baseline.streaming.wait?.samples).toBeGreaterThan(100);
    expect(baseline.streaming.stallDeadlineMs).toBe(15_000);
    expect(limit.waiting).toBe(2);
    const admitted = Array.from({ length: 5 }, () => circuit.admit()).filter(({ ok }) => ok);
    expect(admitted).toHaveLength(2);
  });

  it.each([
    [0, [2, 4, 8, 16, 40]],
    [3_600_000, [2, 4, 8, 40]],
  ])(
    "keeps how many calls waited when all was well; after %i ms that has faded as it does anyway",
    (ageMs, expected) => {
      const { circuit } = setUp({ detector: consecutive(5) });
      for (const permit of Array.from({ length: 32 }, () => permitOf(circuit))) permit.settle(OK);
      const other = setUp({ detector: consecutive(5), probes: { successes: 1 } });
      other.circuit.restore(stored(circuit), ageMs);
      fail(other.circuit, 5);
      other.clock.advance(5_000);
      succeed(other.circuit, 1);
      const rounds: number[] = [];
      while (rounds.at(-1) !== 40 && rounds.length < 20) {
        const admitted = Array.from({ length: 40 }, () => other.circuit.admit());
        rounds.push(admitted.filter(({ ok }) => ok).length);
        for (const admission of admitted) if (admission.ok) admission.permit.settle(OK);
      }
      expect(rounds).toEqual(expected);
    },
  );

  it("has the stall deadline that the circuit itself has, also where one that was proved too short is fading", () => {
    const { clock, circuit } = new Subject(meters(), PLAIN, { stallDeadlineMs: {} }).run([{ do: "warm" }]);
    const late = permitOf(circuit, { streaming: true });
    clock.advance(20_000);
    late.progress();
    late.settle(OK);
    expect(circuit.snapshot().baseline.streaming.stallDeadlineMs).toBe(40_000);
    clock.advance(7_200_000);
    const other = setUp();
    other.circuit.restore(stored(circuit));
    const deadlines = [circuit, other.circuit].map(
      (one) => one.snapshot().baseline.streaming.stallDeadlineMs,
    );
    expect(deadlines[1]).toBe(deadlines[0]);
  });

  it("does not announce what the process before had announced", () => {
    const snapshot = stored(opened().circuit);
    const { circuit } = setUp({ detector: consecutive(3) });
    const heard: string[] = [];
    circuit.on("transition", ({ from, to }) => heard.push(`${from} > ${to}`));
    circuit.restore(snapshot);
    expect(heard).toEqual([]);
    expect(circuit.snapshot()).toMatchObject({ state: "open", epoch: 1, totals: { opened: 1 } });
  });

  it("G6: is a hint with an age limit: older than a day is ignored", () => {
    const held = setUp().circuit;
    held.force("open", { forMs: 200_000_000, reason: "a long weekend" });
    const snapshot = stored(held);
    const at = (ageMs: number): string => {
      const { circuit } = setUp();
      return `${circuit.restore(snapshot, ageMs)}, ${circuit.state}`;
    };
    expect(at(86_400_000)).toBe("true, forced-open");
    expect(at(86_400_001)).toBe("false, closed");
  });

  it("G6: leaves alone a circuit that has been used, even when that is over", () => {
    const snapshot = stored(opened().circuit);
    const used: ((circuit: Circuit) => void)[] = [
      (circuit) => permitOf(circuit),
      (circuit) => succeed(circuit, 1),
      (circuit) => circuit.force("closed", { forMs: 1_000, reason: "test" }),
      (circuit) => circuit.restore(snapshot),
    ];
    for (const use of used) {
      const { circuit } = setUp({ detector: consecutive(3) });
      use(circuit);
      const before = circuit.snapshot();
      expect(circuit.restore(snapshot)).toBe(false);
      expect(circuit.snapshot()).toEqual(before);
    }
  });

  it("is not shared with the circuit that it came from", () => {
    const { circuit } = opened();
    const snapshot = circuit.snapshot();
    const copy = structuredClone(snapshot);
    const [one, other] = [setUp({ detector: consecutive(3) }), setUp({ detector: consecutive(3) })];
    one.circuit.restore(snapshot);
    other.circuit.restore(snapshot);
    one.clock.advance(5_000);
    succeed(one.circuit, 2);
    expect([one.circuit.state, other.circuit.state, circuit.state]).toEqual(["closed", "open", "open"]);
    expect(snapshot).toEqual(copy);
  });

  it("carries no verdicts of thresholds(), which has no memory of its own", () => {
    const thresholded = { detector: thresholds({ minCalls: 4 }) };
    const { circuit } = setUp(thresholded);
    fail(circuit, 3);
    const other = setUp(thresholded);
    expect(other.circuit.restore(stored(circuit))).toBe(true);
    fail(other.circuit, 3);
    expect(other.circuit.state).toBe("closed");
    fail(other.circuit, 1);
    expect(other.circuit.state).toBe("open");
  });

  it.each([-1, Number.NaN, "1" as never])("refuses %s as an age, in words", (ageMs) => {
    expect(() => setUp().circuit.restore(stored(setUp().circuit), ageMs)).toThrow(/restore\(ageMs\)/);
  });
});
